// The data of the page, and the trees of boxes that are made of it: crates, modules in them, items in those.

const data = JSON.parse(document.getElementById("data").textContent);
const items = data.items;
const count = items.label.length;
const rootCrate = data.crates.length - 1;

/** By item: the arrows that leave it, and those that lead to it. */
const leaving = Array.from({ length: count }, () => []);
const arriving = Array.from({ length: count }, () => []);
data.arrows.forEach(([from, to], index) => {
  leaving[from].push(index);
  arriving[to].push(index);
});

/** By what moves together: its items. */
const mates = new Map();
items.unit.forEach((unit, item) => {
  if (!mates.has(unit)) mates.set(unit, []);
  mates.get(unit).push(item);
});

const modulePath = (item) => data.modules[items.module[item]];

/** As `split.toml` names it. */
function itemPath(item) {
  const path = modulePath(item);
  return path ? `${path}::${items.label[item]}` : items.label[item];
}

/** All outer modules of a path, the outermost first, and itself. */
function around(path) {
  const found = [];
  for (let end = path.indexOf("::"); end >= 0; end = path.indexOf("::", end + 2)) found.push(path.slice(0, end));
  found.push(path);
  return found;
}

/** The boxes of one view: by id, with the ids around each item. */
function tree(homes, view, keepEmpty) {
  const boxes = new Map();
  const add = (id, fields) => {
    if (!boxes.has(id)) {
      boxes.set(id, { id, children: [], items: [], lines: 0, spot: [9999, boxes.size], ...fields });
      if (fields.parent) boxes.get(fields.parent).children.push(id);
    }
    return boxes.get(id);
  };
  data.crates.forEach((krate, index) => {
    if (keepEmpty || homes.includes(index)) {
      add(`c${index}`, { kind: "crate", name: krate.name, path: krate.name, crate: index, spot: view.krate[index] });
    }
  });
  const chains = [];
  for (let item = 0; item < count; item += 1) {
    const crate = homes[item];
    const chain = [`c${crate}`];
    for (const path of around(modulePath(item))) {
      const id = `m${crate}|${path}`;
      const parent = chain[chain.length - 1];
      const name = path === "" ? "crate root" : path.slice(path.lastIndexOf("::") + 1).replace(/^:+/, "");
      add(id, { kind: "module", name, path, crate, parent, spot: view.module[`${crate}|${path}`] ?? [9999, boxes.size] });
      chain.push(id);
    }
    const moved = homes[item] !== view.home[item];
    add(`i${item}`, {
      kind: "item", name: items.label[item], path: itemPath(item), crate, item, parent: chain[chain.length - 1],
      spot: moved ? [9999, item] : view.item[item],
    });
    chain.push(`i${item}`);
    for (const id of chain) {
      const box = boxes.get(id);
      box.items.push(item);
      box.lines += items.lines[item];
    }
    chains.push(chain);
  }
  return { boxes, chains, homes };
}

/** Arrows between what is to be seen when `open` is open: references summed, item arrows listed. */
function visibleArrows({ chains }, open) {
  const seen = chains.map((chain) => chain.find((id) => !open.has(id)) ?? chain[chain.length - 1]);
  const found = new Map();
  data.arrows.forEach(([from, to, total], index) => {
    const a = seen[from];
    const b = seen[to];
    if (a === b) return;
    const key = `${a}>${b}`;
    let arrow = found.get(key);
    if (!arrow) {
      arrow = { key, from: a, to: b, total: 0, arrows: [] };
      found.set(key, arrow);
    }
    arrow.total += total;
    arrow.arrows.push(index);
  });
  return [...found.values()];
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
const plural = (number, one, many = `${one}s`) => `${grouped(number)} ${number === 1 ? one : many}`;
const hue = (crate) => (210 + crate * 137) % 360;

/** An element with properties and children; text is always text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  return fill(made, attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}
