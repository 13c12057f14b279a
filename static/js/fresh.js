// Figures that look again by themselves say from when they are. Where a look fails they stay, and say that they are old;
// the next one that succeeds draws them anew.
const OLD = "These figures are old: the server can’t be reached. Looking again by itself.";

export function isOld({ elt, target }) {
  const told = elt.matches("[hx-trigger^=every]") && (target ?? elt).querySelector("[data-as-of]");
  if (!told) return false;
  if (!told.nextElementSibling?.matches(".stale")) told.after(mark());
  return true;
}

// It is in place before it says anything, so that a screen reader hears of it.
function mark() {
  const made = document.createElement("span");
  made.className = "stale";
  made.setAttribute("role", "status");
  requestAnimationFrame(() => (made.textContent = OLD));
  return made;
}
