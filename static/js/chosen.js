// The chosen step: what was clicked or walked to last. It is marked, kept in view, and what "add" adds after. One card can
// be tabbed to: the chosen one, else the first. The address names it, so that it is chosen again when the page is.
import { view } from "./view.js";

const CARDS = ".stage [data-card], .outline [data-card]";
const SETTLED = 250;
let key = null;
let later;

export function chosen() {
  return key && document.querySelector(`:is(${CARDS})[data-card="${CSS.escape(key)}"]`);
}

export function choose(card) {
  key = card?.dataset.card ?? null;
  for (const other of document.querySelectorAll(CARDS)) mark(other, other === card);
  for (const mini of document.querySelectorAll("[data-mini]")) mini.classList.toggle("here", mini.dataset.mini === key);
  if (!card) document.querySelector(CARDS)?.setAttribute("tabindex", "0");
  clearTimeout(later);
  later = setTimeout(name, SETTLED);
}

// Not at each step of a walk: browsers refuse an address that changes too often.
function name() {
  const hash = key ? `#step-${key}` : "";
  const named = location.hash.startsWith("#step-") || !location.hash;
  if (named && location.hash !== hash) history.replaceState(history.state, "", hash || location.pathname + location.search);
}

function mark(card, is) {
  card.classList.toggle("selected", is);
  card.toggleAttribute("aria-current", is);
  if (is) card.setAttribute("aria-current", "true");
  card.setAttribute("tabindex", is ? "0" : "-1");
}

export function walkTo(element) {
  element.focus({ preventScroll: true });
  if (view()) view().bring(element);
  else element.scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", ({ target }) => {
  const card = target.closest?.(CARDS);
  if (card) choose(card);
  // A click scrolls only once it is done: else what it was meant for would move away under it.
  const shown = card ?? target.closest?.(".stage .add, .stage .entry");
  if (shown && target.matches(":focus-visible")) view()?.bring(shown);
});
document.addEventListener("click", ({ target, detail }) => {
  const card = target.closest?.(".stage [data-card]");
  if (!card) return;
  choose(card);
  if (detail && !target.closest("a, button, select")) view()?.bring(card);
});
