// The graph with numbers: laid out at first, and again after each fresh look at the numbers.
import { arrange } from "./graph.js";

arrange(document);
document.addEventListener("htmx:afterSettle", () => arrange(document));
