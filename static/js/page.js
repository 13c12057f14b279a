// What every page needs: the menu of narrow screens, and words instead of a silent failure when a request fails.
import "./menu.js";
import { toast } from "./toast.js";

const menu = document.querySelector("[data-menu]");
menu?.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", String(open));
  menu.closest(".rail").classList.toggle("open", open);
});

const say = (words) => toast(words, { tone: "bad" });

document.addEventListener("htmx:sendError", () => say("The server can't be reached. What you see may be old; try again."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) say("You don't have the permission for this, or your session has ended. Load the page again.");
  else if (status >= 500) say("Something went wrong here. Nothing was changed; try again.");
});

// A form that takes its time says so on the button that was pressed.
document.addEventListener("submit", ({ submitter, defaultPrevented }) => {
  if (!submitter?.dataset.busy || defaultPrevented) return;
  submitter.setAttribute("aria-busy", "true");
  submitter.textContent = submitter.dataset.busy;
});

// A link to a field leads into it, not only to where it stands.
document.getElementById(location.hash.slice(1))?.focus();
