// Puts the cards of a graph where the server laid them out: through the CSSOM, which the content security policy allows.
// And lights the arrows of the card that the pointer or the focus is on.
export function arrange(root) {
  const graph = root.querySelector("[data-graph]");
  if (!graph) return;
  graph.style.width = `${graph.dataset.width}px`;
  graph.style.height = `${graph.dataset.height}px`;
  for (const element of graph.querySelectorAll("[data-x]")) {
    element.style.left = `${element.dataset.x}px`;
    element.style.top = `${element.dataset.y}px`;
  }
  graph.dataset.placed = "";
}

// The keys of the steps that a step leads to, and of those that lead to it; "" is the entry.
export function leadsTo(graph, key) {
  return ends(graph, `[data-from="${CSS.escape(key)}"]`, "to").filter(Boolean);
}

export function ledFrom(graph, key) {
  return ends(graph, `[data-to="${CSS.escape(key)}"]`, "from");
}

function ends(graph, selector, end) {
  return [...graph.querySelectorAll(`.links ${selector}`)].map((line) => line.dataset[end]).filter((key) => key !== undefined);
}

let lit;

function light(key) {
  if (key === lit) return;
  lit = key;
  for (const line of document.querySelectorAll(".links .on")) line.classList.remove("on");
  if (!key) return;
  const own = `[data-from="${CSS.escape(key)}"], [data-to="${CSS.escape(key)}"]`;
  for (const line of document.querySelectorAll(`.links :is(${own})`)) line.classList.add("on");
}

for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, ({ target }) => light(target.closest?.(".graph [data-card]")?.dataset.card));
}
