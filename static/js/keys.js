// What the keyboard does in the graph and in the outline. Single letters work only there (WCAG 2.1.4), and never in a
// field. What is done to a step is the step menu's.
import { adding } from "./adding.js";
import { chosen, walkTo } from "./chosen.js";
import { leadsTo, ledFrom } from "./graph.js";
import { view } from "./view.js";

const ACTIONS = { Enter: "edit", d: "duplicate", m: "move", Delete: "delete", Backspace: "delete" };
const ZOOMS = { "+": () => view()?.step(1), "=": () => view()?.step(1), "-": () => view()?.step(-1), 0: () => view()?.fit() };

document.addEventListener("keydown", (event) => {
  const { target } = event;
  const region = target.closest?.("[data-keys]");
  if (!region || target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (does(region, target, event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
});

function does(region, target, key) {
  if (key.startsWith("Arrow")) return walk(region, target, key.slice(5));
  if (key === "?") document.getElementById("keys").showModal();
  else if (key in ZOOMS) ZOOMS[key]();
  else if (key === "a") return adding();
  else return key in ACTIONS && act(target, key);
  return true;
}

// On a link or a button of the card Enter is its own.
function act(target, key) {
  const card = key === "Enter" ? (target.matches("[data-card]") ? target : null) : (target.closest("[data-card]") ?? chosen());
  card?.dispatchEvent(new CustomEvent("step-action", { bubbles: true, detail: { action: ACTIONS[key] } }));
  return Boolean(card);
}

function walk(region, target, direction) {
  const here = target.closest("[data-card], [data-plus], .entry") ?? chosen();
  const graph = region.querySelector("[data-graph]");
  const next = graph ? beside(graph, here, direction) : inList(region, here, direction);
  if (next) walkTo(next);
  // Where nothing is chosen the arrows scroll, as everywhere.
  return Boolean(here);
}

function inList(region, here, direction) {
  const lines = [...region.querySelectorAll(".outline-step")];
  const line = here?.matches("[data-plus]") ? here.parentElement.querySelector(".outline-step") : here;
  return lines[lines.indexOf(line) + { Down: 1, Right: 1, Up: -1, Left: -1 }[direction]];
}

function beside(graph, here, direction) {
  if (!here) return null;
  if (here.matches("[data-plus]") && direction === "Up") return step(graph, here.dataset.after);
  const key = here.dataset.card ?? (here.matches("[data-plus]") ? here.dataset.after : "");
  if (direction === "Up") return step(graph, ledFrom(graph, key)[0]);
  if (direction === "Down") return step(graph, leadsTo(graph, key)[0]) ?? plusOf(graph, key);
  const row = [...graph.querySelectorAll("[data-card]")].filter((card) => card.dataset.y === here.dataset.y);
  row.sort((one, other) => one.dataset.x - other.dataset.x);
  return row[row.indexOf(here) + (direction === "Right" ? 1 : -1)];
}

function step(graph, key) {
  if (key === undefined) return null;
  return key ? graph.querySelector(`[data-card="${CSS.escape(key)}"]`) : graph.querySelector(".entry");
}

function plusOf(graph, key) {
  return graph.querySelector(`[data-plus][data-after="${CSS.escape(key)}"]`);
}
