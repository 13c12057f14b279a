// The rows of a step's editor (canvas/steps/rows.py) and the review are drawn by the server. Here only what is written or
// chosen while its answer is on the way: it is kept, at the place to which its row has gone.
const drawn = ["rows", "review"];
const asked = new WeakMap();

const written = (rows) => new Map([...rows.querySelectorAll("[id][name]:not([type=hidden])")].map((field) => [field.id, field.value]));

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (drawn.includes(detail.target?.id)) asked.set(detail.xhr, { before: written(detail.target), act: detail.requestConfig.elt.value ?? "" });
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const request = asked.get(detail.xhr);
  if (request) request.since = [...written(detail.target)].filter(([id, value]) => request.before.get(id) !== value);
});

// Only after it has settled does htmx listen to what was drawn, and hears of the change as of any other.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const request = asked.get(detail.xhr);
  if (!request) return;
  asked.delete(detail.xhr);
  for (const [id, value] of request.since ?? []) {
    const field = document.getElementById(moved(id, request.act));
    if (field) field.value = value;
    field?.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// What the server does to the rows: "up.2" ranks the third before the second, "drop.2" takes it away.
function moved(id, act) {
  const [what, place] = act.split("."), at = Number(place);
  return id.replace(/-(\d+)(?=-|$)/, (all, number) => {
    const own = Number(number);
    if (what === "drop") return own === at ? "-gone" : `-${own - (own > at)}`;
    if (what === "up" && (own === at || own === at - 1)) return `-${2 * at - 1 - own}`;
    return all;
  });
}
