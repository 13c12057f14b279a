// The menu of a step: one for all cards, filled for the step whose "…" was pressed. How it opens, closes and is walked
// through is menu.js's. `press(card, "delete")` does what the menu's item does, without opening it.
const menu = document.getElementById("step-menu");
const items = document.getElementById("step-items");

export function press(card, action) {
  if (!menu || !card?.dataset.card) return;
  fill(card);
  menu.querySelector(`[data-action="${action}"]`)?.click();
}

document.addEventListener("step-action", ({ target, detail }) => press(target.closest("[data-card]"), detail.action));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[aria-haspopup=menu]");
  const card = button?.closest("[data-card]");
  if (!card || !menu) return;
  event.preventDefault();
  fill(card);
  menu.opener = button;
  button.focus();
  menu.showPopover();
  menu.querySelector("[role=menuitem]").focus();
});

// Before the item does its work the focus is on the "…" again, to which a dialog gives it back when it closes.
menu?.addEventListener("click", (event) => {
  if (event.target.closest("[role=menuitem]") && menu.matches(":popover-open")) menu.hidePopover();
}, true);

menu?.addEventListener("toggle", ({ newState }) => menu.opener?.setAttribute("aria-expanded", String(newState === "open")));
menu?.addEventListener("keydown", ({ key }) => key === "Tab" && menu.hidePopover());

function fill(card) {
  menu.innerHTML = items.innerHTML.replaceAll("KEY-OF-STEP", card.dataset.card);
  menu.setAttribute("aria-label", card.getAttribute("aria-label"));
  window.htmx.process(menu);
}
