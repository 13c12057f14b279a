// The page of a Canvas: opens what comes into the dialog, and after each change leads the focus to the changed step and
// says what happened. The graph itself is view.js's and its neighbours'.
import { offerTypes } from "./adding.js";
import "./autosave.js";
import { choose, chosen } from "./chosen.js";
import "./drag.js";
import { arrange } from "./graph.js";
import { mayLeave } from "./guard.js";
import "./keys.js";
import { follow } from "./minimap.js";
import { show, view } from "./view.js";

const dialog = document.querySelector("dialog#dialog");
const live = document.querySelector("[data-live]");

const named = location.hash.slice(1);
settle();
focusOn(named, wasReloaded() ? "nearest" : "center");
document.querySelector(".tab[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// Nobody has chosen a view yet: in a narrow window it is the outline.
document.addEventListener("DOMContentLoaded", () => {
  const narrow = matchMedia("(max-width: 60rem)").matches;
  if (narrow && document.querySelector("#builder[data-unasked]")) document.getElementById("view-outline").click();
});

document.addEventListener("htmx:afterSwap", () => {
  if (document.querySelector("[data-graph]:not([data-placed]), .outline")) settle();
});

function settle() {
  arrange(document);
  show();
  follow();
  offerTypes();
  choose(chosen());
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  // A conflict comes as a 409 with a fragment: it is shown where the server says.
  if (xhr.status === 409) Object.assign(event.detail, { shouldSwap: true, isError: false });
});

document.addEventListener("htmx:afterSettle", (event) => {
  const { target } = event.detail;
  if (target?.id === "dialog" && dialog && !dialog.open) dialog.showModal();
  if (target?.id === "dialog") focusOn(event.detail.requestConfig.elt.hash?.slice(1)) || focusFirst(target);
  if (target?.id === "review" && live) live.textContent = target.querySelector("h2").textContent;
  const builder = document.querySelector("#builder");
  if (target?.id !== "builder" || !builder) return;
  dialog?.close();
  if (live) live.textContent = builder.dataset.said;
  const { focus } = builder.dataset;
  if (focusOn(focus && `step-${focus}`) || builder.contains(document.activeElement)) return;
  document.getElementById("main").focus();
});

// The graph is about to be replaced: what would be clicked meanwhile would be lost.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target?.id === "builder" && detail.requestConfig.verb === "post") detail.target.inert = true;
});
document.addEventListener("htmx:afterRequest", () => {
  const builder = document.querySelector("#builder");
  if (builder) builder.inert = false;
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-close]");
  const around = closer?.closest("dialog");
  if (around) {
    event.preventDefault();
    if (mayLeave(dialog)) around.close();
  }
  const dock = event.target.closest("[data-dock]");
  if (dock) dock.setAttribute("aria-expanded", dock.getAttribute("aria-expanded") !== "true");
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  // "Load the newer state" means the page as it is now.
  const newer = event.target.closest("[data-newer]");
  if (newer) {
    event.preventDefault();
    for (const form of document.querySelectorAll("form[data-dirty]")) delete form.dataset.dirty;
    location.assign(newer.closest("dialog") ? location.pathname : newer.getAttribute("href") || location.pathname);
  }
});

// Links that act as buttons are pressed with the space bar, too.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches("a[role=button]")) return;
  event.preventDefault();
  event.target.click();
});

dialog?.addEventListener("cancel", (event) => mayLeave(dialog) || event.preventDefault());
// It comes a moment after the dialog has closed: by then the next question may stand in it.
dialog?.addEventListener("close", () => {
  if (dialog.open) return;
  dialog.replaceChildren();
  for (const select of document.querySelectorAll("select.step-type")) select.value = select.querySelector("[selected]").value;
});

// The card, or its line in the outline; or the field that a link names, in the page or in a group of fields.
function focusOn(id, block = "nearest") {
  const found = id && document.getElementById(id);
  if (!found) return false;
  const inside = found.matches("[data-card]") ? found : fieldIn(found);
  inside.focus({ preventScroll: true });
  // It may have the focus already, and then says no more that it got it.
  if (inside.matches("[data-card]")) choose(inside);
  if (view()?.graph.contains(inside)) view().bring(inside, block);
  else inside.scrollIntoView({ block: "center", inline: "nearest" });
  return true;
}

function wasReloaded() {
  return performance.getEntriesByType("navigation")[0]?.type === "reload";
}

function fieldIn(element) {
  const fields = "input:not([type=hidden]), select, textarea, button, a[href]";
  return element.matches(fields) ? element : element.querySelector(fields) ?? element;
}

function focusFirst(root) {
  if (root.contains(document.activeElement) && document.activeElement !== root && !document.activeElement.matches("[data-close]")) return;
  const first = root.querySelector(".dialog-form :is(input:not([type=hidden]), select, textarea, button), .dialog-foot .btn");
  (first ?? root).focus();
}
