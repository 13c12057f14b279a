// The filter editor is drawn by the server. Here only what belongs to the time in which its answer is on the way: what
// was written meanwhile is kept, and the surrounding form hears of the change as of any other ("change").
const asked = new WeakMap();

const written = (editor) => new Map([...editor.querySelectorAll("[id][name]")].map((field) => [field.id, field.value]));
const redraws = (event) => event.detail.requestConfig && !event.detail.requestConfig.path.includes("action=count");

document.addEventListener("htmx:beforeRequest", (event) => {
  const editor = event.detail.target?.closest("[data-filter]");
  if (editor && redraws(event)) asked.set(event.detail.xhr, { editor, before: written(editor) });
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const request = asked.get(event.detail.xhr);
  // Removing moves what follows to other ids.
  if (!request || event.detail.requestConfig.path.includes("action=remove")) return;
  request.since = [...written(request.editor)].filter(([id, value]) => request.before.get(id) !== value);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const request = asked.get(event.detail.xhr);
  if (!request) return;
  asked.delete(event.detail.xhr);
  for (const [id, value] of request.since ?? []) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  request.editor.parentElement.dispatchEvent(new Event("change", { bubbles: true }));
});

// A number that could not be counted again stays, and says that it is old.
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, ({ target }) => target.classList.contains("filter-count") && target.classList.add("old"));
}
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.classList.contains("filter-count")) target.classList.remove("old");
});
