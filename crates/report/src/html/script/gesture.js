// Pointer and keys on a graph: pan, zoom, open, select, drag to another crate.

class Camera {
  constructor(outer, scene) {
    Object.assign(this, { outer, scene, x: 0, y: 0, scale: 1, size: { x: 0, y: 0, w: 1, h: 1 }, isFitted: true });
    new ResizeObserver(() => this.isFitted && this.fit()).observe(outer);
    outer.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  buttons() {
    const button = (text, title, act) => element("button", { type: "button", title, "aria-label": title, onclick: act }, text);
    return element("div", { class: "zoom" }, button("−", "Zoom out", () => this.zoom(1 / 1.3)), button("+", "Zoom in", () => this.zoom(1.3)), button("Fit", "Fit all into view", () => this.fit()));
  }

  setSize(size) {
    this.size = size;
    if (this.isFitted) this.fit();
  }

  port() {
    return { w: this.outer.clientWidth || 400, h: this.outer.clientHeight || 400 };
  }

  fit() {
    const { w, h } = this.port();
    this.look(this.size, Math.min(1.15, (w - 32) / this.size.w, (h - 32) / this.size.h));
    this.isFitted = true;
  }

  /** Puts the middle of an area into the middle of the pane. */
  look(area, scale) {
    const { w, h } = this.port();
    this.scale = clamp(scale, 0.02, 4);
    this.x = w / 2 - (area.x + area.w / 2) * this.scale;
    this.y = h / 2 - (area.y + area.h / 2) * this.scale;
    this.x = this.held(this.x, this.size.x, this.size.w, w);
    this.y = this.held(this.y, this.size.y, this.size.h, h);
    this.isFitted = false;
    this.apply();
  }

  /** No empty room on one side while something is hidden on the other. */
  held(offset, start, length, room) {
    const [low, high] = [room - 16 - (start + length) * this.scale, 16 - start * this.scale];
    return low > high ? (low + high) / 2 : clamp(offset, low, high);
  }

  /** All of it where that can still be read, else the box with what is around it. */
  reveal(box, size, isClose = false) {
    const { w, h } = this.port();
    const all = Math.min(1.15, (w - 32) / size.w, (h - 32) / size.h);
    if (all > 0.62 && !isClose) {
      this.fit();
      return;
    }
    const margin = isClose ? 160 : 24;
    const own = Math.min(1.1, w / (box.w + 2 * margin), h / (box.h + 2 * margin));
    this.look(box, Math.max(own, all, isClose ? 0.8 : 0));
  }

  keepInside(box) {
    const { w, h } = this.port();
    const [left, top] = [box.x * this.scale + this.x, box.y * this.scale + this.y];
    const [right, bottom] = [left + box.w * this.scale, top + box.h * this.scale];
    if (left < 0 || right > w) this.x += left < 0 ? 12 - left : w - 12 - right;
    if (top < 0 || bottom > h) this.y += top < 0 ? 12 - top : h - 12 - bottom;
    this.apply();
  }

  zoom(factor, about) {
    const { w, h } = this.port();
    const at = about ?? { x: w / 2, y: h / 2 };
    const next = clamp(this.scale * factor, 0.02, 4);
    this.x = at.x - ((at.x - this.x) * next) / this.scale;
    this.y = at.y - ((at.y - this.y) * next) / this.scale;
    this.scale = next;
    this.isFitted = false;
    this.apply();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.isFitted = false;
    this.apply();
  }

  apply() {
    this.scene.setAttribute("transform", `translate(${this.x.toFixed(1)} ${this.y.toFixed(1)}) scale(${this.scale.toFixed(4)})`);
  }

  /** The wheel alone scrolls the page. */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const area = this.outer.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 300), { x: event.clientX - area.left, y: event.clientY - area.top });
  }
}

const boxAt = (target) => target?.closest?.(".box")?.dataset.id;

function listen(graph) {
  const pointers = new Map();
  let start;
  graph.svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event);
    start = { x: event.clientX, y: event.clientY, id: boxAt(event.target), key: event.target.closest(".line")?.dataset.key };
  });
  graph.svg.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) pinch(graph, pointers, last, event);
    else drag(graph, start, last, event);
  });
  const end = (event) => {
    if (!pointers.delete(event.pointerId) || !start) return;
    if (start.ghost) drop(graph, start, event);
    else if (!start.isPan && event.type === "pointerup") click(graph, start);
    if (!pointers.size) start = undefined;
  };
  graph.svg.addEventListener("pointerup", end);
  graph.svg.addEventListener("pointercancel", end);
  graph.svg.addEventListener("keydown", (event) => key(graph, event));
  graph.svg.addEventListener("focusin", (event) => {
    const id = boxAt(event.target);
    if (id && id !== graph.focused) graph.focus(id);
  });
}

function click(graph, { id, key: line }) {
  if (id) {
    graph.focus(id);
    select(ofBox(graph, id));
    graph.toggle(id);
    graph.nodes.get(id)?.focus({ preventScroll: true });
  } else if (line) {
    const arrow = graph.arrows.find((one) => one.key === line);
    select({ kind: "arrow", from: graph.nameOf(arrow.from), to: graph.nameOf(arrow.to), total: arrow.total, arrows: arrow.arrows });
  } else {
    select(undefined);
  }
}

function ofBox(graph, id) {
  const box = graph.tree.boxes.get(id);
  return { graph: graph.name, id, kind: box.kind, path: box.path, item: box.item };
}

function pinch(graph, pointers, last, event) {
  const other = [...pointers.values()].find((one) => one.pointerId !== event.pointerId);
  const gap = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
  const area = graph.svg.getBoundingClientRect();
  graph.camera.zoom(gap(event) / gap(last), { x: (event.clientX + other.clientX) / 2 - area.left, y: (event.clientY + other.clientY) / 2 - area.top });
}

function drag(graph, start, last, event) {
  const isFar = Math.hypot(event.clientX - start.x, event.clientY - start.y) > 5;
  if (!start.ghost && !start.isPan && isFar) {
    graph.svg.setPointerCapture(event.pointerId);
    const box = start.id && graph.tree.boxes.get(start.id);
    const canMove = box && box.kind !== "crate" && data.is_planned && graph.name === "planned" && !graph.open.has(box.id);
    if (canMove) start.ghost = document.body.appendChild(element("div", { class: "ghost", style: `--h:${hue(box.crate)}` }, box.name));
    else start.isPan = true;
  }
  if (start.isPan) graph.camera.pan(event.clientX - last.clientX, event.clientY - last.clientY);
  if (start.ghost) {
    start.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
    const crate = crateAt(graph, event);
    for (const [id, node] of graph.nodes) node.classList.toggle("target", id === `c${crate}`);
  }
}

/** The crate under the pointer. */
function crateAt(graph, event) {
  const id = boxAt(document.elementFromPoint(event.clientX, event.clientY));
  return id && graph.tree.boxes.get(id)?.crate;
}

function drop(graph, start, event) {
  start.ghost.remove();
  for (const node of graph.nodes.values()) node.classList.remove("target");
  const crate = event.type === "pointerup" ? crateAt(graph, event) : undefined;
  const box = graph.tree.boxes.get(start.id);
  if (crate !== undefined && crate !== box.crate) moveTo(box, crate);
}

function key(graph, event) {
  const id = boxAt(event.target);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {
    Enter: () => id && (select(ofBox(graph, id)), graph.toggle(id), graph.focus(id)),
    " ": () => id && select(ofBox(graph, id)),
    ArrowLeft: () => step(graph, id, -1, 0),
    ArrowRight: () => step(graph, id, 1, 0),
    ArrowUp: () => step(graph, id, 0, -1),
    ArrowDown: () => step(graph, id, 0, 1),
    "+": () => graph.camera.zoom(1.3),
    "=": () => graph.camera.zoom(1.3),
    "-": () => graph.camera.zoom(1 / 1.3),
    0: () => graph.camera.fit(),
    m: () => id && (select(ofBox(graph, id)), document.getElementById("move-to")?.focus()),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** To the box that lies nearest that way. */
function step(graph, id, dx, dy) {
  const own = graph.tree.boxes.get(id);
  if (!own) return;
  const from = anchor(graph, own);
  let best;
  for (const box of graph.boxes) {
    if (box === own) continue;
    const to = anchor(graph, box);
    const ahead = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (ahead < 4) continue;
    const far = ahead + aside * 2;
    if (!best || far < best.far) best = { far, box };
  }
  if (best) graph.focus(best.box.id);
}

/** Where a box is for the arrow keys: an open one at its heading. */
const anchor = (graph, box) => (graph.open.has(box.id) ? { x: box.x + 60, y: box.y + 15 } : center(box));
