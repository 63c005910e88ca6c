// What a set of homes costs, and what would sink if some items were put elsewhere.

/** By crate: what it depends on by the plan, directly or not. The root is above all. */
const below = data.crates.map((krate) => new Set(krate.below));
data.crates.forEach((_, upper) => {
  for (const lower of [...below[upper]]) for (const other of below[lower]) below[upper].add(other);
});
const sees = (upper, lower) => upper === lower || upper === rootCrate || below[upper].has(lower);

/** The highest home that both see, if there is one. */
function meet(a, b) {
  if (sees(a, b)) return b;
  if (sees(b, a)) return a;
  for (let lower = rootCrate - 1; lower >= 0; lower -= 1) if (sees(a, lower) && sees(b, lower)) return lower;
  return undefined;
}

/** The planner's rule: what is needed from where its home can't be seen goes down, with all that it needs. */
function settle(placed) {
  const homes = [...placed];
  const pending = data.arrows.map((_, index) => index);
  while (pending.length) {
    const [from, to] = data.arrows[pending.pop()];
    if (sees(homes[from], homes[to]) || items.is_pinned[to]) continue;
    const home = meet(homes[to], homes[from]);
    if (home === undefined) continue;
    for (const mate of mates.get(items.unit[to])) {
      homes[mate] = home;
      pending.push(...leaving[mate], ...arriving[mate]);
    }
  }
  return homes;
}

/** The terms that a reviewer weighs. */
function cost(homes) {
  const size = data.crates.length;
  const between = new Map();
  const opened = new Set();
  let crossing = 0;
  data.arrows.forEach(([from, to, total], index) => {
    const [a, b] = [homes[from], homes[to]];
    if (a === b) return;
    crossing += total;
    const key = `${a}>${b}`;
    if (!between.has(key)) between.set(key, { from: a, to: b, total: 0, arrows: [] });
    between.get(key).total += total;
    between.get(key).arrows.push(index);
    if (!items.is_public[to] && data.today.home[from] === data.today.home[to]) opened.add(to);
  });
  const lines = new Array(size).fill(0);
  let moved = 0;
  for (let item = 0; item < count; item += 1) {
    lines[homes[item]] += items.lines[item];
    if (homes[item] !== data.today.home[item]) moved += items.lines[item];
  }
  const arrows = [...between.values()];
  const pairs = arrows.map(({ from, to }) => [from, to]);
  const component = components(data.crates.map((_, index) => index), pairs);
  const circles = arrows.filter(({ from, to }) => component.get(from) === component.get(to));
  const added = arrows.filter(({ from, to }) => !sees(from, to) && component.get(from) !== component.get(to));
  return { crossing, moved, circles, added, opened: opened.size, rebuild: rebuild(lines, pairs) };
}

/** Lines that an edit rebuilds on average, each line being as likely to be edited as any other. */
function rebuild(lines, pairs) {
  const users = lines.map(() => []);
  for (const [from, to] of pairs) users[to].push(from);
  const total = lines.reduce((sum, more) => sum + more, 0);
  let weighed = 0;
  lines.forEach((own, start) => {
    const seen = new Set([start]);
    for (const at of seen) for (const user of users[at]) seen.add(user);
    for (const at of seen) weighed += own * lines[at];
  });
  return total ? Math.floor(weighed / total) : 0;
}
