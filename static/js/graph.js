// Puts the cards of a graph where the server laid them out: through the CSSOM, which the content security policy allows.
// A graph that is swapped for a newer one keeps the place that was being looked at.
let view = null;

export function arrange(root) {
  const graph = root.querySelector("[data-graph]");
  if (!graph) return;
  const stage = graph.parentElement;
  const shift = Math.max(0, Math.round((stage.clientWidth - graph.dataset.width) / 2));
  graph.style.width = `${graph.dataset.width}px`;
  graph.style.height = `${graph.dataset.height}px`;
  graph.style.marginLeft = `${shift}px`;
  for (const element of graph.querySelectorAll("[data-x]")) {
    element.style.left = `${element.dataset.x}px`;
    element.style.top = `${element.dataset.y}px`;
  }
  if (view) stage.scrollTo({ ...view, behavior: "instant" });
  else stage.scrollLeft = entryMiddle(graph) + shift - stage.clientWidth / 2;
}

function entryMiddle(graph) {
  const entry = graph.querySelector(".entry");
  return Number(entry.dataset.x) + entry.offsetWidth / 2;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const stage = document.querySelector("[data-stage]");
  if (stage && event.detail.target?.contains(stage)) view = { left: stage.scrollLeft, top: stage.scrollTop };
});
