// The same as a dependency structure matrix: rows need columns, both ordered by level, so that a mark above the diagonal
// goes against the order.

class Matrix {
  constructor(graph) {
    this.graph = graph;
    this.scene = svg("g");
    this.svg = svg("svg", { class: "matrix", role: "group", "aria-label": "Dependency structure matrix" }, this.scene);
    this.camera = new Camera(this.svg, this.scene);
    const hint = "A row needs the columns that are marked. Ordered by level, what needs nothing first: a mark above the diagonal is part of a circle.";
    this.element = element(
      "section",
      { class: "pane", "data-name": "matrix", "aria-label": "Matrix" },
      element("header", {}, element("h3", {}, `Matrix, ${graph.title.toLowerCase()}`), this.camera.buttons()),
      this.svg,
      element("p", { class: "hint" }, hint),
    );
    this.listen();
    this.draw();
  }

  /** Crates by level, then what is in them by level. */
  rows() {
    const { leaves, arrows, tree } = this.graph;
    const crateOf = (id) => tree.boxes.get(id).crate;
    const crates = [...new Set(leaves.map((box) => box.crate))];
    const between = arrows.map(({ from, to }) => [crateOf(from), crateOf(to)]).filter(([a, b]) => a !== b);
    const outer = levels(crates, between);
    const inner = levels(leaves.map((box) => box.id), arrows.map(({ from, to }) => [from, to]));
    const by = (box) => [outer.get(box.crate), box.crate, inner.get(box.id)];
    return [...leaves].sort((a, b) => {
      const [left, right] = [by(a), by(b)];
      const place = left.findIndex((value, index) => value !== right[index]);
      return place < 0 ? (a.path < b.path ? -1 : 1) : left[place] - right[place];
    });
  }

  draw() {
    const rows = this.rows();
    const place = new Map(rows.map((box, index) => [box.id, index]));
    const side = 24;
    const texts = rows.map((box, index) => `${shorten(box.path || "crate root", 42)}  ${index + 1}`);
    const left = Math.max(60, ...texts.map((text) => measure(text, FONT.module))) + 14;
    const top = 26;
    const whole = rows.length * side;
    const lines = [svg("rect", { class: "field", x: left, y: top, width: whole, height: whole })];
    rows.forEach((box, index) => {
      const [x, y] = [left + index * side, top + index * side];
      lines.push(
        svg("rect", { class: "self", style: `--h:${hue(box.crate)}`, x, y, width: side, height: side }),
        svg("text", { class: "row", x: left - 8, y: y + 16 }, texts[index]),
        svg("text", { class: "column", x: x + side / 2, y: top - 8 }, String(index + 1)),
      );
      if (index) lines.push(svg("path", { class: box.crate === rows[index - 1].crate ? "rule" : "rule strong", d: `M${left} ${y}h${whole}M${x} ${top}v${whole}` }));
    });
    this.cells = [...this.graph.arrows].sort((a, b) => place.get(a.from) - place.get(b.from) || place.get(a.to) - place.get(b.to));
    const most = Math.max(1, ...this.cells.map((arrow) => arrow.total));
    const marks = this.cells.map((arrow, index) => {
      const [row, column] = [place.get(arrow.from), place.get(arrow.to)];
      const strength = 0.35 + (0.65 * Math.log(arrow.total + 1)) / Math.log(most + 1);
      const says = `${this.graph.nameOf(arrow.from)} needs ${this.graph.nameOf(arrow.to)}: ${plural(arrow.total, "reference")}${column > row ? ", against the order" : ""}`;
      return svg(
        "g",
        { class: column > row ? `cell against ${arrow.kind}` : "cell", role: "button", tabindex: index ? "-1" : "0", "data-cell": String(index), "aria-label": says, transform: `translate(${left + column * side} ${top + row * side})` },
        svg("title", {}, says),
        svg("rect", { x: 1.5, y: 1.5, width: side - 3, height: side - 3, rx: 3, style: `--strength:${strength.toFixed(2)}` }),
        svg("text", { x: side / 2, y: 15.5 }, arrow.total > 999 ? `${Math.round(arrow.total / 1000)}k` : String(arrow.total)),
      );
    });
    this.scene.replaceChildren(...lines, ...marks);
    this.camera.setSize({ x: 0, y: 0, w: left + whole + 8, h: top + whole + 8 });
  }

  listen() {
    let start;
    const cell = (event) => event.target.closest(".cell");
    this.svg.addEventListener("pointerdown", (event) => {
      start = { x: event.clientX, y: event.clientY, isPan: false };
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!start) return;
      start.isPan ||= Math.hypot(event.clientX - start.x, event.clientY - start.y) > 5;
      if (!start.isPan) return;
      this.svg.setPointerCapture(event.pointerId);
      this.camera.pan(event.movementX, event.movementY);
    });
    this.svg.addEventListener("pointerup", (event) => {
      if (start && !start.isPan && cell(event)) this.choose(cell(event));
      start = undefined;
    });
    this.svg.addEventListener("keydown", (event) => {
      const at = cell(event);
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (at && (event.key === "Enter" || event.key === " ")) this.choose(at);
      else if (at && by) this.move(at, by);
      else return;
      event.preventDefault();
    });
  }

  choose(cell) {
    const arrow = this.cells[Number(cell.dataset.cell)];
    select({ kind: "arrow", from: this.graph.nameOf(arrow.from), to: this.graph.nameOf(arrow.to), total: arrow.total, arrows: arrow.arrows });
  }

  move(cell, by) {
    const marks = [...this.scene.querySelectorAll(".cell")];
    const next = marks[Number(cell.dataset.cell) + by];
    if (!next) return;
    cell.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }
}
