// The style guide: shows states that only a hand or a mouse makes, and the toast.
import "./copy.js";
import { toast } from "./toast.js";

// Every rule for :hover, :focus-visible and :active also holds for .as-hover, .as-focus and .as-active, on this page only.
const shown = [[":hover", ".as-hover"], [":focus-visible", ".as-focus"], [":active", ".as-active"]];
for (const sheet of document.styleSheets) {
  for (const rule of [...sheet.cssRules]) {
    for (const [state, name] of shown) {
      if (rule.selectorText?.includes(state)) sheet.insertRule(rule.cssText.replaceAll(state, name), sheet.cssRules.length);
    }
  }
}

document.addEventListener("click", ({ target }) => {
  const { toast: words, label, tone } = target.dataset;
  if (words) toast(words, { label, tone, button: () => toast("Undone.") });
  if (target.dataset.open) document.getElementById(target.dataset.open).showModal();
});
