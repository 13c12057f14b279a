// The state of saving, in words, in the bar on top: saving, saved, not saved yet (somebody else was faster), not saved.
const sent = new WeakSet();
let before = null;

// A change of the Canvas: a section that saves itself, or what replaces the graph.
function saves({ elt, target, requestConfig }) {
  return elt.id === "section" || (target?.id === "builder" && requestConfig.verb === "post");
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!saves(detail)) return;
  sent.add(detail.xhr);
  before ??= now();
  say("saving", "Saving…");
});
document.addEventListener("htmx:sendError", ({ detail }) => sent.has(detail.xhr) && say("offline", "Not saved: the server can’t be reached"));
document.addEventListener("htmx:responseError", ({ detail }) => sent.has(detail.xhr) && say("offline", "Not saved"));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status === 409) say("conflict", "Not saved yet");
  if (!sent.has(detail.xhr)) return;
  // A question came back instead of a change: what stood there is true again.
  if (now()?.state === "saving") say(before.state, ...before.words);
  before = null;
});

const place = () => document.querySelector("[data-autosave]");

function now() {
  const shown = place();
  return shown && { state: shown.dataset.state, words: [...shown.querySelector("[data-words]").childNodes] };
}

function say(state, ...words) {
  const shown = place();
  if (!shown) return;
  shown.dataset.state = state;
  shown.querySelector("[data-words]").replaceChildren(...words);
}
