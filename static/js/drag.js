// Dragging a type from the palette, or a card by its head, onto a plus. Pointer events, so it works by touch, too: there a
// longer press begins it, and a shorter one still scrolls. Escape lets go.
import { put } from "./adding.js";
import { view } from "./view.js";

const FAR = 6;
const PRESS = 350;
const REACH = 64;
const RIM = 48;
let drag = null;

document.addEventListener("pointerdown", (event) => {
  const button = event.target.closest?.("#adding [data-type]");
  const head = !event.target.closest?.("a, button, select") && event.target.closest?.(".step-head");
  const source = button ?? (head && document.getElementById("adding") && head.closest(".stage [data-card]"));
  if (!source || event.button !== 0 || !view()) return;
  drag = { source, x: event.clientX, y: event.clientY, touch: event.pointerType === "touch" };
  if (drag.touch) drag.timer = setTimeout(begin, PRESS);
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR;
  if (!drag.ghost && far) drag.touch ? end() : begin();
  if (!drag?.ghost) return;
  Object.assign(drag, { x: event.clientX, y: event.clientY });
  follow();
});

document.addEventListener("pointerup", () => {
  if (!drag?.ghost) return end();
  const { source, plus } = drag;
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
  end();
  if (!plus) return;
  if (source.matches("[data-type]")) put(source, plus);
  else move(source, plus);
});

document.addEventListener("pointercancel", end);
document.addEventListener("keydown", (event) => event.key === "Escape" && drag && end());
document.addEventListener("touchmove", (event) => drag?.ghost && event.preventDefault(), { passive: false });
document.addEventListener("contextmenu", (event) => drag?.touch && event.preventDefault());
document.addEventListener("dragstart", (event) => drag && event.preventDefault());

function begin() {
  const icon = drag.source.querySelector(".icon").cloneNode(true);
  const words = drag.source.matches("[data-type]") ? drag.source.textContent.trim() : drag.source.getAttribute("aria-label");
  drag.ghost = Object.assign(document.createElement("div"), { className: "ghost" });
  drag.ghost.append(icon, words);
  document.body.append(drag.ghost);
  document.getElementById("builder").classList.add("dragging");
  getSelection()?.removeAllRanges();
  follow();
  drag.roll = requestAnimationFrame(roll);
}

function follow() {
  drag.ghost.style.transform = `translate(${drag.x + 12}px, ${drag.y + 12}px)`;
  const plus = nearest();
  if (plus === drag.plus) return;
  drag.plus?.classList.remove("over");
  plus?.classList.add("over");
  drag.plus = plus;
}

function nearest() {
  const box = view().stage.getBoundingClientRect();
  if (drag.x < box.left || drag.x > box.right || drag.y < box.top || drag.y > box.bottom) return null;
  const own = drag.source.dataset.card;
  let found = null;
  let least = REACH;
  for (const plus of view().graph.querySelectorAll("[data-plus]")) {
    const { left, top, width, height } = plus.getBoundingClientRect();
    const apart = Math.hypot(Math.max(left - drag.x, 0, drag.x - left - width), Math.max(top - drag.y, 0, drag.y - top - height));
    if (apart < least && (own === undefined || plus.dataset.after !== own)) [found, least] = [plus, apart];
  }
  return found;
}

// Near the rim the graph comes along.
function roll() {
  if (!drag?.ghost) return;
  const box = view().stage.getBoundingClientRect();
  const pull = (at, low, high) => (at < low || at > high ? 0 : at < low + RIM ? at - low - RIM : at > high - RIM ? at - high + RIM : 0);
  const inside = drag.x > box.left && drag.x < box.right && drag.y > box.top && drag.y < box.bottom;
  const by = { left: pull(drag.x, box.left, box.right) / 4, top: pull(drag.y, box.top, box.bottom) / 4 };
  if (inside && (by.left || by.top)) {
    view().stage.scrollBy({ ...by, behavior: "instant" });
    follow();
  }
  drag.roll = requestAnimationFrame(roll);
}

function move(card, plus) {
  const { home } = document.getElementById("builder").dataset;
  const values = { place: `${plus.dataset.after}.${plus.dataset.branch}` };
  window.htmx.ajax("POST", `${home}steps/${card.dataset.card}/move/`, { source: card, target: "#builder", swap: "outerHTML", values });
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function end() {
  if (!drag) return;
  clearTimeout(drag.timer);
  cancelAnimationFrame(drag.roll);
  drag.ghost?.remove();
  drag.plus?.classList.remove("over");
  document.getElementById("builder")?.classList.remove("dragging");
  drag = null;
}
