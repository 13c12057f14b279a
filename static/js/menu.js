// A menu is a popover: the browser opens it, closes it on Escape or a click elsewhere, and gives the focus back. Here it is
// put below its button (through the CSSOM, which the CSP allows), or above it where there is no room.
const GAP = 4;

document.addEventListener("toggle", ({ target, newState }) => {
  if (newState !== "open" || !target.matches(".menu[popover]")) return;
  const button = openerOf(target).getBoundingClientRect();
  const { width, height } = target.getBoundingClientRect();
  const below = button.bottom + GAP;
  target.style.left = `${Math.max(GAP, Math.min(button.right - width, innerWidth - width - GAP))}px`;
  target.style.top = `${below + height > innerHeight ? Math.max(GAP, button.top - height - GAP) : below}px`;
}, true);

// Arrows go from item to item, as in every menu.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu[popover]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll("a, button")];
  items.at((items.indexOf(event.target) + step) % items.length).focus();
});

// What is fixed in place doesn't follow the page.
for (const name of ["scroll", "wheel"]) {
  addEventListener(name, () => document.querySelector(".menu:popover-open")?.hidePopover(), { passive: true });
}

// A menu that stands for many things at once says itself who opened it.
export function openerOf(menu) {
  return menu.opener ?? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}
