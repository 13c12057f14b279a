// What every page needs: the menu of narrow screens, and words instead of a silent failure when a request fails.
import "./menu.js";
import "./signed_out.js";
import { again } from "./again.js";
import { isOld } from "./fresh.js";
import { toast } from "./toast.js";

const menu = document.querySelector("[data-menu]");
menu?.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", String(open));
  menu.closest(".rail").classList.toggle("open", open);
});

const say = (words, more = {}) => toast(words, { tone: "bad", ...more });

// A change that did not arrive can be sent again; what was only to be looked at is asked for again by hand.
function failed(words, { requestConfig }) {
  const isChange = requestConfig.verb === "post" && requestConfig.target?.isConnected;
  say(words, isChange ? { label: "Try again", button: () => again(requestConfig) } : {});
}

document.addEventListener("htmx:sendError", ({ detail }) => isOld(detail) || failed("The server can't be reached. What you see may be old.", detail));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) say("You don't have the permission for this, or this page is too old. Load it again.");
  else if (status === 404) say("This is not there any more. Load the page again.");
  else if (status >= 500) isOld(event.detail) || failed("Something went wrong here. Nothing was changed.", event.detail);
});

// A form that takes its time says so on the button that was pressed.
document.addEventListener("submit", ({ submitter, defaultPrevented }) => {
  if (!submitter?.dataset.busy || defaultPrevented) return;
  submitter.setAttribute("aria-busy", "true");
  submitter.textContent = submitter.dataset.busy;
});

// A link to a field leads into it, not only to where it stands.
document.getElementById(location.hash.slice(1))?.focus();

// What was unfolded stays so when the part around it is drawn anew.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const open = [...detail.target.querySelectorAll("details[open][id]")].map((one) => one.id);
  if (open.length) document.addEventListener("htmx:afterSwap", () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", "")), { once: true });
});
