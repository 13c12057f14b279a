// A form that was changed (data-guard) is not left without a question.
for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => event.target.closest("form[data-guard]")?.setAttribute("data-dirty", ""));
}
document.addEventListener("submit", (event) => event.target.removeAttribute("data-dirty"));
document.addEventListener("saved", () => document.querySelector("form#section")?.removeAttribute("data-dirty"));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status === 409) document.querySelector("form[data-guard]")?.setAttribute("data-dirty", "");
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

export function mayLeave(dialog) {
  return !dialog?.querySelector("form[data-dirty]") || confirm("Leave without saving what you changed?");
}
