// Sizes and places of boxes. Ranks and their order come with the data; here boxes of any size are packed into them, so
// that an open one never covers another.

const PADDING = 14;
const HEAD = 30;
const measure = (() => {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map();
  return (text, font) => {
    const key = `${font} ${text}`;
    if (!known.has(key)) {
      context.font = font;
      known.set(key, context.measureText(text).width);
    }
    return known.get(key);
  };
})();

const FONT = {
  crate: "600 15px system-ui, sans-serif",
  module: "500 13px system-ui, sans-serif",
  item: "12px ui-monospace, monospace",
  lines: "12px system-ui, sans-serif",
};
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const label = (box) => shorten(box.name, box.kind === "item" ? 32 : 40);

/** Gives every box that is to be seen `x`, `y`, `w`, `h`; returns the size of the whole. */
function place(view, open) {
  const tops = [...view.boxes.values()].filter((box) => box.kind === "crate");
  const size = pack(tops.map((box) => measured(box, view, open)), "crate");
  for (const box of tops) shift(box, view, open, 0, 0);
  return size;
}

function measured(box, view, open) {
  if (open.has(box.id)) {
    const children = box.children.map((id) => measured(view.boxes.get(id), view, open));
    const inner = pack(children, children.some((child) => child.kind !== "item") ? "module" : "item");
    box.inner = inner;
    box.w = Math.max(inner.w, heading(box)) + 2 * PADDING;
    box.h = inner.h + HEAD + 2 * PADDING;
  } else if (box.kind === "item") {
    box.w = Math.max(44, measure(label(box), FONT.item) + 18);
    box.h = 24;
  } else {
    const text = Math.max(measure(label(box), FONT[box.kind]), measure(plural(box.lines, "line"), FONT.lines));
    box.w = Math.max(box.kind === "crate" ? 132 : 84, text + 50);
    box.h = box.kind === "crate" ? 56 : 42;
  }
  return box;
}

const heading = (box) => measure(label(box), FONT[box.kind]) + 110;

const GAPS = {
  crate: { column: 34, row: 72, wrapped: 40, least: 620 },
  module: { column: 16, row: 32, wrapped: 18, least: 360 },
  item: { column: 10, row: 24, wrapped: 12, least: 300 },
};

/** Puts boxes into rows by rank, a rank that is too wide into several; sets places within the box around. */
function pack(boxes, kind) {
  const gap = GAPS[kind];
  const area = boxes.reduce((sum, box) => sum + (box.w + gap.column) * (box.h + gap.row), 0);
  const most = Math.max(gap.least, Math.sqrt(area) * 1.35);
  const ranks = new Map();
  for (const box of boxes) {
    if (!ranks.has(box.spot[0])) ranks.set(box.spot[0], []);
    ranks.get(box.spot[0]).push(box);
  }
  const rows = [];
  for (const rank of [...ranks.keys()].sort((a, b) => a - b)) {
    const members = ranks.get(rank).sort((a, b) => a.spot[1] - b.spot[1]);
    rows.push(...wrap(members, most, gap));
  }
  const widest = Math.max(0, ...rows.map((row) => row.w));
  const height = rows.reduce((sum, row) => sum + gap.row + Math.max(...row.boxes.map((box) => box.h)), 0);
  // A long chain is set from side to side, so that its boxes can stand closer.
  const isChain = rows.length > 7 && height > 2.4 * widest;
  const sway = isChain ? widest * 0.62 : 0;
  let y = 0;
  rows.forEach((row, index) => {
    if (index) y += isChain ? gap.row * 0.35 : row.isWrapped ? gap.wrapped : gap.row;
    let x = (widest - row.w) / 2 + (index % 2 ? 2 * sway : 0);
    const tallest = Math.max(...row.boxes.map((box) => box.h));
    for (const box of row.boxes) {
      box.dx = x;
      box.dy = y + (tallest - box.h) / 2;
      x += box.w + gap.column;
    }
    y += tallest;
  });
  return { w: widest + 2 * sway, h: y };
}

function wrap(members, most, gap) {
  const rows = [];
  let row = { boxes: [], w: -gap.column, isWrapped: false };
  for (const box of members) {
    if (row.boxes.length && row.w + gap.column + box.w > most) {
      rows.push(row);
      row = { boxes: [], w: -gap.column, isWrapped: true };
    }
    row.boxes.push(box);
    row.w += gap.column + box.w;
  }
  return [...rows, row];
}

function shift(box, view, open, x, y) {
  box.x = x + box.dx;
  box.y = y + box.dy;
  if (!open.has(box.id)) return;
  const left = box.x + (box.w - box.inner.w) / 2;
  for (const id of box.children) shift(view.boxes.get(id), view, open, left, box.y + HEAD + PADDING);
}

/** The boxes to be seen, outer ones first. */
function visible(view, open) {
  const found = [];
  const pending = [...view.boxes.values()].filter((box) => box.kind === "crate");
  for (const box of pending) {
    found.push(box);
    if (open.has(box.id)) pending.push(...box.children.map((id) => view.boxes.get(id)));
  }
  return found;
}
