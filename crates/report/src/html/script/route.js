// The ways of arrows around boxes.

/** More than this, and an arrow goes straight. */
const CAREFUL = { arrows: 90, boxes: 70 };

/** Curves for all arrows: control points from who needs to what is needed. */
function routes(arrows, view, leaves) {
  const isCareful = arrows.length <= CAREFUL.arrows && leaves.length <= CAREFUL.boxes;
  const found = ports(arrows, view);
  return arrows.map((arrow) => {
    const [from, to] = [view.boxes.get(arrow.from), view.boxes.get(arrow.to)];
    const others = isCareful ? leaves.filter((box) => box !== from && box !== to) : [];
    return route(found.get(arrow), others);
  });
}

/** Where each arrow leaves and arrives: spread along the sides of the boxes, so that no two cover each other. */
function ports(arrows, view) {
  const sides = new Map();
  const found = new Map();
  const note = (arrow, end, box, side, toward) => {
    const key = `${box.id} ${side}`;
    if (!sides.has(key)) sides.set(key, { box, side, ends: [] });
    sides.get(key).ends.push({ arrow, end, toward });
  };
  for (const arrow of arrows) {
    const [from, to] = [view.boxes.get(arrow.from), view.boxes.get(arrow.to)];
    const [out, into] = facing(from, to);
    const way = out === "top" || out === "bottom" ? "x" : "y";
    found.set(arrow, { isLevel: way === "y" });
    note(arrow, "start", from, out, center(to)[way]);
    note(arrow, "end", to, into, center(from)[way]);
  }
  for (const { box, side, ends } of sides.values()) {
    ends.sort((a, b) => a.toward - b.toward || (a.arrow.key + a.end < b.arrow.key + b.end ? -1 : 1));
    const length = side === "top" || side === "bottom" ? box.w : box.h;
    const gap = Math.min(22, (length * 0.8) / Math.max(1, ends.length - 1));
    ends.forEach(({ arrow, end }, index) => {
      found.get(arrow)[end] = onSide(box, side, (index - (ends.length - 1) / 2) * gap);
    });
  }
  return found;
}

/** The sides by which an arrow leaves and arrives. */
function facing(from, to) {
  if (from.y + from.h <= to.y) return ["bottom", "top"];
  if (to.y + to.h <= from.y) return ["top", "bottom"];
  return center(from).x < center(to).x ? ["right", "left"] : ["left", "right"];
}

function onSide(box, side, offset) {
  const { x, y } = center(box);
  if (side === "top") return { x: x + offset, y: box.y };
  if (side === "bottom") return { x: x + offset, y: box.y + box.h };
  return { x: side === "left" ? box.x : box.x + box.w, y: y + offset };
}

/** The least bent curve that is worth it: a box that is crossed costs as much as a wide bend. */
function route(port, others) {
  let best;
  for (const bend of [0, 40, -40, 80, -80, 120, -120, 170, -170, 220, -220]) {
    const curve = bent(port, bend);
    const price = (others.length ? crossings(curve, others) * 18 : 0) + Math.abs(bend);
    if (!best || price < best.price) best = { curve, price };
    if (price <= Math.abs(bend)) break;
  }
  return best.curve;
}

function bent({ start, end, isLevel }, bend) {
  if (isLevel) {
    const reach = (end.x - start.x) * 0.4;
    const sag = bend * 0.8;
    return [start, { x: start.x + reach, y: start.y + sag }, { x: end.x - reach, y: end.y + sag }, end];
  }
  const reach = (end.y - start.y) * (bend ? 0.34 : 0.45);
  return [start, { x: start.x + bend, y: start.y + reach }, { x: end.x + bend, y: end.y - reach }, end];
}

const center = (box) => ({ x: box.x + box.w / 2, y: box.y + box.h / 2 });
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function at([a, b, c, d], t) {
  const s = 1 - t;
  const mix = (key) => s * s * s * a[key] + 3 * s * s * t * b[key] + 3 * s * t * t * c[key] + t * t * t * d[key];
  return { x: mix("x"), y: mix("y") };
}

function crossings(curve, boxes) {
  let hits = 0;
  for (let step = 1; step < 24; step += 1) {
    const { x, y } = at(curve, step / 24);
    if (boxes.some((box) => x > box.x - 4 && x < box.x + box.w + 4 && y > box.y - 4 && y < box.y + box.h + 4)) hits += 1;
  }
  return hits;
}

/** The area that boxes and curves take up. */
function extent(size, curves) {
  const points = curves.flatMap((curve) => [0.25, 0.5, 0.75].map((t) => at(curve, t)));
  const xs = [0, size.w, ...points.map(({ x }) => x)];
  const ys = [0, size.h, ...points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
}

const drawn = ([a, b, c, d]) =>
  `M${round(a)}C${round(b)} ${round(c)} ${round(d)}`;
const round = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A spot on a curve where a number covers no box and no other number; nothing where there is none. */
function numberSpot(curve, leaves, taken, width) {
  for (const t of [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74]) {
    const { x, y } = at(curve, t);
    const area = { x: x - width / 2, y: y - 8, w: width, h: 16 };
    if (![...leaves, ...taken].some((box) => overlaps(area, box))) {
      taken.push(area);
      return { x, y };
    }
  }
  return undefined;
}

const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
