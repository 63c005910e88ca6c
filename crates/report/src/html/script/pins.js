// Moves made on the page, and what to write into split.toml for them.

/** Each: the kind and path of what was moved, its items, and the crate it was put in. */
const moves = [];

const within = (path, outer) => path === outer || path.startsWith(`${outer}::`);

/** What goes along when these are moved: what can only move together. */
function together(chosen) {
  const inside = new Set(chosen);
  const all = new Set();
  for (const item of chosen) {
    const group = mates.get(items.unit[item]);
    const lines = (which) => which.reduce((sum, mate) => sum + items.lines[mate] + 1, 0);
    const isMost = chosen.length === 1 || lines(group.filter((mate) => inside.has(mate))) * 2 >= lines(group);
    if (isMost) for (const mate of group) all.add(mate);
  }
  return [...all];
}

/** Homes as the moves want them. */
function placed() {
  const homes = [...data.planned.home];
  for (const move of moves) for (const item of move.items) homes[item] = move.to;
  return homes;
}

/** Why a box can't be put somewhere; nothing if it can. */
function refusal(box, to) {
  if (!data.is_planned) return "there is no plan yet";
  if (box.kind === "crate") return "a crate is not moved, but a module or an item in it";
  if (box.crate === to) return `it is in ${data.crates[to].name} already`;
  const group = together(box.items);
  if (!group.length) return "most of what it is in a circle with is elsewhere; move that";
  if (group.some((item) => items.is_pinned[item])) {
    return "it has to stay in the root: the linker, or another target, looks for it there";
  }
  return undefined;
}

/** Records a move; a later move of the same thing takes its place. */
function move(box, to) {
  const known = moves.findIndex((other) => other.kind === box.kind && other.path === box.path);
  if (known >= 0) moves.splice(known, 1);
  const group = together(box.items);
  const isBack = group.every((item) => data.planned.home[item] === to);
  if (!isBack) moves.push({ kind: box.kind, path: box.path, named: box.items, items: group, to });
}

/** The lists of the plan with the moves in them. */
function claims() {
  const lists = {
    keep: [...data.keep],
    crates: data.crates.map((krate) => ({ modules: [...krate.modules], items: [...krate.items] })),
  };
  for (const one of moves) claim(lists, one);
  return lists;
}

function claim(lists, { kind, path, named, items: group, to }) {
  const names = new Set(group.map(itemPath));
  lists.keep = lists.keep.filter((name) => !names.has(name));
  for (const lists_ of lists.crates) lists_.items = lists_.items.filter((name) => !names.has(name));
  const byName = kind === "item" || path === "";
  if (!byName) {
    for (const lists_ of lists.crates) lists_.modules = lists_.modules.filter((name) => !within(name, path));
    if (to !== rootCrate) {
      lists.crates[to].modules.push(path);
      return;
    }
    const isClaimed = lists.crates.some(({ modules }) => modules.some((outer) => within(path, outer)));
    if (!isClaimed) return;
  }
  const list = to === rootCrate ? lists.keep : lists.crates[to].items;
  const paths = kind === "item" ? [path] : named.map(itemPath);
  for (const name of paths) if (!list.includes(name)) list.push(name);
}

/** The parts of split.toml that the moves change, whole, to be put in place of those that are there. */
function pins() {
  const after = claims();
  const parts = [];
  if (String(after.keep) !== String(data.keep)) parts.push(`keep = ${array(after.keep)}`);
  data.crates.slice(0, rootCrate).forEach((krate, index) => {
    const { modules, items: named } = after.crates[index];
    if (String(modules) === String(krate.modules) && String(named) === String(krate.items)) return;
    const lines = [`[crates.${krate.name}]`, `role = ${quoted(krate.role)}`, `modules = ${array(modules)}`];
    if (named.length || krate.items.length) lines.push(`items = ${array(named)}`);
    lines.push(`depends-on = ${array(dependsOn(index))}`);
    parts.push(lines.join("\n"));
  });
  return parts.join("\n\n");
}

const dependsOn = (crate) => data.crates[crate].below.map((lower) => data.crates[lower].name);

const quoted = (text) => JSON.stringify(text);

/** On one line where it is short, else an entry a line, as `plan` writes it. */
function array(values) {
  const length = values.reduce((sum, value) => sum + value.length + 4, 0);
  if (length <= 90) return `[${values.map(quoted).join(", ")}]`;
  return `[\n${values.map((value) => `    ${quoted(value)},\n`).join("")}]`;
}
