// What every page needs: the menu of narrow screens, and words instead of a silent failure when a request fails.
const menu = document.querySelector("[data-menu]");
menu?.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", String(open));
  menu.closest(".rail").classList.toggle("open", open);
});

document.addEventListener("htmx:sendError", () => say("The server can't be reached. What you see may be old; try again."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) say("You don't have the permission for this, or your session has ended. Load the page again.");
  else if (status >= 500) say("Something went wrong here. Nothing was changed; try again.");
});

function say(words) {
  let toast = document.querySelector(".toast");
  if (!toast) {
    toast = document.createElement("p");
    toast.className = "toast";
    toast.setAttribute("role", "alert");
    document.body.append(toast);
  }
  toast.textContent = words;
}
