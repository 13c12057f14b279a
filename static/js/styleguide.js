// The style guide's buttons that show a toast.
import { toast } from "./toast.js";

document.addEventListener("click", ({ target }) => {
  const { toast: words, label, tone } = target.dataset;
  if (words) toast(words, { label, tone, button: () => toast("Undone.") });
});
