// A graph in a pane: boxes, arrows, and what is selected.

/** More arrows than this are drawn faint until one of their ends is selected. */
const MANY = 120;

class Graph {
  /** `keepEmpty`: whether crates with nothing in them are shown, so that something can be put there. */
  constructor(name, title, view, keepEmpty) {
    Object.assign(this, { name, title, view, keepEmpty, open: new Set(), marked: new Set(), focused: undefined });
    this.scene = svg("g");
    this.svg = svg("svg", { class: "graph", role: "group", "aria-label": `${title}: a graph of crates` }, arrowHeads(name), this.scene);
    this.table = element("div", { class: "scroll" });
    this.camera = new Camera(this.svg, this.scene);
    this.element = element(
      "section",
      { class: "pane", "data-name": name, "aria-label": title },
      element("header", {}, element("h3", {}, title), this.camera.buttons()),
      this.svg,
      asTable(this.table, () => this.fillTable()),
    );
    this.setHomes(view.home);
    listen(this);
  }

  /** Draws anew with other homes; what was open stays open. */
  setHomes(homes) {
    this.tree = tree(homes, this.view, this.keepEmpty);
    this.draw();
  }

  draw() {
    const { tree, open } = this;
    const size = place(tree, open);
    this.boxes = visible(tree, open);
    this.leaves = this.boxes.filter((box) => !open.has(box.id));
    this.arrows = visibleArrows(tree, open);
    const component = components(this.leaves.map((box) => box.id), this.arrows.map(({ from, to }) => [from, to]));
    for (const arrow of this.arrows) {
      const isCircle = component.get(arrow.from) === component.get(arrow.to);
      const isInside = tree.boxes.get(arrow.from).crate === tree.boxes.get(arrow.to).crate;
      arrow.kind = !isCircle ? "plain" : isInside ? "knot" : "circle";
    }
    const curves = routes(this.arrows, tree, this.leaves);
    this.size = extent(size, curves);
    this.camera.setSize(this.size);
    // Over the arrows, so that they can be read.
    this.headings = [];
    this.nodes = new Map(this.boxes.map((box) => [box.id, this.drawBox(box)]));
    const outer = this.boxes.filter((box) => open.has(box.id)).map((box) => this.nodes.get(box.id));
    const inner = this.leaves.map((box) => this.nodes.get(box.id));
    this.lines = new Map();
    const taken = this.boxes.filter((box) => open.has(box.id)).map((box) => ({ x: box.x, y: box.y, w: heading(box), h: HEAD }));
    const numbers = [];
    const lines = this.arrows.map((arrow, index) => this.drawArrow(arrow, curves[index], taken, numbers));
    this.scene.replaceChildren(
      svg("g", {}, ...outer),
      svg("g", { "aria-hidden": "true", class: this.arrows.length > MANY ? "arrows many" : "arrows" }, ...lines),
      svg("g", {}, ...inner),
      svg("g", { "aria-hidden": "true", class: "headings" }, ...this.headings),
      svg("g", { "aria-hidden": "true", class: "numbers" }, ...numbers),
    );
    if (!this.nodes.has(this.focused)) this.focused = [...this.boxes].sort((a, b) => a.y - b.y || a.x - b.x)[0]?.id;
    this.nodes.get(this.focused)?.setAttribute("tabindex", "0");
    if (this.table.hasChildNodes()) this.fillTable();
    this.show(selection);
  }

  drawBox(box) {
    const isOpen = this.open.has(box.id);
    const canOpen = box.children.length > 0;
    const isMoved = box.items.length > 0 && this.isMoved(box);
    const drawn = svg(
      "g",
      {
        class: `box ${box.kind}${isOpen ? " open" : ""}${isMoved ? " moved" : ""}`,
        transform: `translate(${box.x.toFixed(1)} ${box.y.toFixed(1)})`,
        style: `--h:${hue(box.crate)}`,
        tabindex: "-1",
        role: "button",
        "data-id": box.id,
        "aria-expanded": canOpen ? String(isOpen) : undefined,
        "aria-label": `${box.kind} ${box.path || box.name}, ${plural(box.lines, "line")}`,
      },
      svg("title", {}, `${box.path || box.name}\n${plural(box.lines, "line")}`),
      svg("rect", { width: box.w.toFixed(1), height: box.h.toFixed(1), rx: box.kind === "crate" ? 10 : box.kind === "module" ? 7 : 4 }),
    );
    if (isOpen) this.headings.push(svg("g", { class: `heading ${box.kind}`, transform: `translate(${box.x.toFixed(1)} ${box.y.toFixed(1)})`, style: `--h:${hue(box.crate)}` }, ...this.drawText(box, isOpen, canOpen)));
    else drawn.append(...this.drawText(box, isOpen, canOpen));
    return drawn;
  }

  drawText(box, isOpen, canOpen) {
    const middle = (box.w / 2 + (box.kind === "item" ? 0 : 8)).toFixed(1);
    if (box.kind === "item") return [svg("text", { x: middle, y: 16, class: "name" }, label(box))];
    const sign = canOpen && svg("path", { class: "sign", d: isOpen ? "M-4 -2L0 3L4 -2" : "M-2 -4L3 0L-2 4", transform: isOpen ? "translate(17 20)" : `translate(16 ${box.h / 2})` });
    if (isOpen) {
      const start = 28 + measure(label(box), FONT[box.kind]) + 10;
      return [sign, svg("text", { x: 28, y: 24, class: "name start" }, label(box)), svg("text", { x: start.toFixed(1), y: 24, class: "lines start" }, plural(box.lines, "line"))];
    }
    const [name, lines] = box.kind === "crate" ? [25, 43] : [18, 33];
    return [...(sign ? [sign] : []), svg("text", { x: middle, y: name, class: "name" }, label(box)), svg("text", { x: middle, y: lines, class: "lines" }, plural(box.lines, "line"))];
  }

  isMoved(box) {
    return moves.length > 0 && box.items.every((item) => this.tree.homes[item] !== this.view.home[item]);
  }

  drawArrow(arrow, curve, taken, numbers) {
    const width = Math.min(3.6, 1.1 + Math.log2(arrow.total) / 4);
    const d = drawn(curve);
    const kind = arrow.kind;
    const line = svg(
      "g",
      { class: `line ${kind}`, "data-key": arrow.key },
      svg("path", { class: "reach", d }),
      svg("path", { class: "ink", d, "stroke-width": width.toFixed(2), "marker-end": `url(#${this.name}-${kind})` }),
      svg("title", {}, `${this.nameOf(arrow.from)} needs ${this.nameOf(arrow.to)}: ${plural(arrow.total, "reference")}`),
    );
    this.lines.set(arrow.key, line);
    if (this.arrows.length <= 40) {
      const text = grouped(arrow.total);
      const spot = numberSpot(curve, this.leaves, taken, text.length * 7 + 6);
      if (spot) numbers.push(svg("text", { x: spot.x.toFixed(1), y: (spot.y + 4).toFixed(1) }, text));
    }
    return line;
  }

  nameOf(id) {
    const box = this.tree.boxes.get(id);
    return box.kind === "module" ? box.path || "the crate root" : box.path;
  }

  /** Opens or closes a box, which stays where it is on the screen, or as near as may be. */
  toggle(id) {
    const box = this.tree.boxes.get(id);
    if (!box?.children.length) return;
    if (this.open.has(id)) {
      for (const other of this.open) if (other === id || this.isWithin(other, id)) this.open.delete(other);
    } else {
      this.open.add(id);
    }
    this.focused = id;
    this.draw();
    this.camera.reveal(this.tree.boxes.get(id), this.size);
    this.onopen?.();
  }

  isWithin(id, outer) {
    for (let at = this.tree.boxes.get(id); at; at = this.tree.boxes.get(at.parent)) if (at.id === outer) return true;
    return false;
  }

  /** Opens all crates (1), or nothing (0). */
  openTo(depth) {
    this.open = new Set(depth ? [...this.tree.boxes.values()].filter((box) => box.kind === "crate" && box.children.length).map((box) => box.id) : []);
    this.draw();
    this.camera.fit();
    this.onopen?.();
  }

  /** Opens what is around an item and brings it into view. */
  goTo(item) {
    const chain = this.tree.chains[item];
    for (const id of chain.slice(0, -1)) this.open.add(id);
    this.goToBox(chain[chain.length - 1]);
  }

  goToBox(id) {
    for (let at = this.tree.boxes.get(this.tree.boxes.get(id)?.parent); at; at = this.tree.boxes.get(at.parent)) this.open.add(at.id);
    this.focused = id;
    this.draw();
    const box = this.tree.boxes.get(id);
    if (box) this.camera.reveal(box, this.size, true);
    this.onopen?.();
  }

  focus(id) {
    this.nodes.get(this.focused)?.setAttribute("tabindex", "-1");
    this.focused = id;
    const node = this.nodes.get(id);
    node?.setAttribute("tabindex", "0");
    node?.focus({ preventScroll: true });
    this.camera.keepInside(this.tree.boxes.get(id));
  }

  /** Shows what is selected: the box of that name, and the arrows at it; or one arrow. */
  show(selected) {
    this.svg.classList.toggle("has-selection", Boolean(selected));
    const own = selected && this.find(selected);
    const isOwn = (id) => id === own || (this.open.has(own) && this.isWithin(id, own));
    for (const arrow of this.arrows) {
      const ends = own ? Number(isOwn(arrow.from)) + Number(isOwn(arrow.to)) : 0;
      const line = this.lines.get(arrow.key).classList;
      line.toggle("hot", selected?.kind === "arrow" ? this.isSame(arrow, selected) : ends === 1);
      line.toggle("inside", ends === 2);
    }
    for (const [id, node] of this.nodes) {
      const box = this.tree.boxes.get(id);
      node.classList.toggle("selected", id === own);
      node.classList.toggle("marked", this.marked.size > 0 && box.items.some((item) => this.marked.has(item)));
    }
  }

  isSame(arrow, selected) {
    const known = selected.set ?? (selected.set = new Set(selected.arrows));
    return arrow.arrows.some((index) => known.has(index));
  }

  /** The box to be seen that stands for what is selected here. */
  find(selected) {
    if (selected.kind === "arrow") return undefined;
    if (selected.graph === this.name && this.nodes.has(selected.id)) return selected.id;
    if (selected.item !== undefined) return this.tree.chains[selected.item].find((id) => !this.open.has(id));
    const same = this.boxes.filter((box) => box.kind === selected.kind && box.path === selected.path);
    return same[0]?.id;
  }

  fillTable() {
    const rows = [...this.arrows].sort((a, b) => b.total - a.total).slice(0, 400);
    const row = (arrow) => element("tr", {}, element("td", {}, this.nameOf(arrow.from)), element("td", {}, this.nameOf(arrow.to)), element("td", { class: "number" }, grouped(arrow.total)), element("td", {}, { plain: "", knot: "in a circle within its crate", circle: "in a circle between crates" }[arrow.kind]));
    const head = element("tr", {}, ...["Who needs", "what", "references", ""].map((text) => element("th", { scope: "col" }, text)));
    this.table.replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows.map(row))));
    if (this.arrows.length > rows.length) this.table.append(`… and ${this.arrows.length - rows.length} more`);
  }
}

function arrowHeads(name) {
  const head = (kind) => svg("marker", { id: `${name}-${kind}`, class: `head ${kind}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, svg("path", { d: "M0 .8L8 4L0 7.2z" }));
  return svg("defs", {}, head("plain"), head("knot"), head("circle"));
}

/** The same as text, made when it is asked for. */
function asTable(place, fill) {
  return element("details", { class: "as-table" }, element("summary", { onclick: fill }, "As a table"), place);
}
