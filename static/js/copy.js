// Copies the code that stands beside a [data-copy] button, within the same [data-copied].
import { toast } from "./toast.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest("[data-copied]").querySelector("code").textContent);
  toast("Copied.");
});
