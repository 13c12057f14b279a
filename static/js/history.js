// Ctrl+Z and Shift+Ctrl+Z (Cmd on a Mac; Ctrl+Y too) press Undo and Redo. In a text field the browser's own undo works,
// and behind an open dialog nothing is undone.
import { toast } from "./toast.js";

const TEXT = "textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=hidden], [type=submit])";

document.addEventListener("keydown", (event) => {
  const name = wanted(event);
  const button = name && document.getElementById(name);
  if (!button || event.target.matches(TEXT) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") toast(`${button.title}.`);
  else if (!button.closest("[inert]")) button.click();
});

function wanted({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return null;
  if (key.toLowerCase() === "z") return shiftKey ? "redo" : "undo";
  return key.toLowerCase() === "y" && ctrlKey ? "redo" : null;
}

// "Undo" in an older toast would take back the newer change.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "builder") return;
  for (const button of document.querySelectorAll(".toast [form=undo-form]")) button.closest(".toast").remove();
});
