// Says in a corner what has just happened, without taking the focus: toast("Delay deleted.", { label: "Undo", form: "undo" }).
// With `label` there is one action: `href` is where it leads, `form` the id of the form that it sends, `button` what it
// calls. It goes after 8 seconds in which nobody looks at it with mouse or keyboard; `tone: "bad"` stays until dismissed.
// The server says the same by an event: trigger_client_event(response, "toast", {"words": ..., "label": ..., "form": ...}).
const SHOWN = 8000;
const MOST = 3;
const place = document.querySelector("[data-toasts]");

export function toast(words, { label = "", href = "", form = "", button = null, tone = "" } = {}) {
  settle();
  const made = place.querySelector("template").content.firstElementChild.cloneNode(true);
  made.querySelector("p").textContent = words;
  if (tone) made.classList.add(tone);
  if (label) made.querySelector("p").after(action(label, { href, form, button }));
  for (const old of shown()) if (old.querySelector("p").textContent === words) old.remove();
  place.querySelector(tone === "bad" ? "[role=alert]" : "[role=status]").append(made);
  for (const old of shown().slice(0, -MOST)) old.remove();
  if (tone !== "bad") goLater(made);
  made.addEventListener("click", (event) => event.target.closest("button, a") && dismiss(made));
  made.addEventListener("keydown", (event) => event.key === "Escape" && dismiss(made));
  made.addEventListener("focusin", ({ relatedTarget }) => {
    if (relatedTarget && !made.contains(relatedTarget)) made.cameFrom = relatedTarget;
  });
  return made;
}

function action(label, { href, form, button }) {
  const made = document.createElement(href ? "a" : "button");
  made.className = "btn small";
  made.textContent = label;
  if (href) made.href = href;
  if (form) made.setAttribute("form", form);
  else if (!href) made.type = "button";
  if (button) made.addEventListener("click", button);
  return made;
}

const shown = () => [...place.querySelectorAll(".toast")];

// Whoever comes to it by keyboard goes back to where she was.
function dismiss(made) {
  const back = made.contains(document.activeElement) && made.cameFrom;
  // A button that sends a form must still be there when the click has run its course.
  setTimeout(() => {
    made.remove();
    if (back?.isConnected) back.focus();
  });
}

function goLater(made) {
  let timer;
  const wait = () => clearTimeout(timer);
  const goOn = () => {
    wait();
    timer = setTimeout(() => (made.matches(":hover, :focus-within") ? goOn() : made.remove()), SHOWN);
  };
  for (const name of ["pointerenter", "focusin"]) made.addEventListener(name, wait);
  for (const name of ["pointerleave", "focusout"]) made.addEventListener(name, goOn);
  goOn();
}

// Around an open dialog nothing can be read or pressed, so toasts go into it and come out again before it empties.
function settle() {
  const around = document.querySelector("dialog:modal") ?? document.body;
  if (place.parentElement !== around) around.append(place);
}

document.addEventListener("close", settle, true);
document.addEventListener("htmx:beforeSwap", (event) => event.detail.target?.contains(place) && document.body.append(place));
document.addEventListener("htmx:afterSettle", settle);
document.addEventListener("toast", ({ detail: { words, value, ...more } }) => toast(words ?? value, more));
