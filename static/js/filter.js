// The filter editor is drawn by the server. Here only what belongs to the time in which its answer is on the way: what
// was written meanwhile is kept, a button that was pressed meanwhile is pressed on the new one, and the surrounding form
// hears of the change as of any other ("change").
const asked = new WeakMap();
const drawing = new Set();
const pressed = new Map();

const written = (editor) => new Map([...editor.querySelectorAll("[id][name]")].map((field) => [field.id, field.value]));
const redraws = (event) => event.detail.requestConfig && !event.detail.requestConfig.path.includes("action=count");

document.addEventListener("htmx:beforeRequest", (event) => {
  const editor = event.detail.target?.closest("[data-filter]");
  if (!editor || !redraws(event)) return;
  asked.set(event.detail.xhr, { editor, before: written(editor) });
  drawing.add(editor);
});

// Seen before htmx sees it, which begins to draw by it. What is to be removed is never guessed: places have moved.
document.addEventListener("click", pressedMeanwhile, { capture: true });

function pressedMeanwhile(event) {
  const button = event.target.closest("[data-filter] button[hx-post]:not([hx-post*='=remove'], [hx-post*='=drop'])");
  const editor = button?.closest("[data-filter]");
  if (drawing.has(editor)) pressed.set(editor, button.getAttribute("hx-post"));
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:sendAbort"]) {
  document.addEventListener(name, (event) => drawing.delete(asked.get(event.detail.xhr)?.editor));
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const request = asked.get(event.detail.xhr);
  // Removing moves what follows to other ids.
  if (!request || event.detail.requestConfig.path.includes("action=remove")) return;
  request.since = [...written(request.editor)].filter(([id, value]) => request.before.get(id) !== value);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const request = asked.get(event.detail.xhr);
  for (const [id, value] of request?.since ?? []) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  if (request) request.drawn = written(request.editor);
});

// Only now does htmx listen to what was drawn: what was chosen in it since then was heard by nobody.
document.addEventListener("htmx:afterSettle", (event) => {
  const request = asked.get(event.detail.xhr);
  if (!request) return;
  const { editor } = request;
  asked.delete(event.detail.xhr);
  drawing.delete(editor);
  const late = [...written(editor)].filter(([id, value]) => request.drawn?.get(id) !== value);
  const selects = [...(request.since ?? []), ...late].map(([id]) => document.getElementById(id)).filter((field) => field?.matches("select[hx-post]"));
  for (const one of [...selects, editor.parentElement]) changed(one);
  const again = pressed.get(editor);
  pressed.delete(editor);
  // After htmx is done with this request, for whose end the next one would wait behind the button that is gone.
  if (again && request.since) setTimeout(() => editor.querySelector(`button[hx-post="${CSS.escape(again)}"]`)?.click());
});

function changed(element) {
  element.dispatchEvent(new Event("change", { bubbles: true }));
}
