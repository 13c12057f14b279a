// Where the next step comes: after the chosen one, on its open branch if it has one; else at the end.
import { chosen } from "./chosen.js";

export function place() {
  const key = chosen()?.dataset.card;
  const pluses = [...document.querySelectorAll("[data-plus]")];
  const own = key ? pluses.filter((plus) => plus.dataset.after === key) : pluses;
  const open = own.filter((plus) => plus.dataset.end !== undefined);
  return (key ? open[0] : open.at(-1)) ?? own[0];
}

// Asks which type; false where nothing can be added.
export function adding() {
  const plus = place();
  plus?.click();
  return Boolean(plus);
}

export function put(button, plus) {
  const values = { type: button.value, after: plus.dataset.after, branch: plus.dataset.branch };
  window.htmx.ajax("POST", button.form.action, { source: button.form, target: "#builder", swap: "outerHTML", values });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#adding [data-type]");
  const plus = button && place();
  if (!plus) return;
  event.preventDefault();
  put(button, plus);
});

// Every card can become any type: the list is in the page once, in the palette.
export function offerTypes() {
  const types = [...document.querySelectorAll("#adding [data-type]")].map((button) => new Option(button.textContent.trim(), button.value));
  for (const select of document.querySelectorAll("select.step-type")) {
    const [own] = select.options;
    if (select.options.length === 1) select.append(...types.filter((one) => one.value !== own.value).map((one) => one.cloneNode(true)));
  }
}
