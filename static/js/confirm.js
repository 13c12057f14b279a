// A button with data-confirm asks first, in a dialog; the form is sent only on the second yes.
import { openerOf } from "./menu.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || button.dataset.confirmed) return;
  event.preventDefault();
  ask(button.dataset.confirm, button.textContent.trim().replace("…", "")).then((yes) => {
    const menu = button.closest("[popover]");
    if (!yes) return (menu ? openerOf(menu) : button).focus();
    button.dataset.confirmed = "yes";
    button.form.requestSubmit(button);
    delete button.dataset.confirmed;
  });
});

function ask(question, verb) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask panel";
  dialog.setAttribute("aria-label", verb);
  const words = Object.assign(document.createElement("p"), { textContent: question });
  const foot = Object.assign(document.createElement("form"), { method: "dialog", className: "form-foot" });
  const yes = Object.assign(document.createElement("button"), { className: "btn primary", value: "yes", textContent: verb });
  const no = Object.assign(document.createElement("button"), { className: "btn", value: "no", textContent: "Cancel" });
  foot.append(yes, no);
  dialog.append(words, foot);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    }),
  );
}
