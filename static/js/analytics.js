// The graph with numbers: laid out at first, and again after each fresh look at the numbers.
import { arrange } from "./graph.js";
import { show } from "./view.js";

function settle() {
  arrange(document);
  show();
}

settle();
document.addEventListener("htmx:afterSettle", settle);
