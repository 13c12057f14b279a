// A button with data-confirm asks first, in a dialog; the form is sent only on the second yes. data-confirm-also adds a
// checkbox of that name, with data-confirm-also-words: ticked, it goes with the form. data-confirm-no is the word for no.
import { openerOf } from "./menu.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || button.dataset.confirmed) return;
  event.preventDefault();
  ask(button).then(({ yes, also }) => {
    const asked = still(button);
    const menu = asked?.closest("[popover]");
    if (!yes || !asked) return (menu ? openerOf(menu) : asked)?.focus();
    asked.dataset.confirmed = "yes";
    const extra = also && Object.assign(document.createElement("input"), { type: "hidden", name: also, value: "on" });
    if (extra) asked.form.append(extra);
    asked.form.requestSubmit(asked);
    extra?.remove();
    delete asked.dataset.confirmed;
  });
});

// The page may have looked again meanwhile, and have the same button anew.
const still = (button) => (button.isConnected ? button : document.getElementById(button.id));
const made = (tag, facts) => Object.assign(document.createElement(tag), facts);

function ask(button) {
  const verb = button.textContent.trim().replace("…", "");
  const dialog = made("dialog", { className: "ask panel" });
  dialog.setAttribute("aria-label", verb);
  const foot = made("form", { method: "dialog", className: "form-foot" });
  const yes = made("button", { className: "btn primary", value: "yes", textContent: verb });
  foot.append(yes, made("button", { className: "btn", value: "no", textContent: button.dataset.confirmNo || "Cancel" }));
  const more = choice(button);
  dialog.append(made("p", { textContent: button.dataset.confirm }), ...(more ? [more] : []), foot);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      const box = dialog.querySelector("input:checked");
      dialog.remove();
      resolve({ yes: dialog.returnValue === "yes", also: box?.name });
    }),
  );
}

function choice({ dataset }) {
  if (!dataset.confirmAlso) return null;
  const label = made("label", { className: "check-field" });
  label.append(made("input", { type: "checkbox", name: dataset.confirmAlso }), ` ${dataset.confirmAlsoWords}`);
  return label;
}
