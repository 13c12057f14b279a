// The small picture of a large graph: its frame follows the view by a transform alone, and clicks and drags move the view.
import { view } from "./view.js";

let frame = null;

export function follow() {
  const map = document.querySelector("[data-minimap]");
  if (!map || map.dataset.follows !== undefined || !view()) return;
  map.dataset.follows = "";
  frame = map.querySelector("[data-view]");
  const { stage } = view();
  stage.addEventListener("scroll", moved, { passive: true });
  stage.addEventListener("zoomed", sized);
  map.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    map.setPointerCapture(event.pointerId);
    go(event);
  });
  map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && go(event));
  sized();
}

function scale() {
  const picture = frame.parentElement.querySelector("svg");
  return { picture, x: picture.clientWidth / view().width, y: picture.clientHeight / view().height };
}

let by = { x: 0, y: 0 };

function sized() {
  const { x, y } = scale();
  const { stage, zoom } = view();
  by = { x, y };
  frame.style.width = `${Math.max(4, (stage.clientWidth / zoom) * x)}px`;
  frame.style.height = `${Math.max(4, (stage.clientHeight / zoom) * y)}px`;
  moved();
}

function moved() {
  const { x, y } = view().corner;
  frame.style.transform = `translate(${x * by.x}px, ${y * by.y}px)`;
}

function go(event) {
  const { stage, zoom } = view();
  const { picture, x, y } = scale();
  const box = picture.getBoundingClientRect();
  view().look({
    x: (event.clientX - box.left) / x - stage.clientWidth / zoom / 2,
    y: (event.clientY - box.top) / y - stage.clientHeight / zoom / 2,
  });
}
