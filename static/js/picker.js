// Lists to choose from, with a field that searches them: what doesn't fit is hidden as one types, Down and Up walk
// through what is left, Enter takes the first. Without this script the list is a plain one.
document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-search]")) search(target.form, target.value);
});

document.addEventListener("keydown", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker || event.target.matches("[type=radio]")) return;
  const field = picker.querySelector("[data-search]");
  const choices = shown(picker);
  const at = choices.indexOf(event.target);
  if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    choices[0]?.click();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  (choices[next] ?? (next < 0 && field) ?? event.target).focus();
});

function search(picker, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const choice of picker.querySelectorAll("[data-choice]")) {
    const group = choice.closest("[data-group]")?.querySelector("h3").textContent ?? "";
    const said = `${group} ${choice.textContent}`.toLowerCase();
    choice.hidden = !words.every((word) => said.includes(word));
  }
  for (const group of picker.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-choice]:not([hidden])");
  }
  tell(picker, text.trim());
}

function tell(picker, text) {
  const choices = shown(picker);
  for (const choice of picker.querySelectorAll(".first")) choice.classList.remove("first");
  if (text) choices[0]?.classList.add("first");
  const name = picker.dataset.picker;
  const many = `${choices.length} of the ${name}. Enter takes the first.`;
  picker.querySelector("[data-found]").textContent = !text ? "" : choices.length ? many : `None of the ${name} fits “${text}”.`;
}

function shown(picker) {
  return [...picker.querySelectorAll("[data-choice]:not([hidden]) button")].filter((button) => button.getClientRects().length);
}
