// How a graph is looked at. The stage is a scroll container, so the wheel, touch, the keyboard and whatever gets the focus
// move it without any script; dragging its ground scrolls it, too. Zoom is one transform. Where one looked stays: across
// a swap by the card in view, across a reload in the tab's storage.
const LEVELS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2];
const EDGE = 24;
const clamp = (zoom) => Math.min(LEVELS.at(-1), Math.max(LEVELS[0], zoom));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let current = null;
let before = null;

export const view = () => current;

export function show() {
  const stage = document.querySelector("[data-stage]");
  if (stage === current?.stage) return;
  current?.leave();
  current = stage && new View(stage);
  current?.begin(before);
  before = null;
}

class View {
  constructor(stage) {
    this.stage = stage;
    this.ground = stage.querySelector("[data-ground]");
    this.graph = stage.querySelector("[data-graph]");
    this.width = Number(this.graph.dataset.width);
    this.height = Number(this.graph.dataset.height);
    this.zoom = 1;
    this.apply(1);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(stage);
    stage.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.grabbed(event));
    for (const name of ["touchstart", "touchmove"]) stage.addEventListener(name, (event) => this.pinched(event), { passive: false });
  }

  // Half a stage of free ground lies around the graph, so that any part of it can be brought to the middle.
  apply(zoom) {
    this.zoom = zoom;
    this.pad = { x: Math.round(this.stage.clientWidth / 2), y: Math.round(this.stage.clientHeight / 2) };
    this.ground.style.width = `${Math.round(this.width * zoom) + 2 * this.pad.x}px`;
    this.ground.style.height = `${this.pad.y + Math.max(Math.round(this.height * zoom) + this.pad.y, this.stage.clientHeight)}px`;
    this.graph.style.transform = `translate(${this.pad.x}px, ${this.pad.y}px) scale(${zoom})`;
    this.graph.classList.toggle("far", zoom < 0.6);
    this.graph.classList.toggle("farthest", zoom < 0.4);
    this.graph.classList.toggle("dots", zoom < 0.2);
    const percent = document.querySelector("[data-percent]");
    if (percent) percent.textContent = `${Math.round(zoom * 100)}%`;
    this.size = [this.stage.clientWidth, this.stage.clientHeight];
  }

  // The point of the graph in the upper left corner.
  get corner() {
    return { x: (this.stage.scrollLeft - this.pad.x) / this.zoom, y: (this.stage.scrollTop - this.pad.y) / this.zoom };
  }

  look({ x, y }) {
    this.stage.scrollTo({ left: x * this.zoom + this.pad.x, top: y * this.zoom + this.pad.y, behavior: "instant" });
  }

  // The point of the graph under (x, y) of the window stays there.
  zoomTo(zoom, x, y) {
    const box = this.stage.getBoundingClientRect();
    const [left, top] = [(x ?? box.left + box.width / 2) - box.left, (y ?? box.top + box.height / 2) - box.top];
    const { x: cornerX, y: cornerY } = this.corner;
    const still = { x: cornerX + left / this.zoom, y: cornerY + top / this.zoom };
    this.apply(clamp(zoom));
    this.look({ x: still.x - left / this.zoom, y: still.y - top / this.zoom });
    this.tell();
  }

  step(direction) {
    const next = direction > 0 ? LEVELS.find((level) => level > this.zoom + 0.001) : LEVELS.findLast((level) => level < this.zoom - 0.001);
    this.zoomTo(next ?? this.zoom);
  }

  fit() {
    const { clientWidth, clientHeight } = this.stage;
    const [wide, high] = [(clientWidth - 2 * EDGE) / this.width, (clientHeight - 2 * EDGE) / this.height];
    // Of what is so high that nothing of it would be left, the width fits, from the top.
    this.apply(clamp(Math.min(wide, Math.max(high, 0.1), 1)));
    const [width, height] = [clientWidth / this.zoom, clientHeight / this.zoom];
    this.look({ x: (this.width - width) / 2, y: Math.min(-EDGE / this.zoom, (this.height - height) / 2) });
    this.tell();
  }

  // The entry stands at the top, in the middle.
  home() {
    const entry = this.graph.querySelector(".entry");
    this.look({ x: Number(entry.dataset.x) + entry.offsetWidth / 2 - this.stage.clientWidth / 2, y: 0 });
  }

  begin(previous) {
    const kept = previous?.stage === this.stage.dataset.stage ? previous : JSON.parse(sessionStorage.getItem(this.name));
    if (kept) this.apply(clamp(kept.zoom));
    if (kept) this.look(kept.corner);
    else this.home();
    const anchor = kept?.anchor && this.card(kept.anchor.key);
    if (anchor) {
      const moved = anchor.getBoundingClientRect();
      this.stage.scrollBy({ left: moved.left - kept.anchor.left, top: moved.top - kept.anchor.top, behavior: "instant" });
    }
    this.tell();
  }

  // Before the graph is swapped: the card that shall stay where it is, the chosen one if it can be seen.
  remember() {
    const seen = [...this.graph.querySelectorAll("[data-card]")].filter((card) => this.sees(card));
    const card = seen.find((one) => one.classList.contains("selected")) ?? seen[0];
    const { left, top } = card?.getBoundingClientRect() ?? {};
    return { ...this.state, stage: this.stage.dataset.stage, anchor: card && { key: card.dataset.card, left, top } };
  }

  get state() {
    return { zoom: this.zoom, corner: this.corner };
  }

  get name() {
    return `view:${this.stage.dataset.stage}`;
  }

  card(key) {
    return this.graph.querySelector(`[data-card="${CSS.escape(key)}"]`);
  }

  sees(element) {
    const [box, own] = [this.stage.getBoundingClientRect(), element.getBoundingClientRect()];
    return own.right > box.left && own.left < box.right && own.bottom > box.top && own.top < box.bottom;
  }

  // As little as it takes; how far from the edge is the stage's scroll-padding.
  bring(element, block = "nearest") {
    element.scrollIntoView({ block, inline: "nearest", behavior: calm.matches ? "instant" : "smooth" });
  }

  tell() {
    this.stage.dispatchEvent(new CustomEvent("zoomed"));
  }

  resized() {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth || (this.size[0] === clientWidth && this.size[1] === clientHeight)) return;
    const { corner } = this;
    this.apply(this.zoom);
    this.look(corner);
    this.tell();
  }

  wheeled(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const by = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.zoomTo(this.zoom * Math.exp(-Math.max(-60, Math.min(60, by)) / 200), event.clientX, event.clientY);
  }

  // The ground by the left button, anything by the middle one. Touch scrolls by itself.
  grabbed(event) {
    const onGround = !event.target.closest("a, button, select, [data-card], .first-step");
    if (event.pointerType === "touch" || !(event.button === 1 || (event.button === 0 && onGround))) return;
    event.preventDefault();
    this.stage.focus({ preventScroll: true, focusVisible: false });
    this.stage.setPointerCapture(event.pointerId);
    this.stage.classList.add("grabbed");
    const start = { x: event.clientX + this.stage.scrollLeft, y: event.clientY + this.stage.scrollTop };
    const move = ({ clientX, clientY }) => this.stage.scrollTo({ left: start.x - clientX, top: start.y - clientY, behavior: "instant" });
    this.stage.addEventListener("pointermove", move);
    const end = () => {
      this.stage.removeEventListener("pointermove", move);
      this.stage.classList.remove("grabbed");
    };
    this.stage.addEventListener("lostpointercapture", end, { once: true });
  }

  pinched(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [one, other] = event.touches;
    const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (event.type === "touchstart") this.pinch = { apart, zoom: this.zoom };
    else this.zoomTo((this.pinch.zoom * apart) / this.pinch.apart, (one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2);
  }

  leave() {
    this.sizes.disconnect();
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (current && detail.target?.contains(current.stage)) before = current.remember();
});
document.addEventListener("click", ({ target }) => {
  const does = target.closest("[data-zoom]")?.dataset.zoom;
  if (does === "fit") current?.fit();
  else if (does === "whole") current?.zoomTo(1);
  else if (does) current?.step(does === "in" ? 1 : -1);
});
addEventListener("pagehide", () => current && sessionStorage.setItem(current.name, JSON.stringify(current.state)));
