// Circles and levels: Kosaraju's algorithm with stacks of its own, linear.

/** By node: the number of its component; what is needed has a smaller number than who needs it. */
function components(nodes, pairs) {
  const forward = new Map(nodes.map((node) => [node, []]));
  const backward = new Map(nodes.map((node) => [node, []]));
  for (const [from, to] of pairs) {
    forward.get(from)?.push(to);
    backward.get(to)?.push(from);
  }
  const order = [];
  const seen = new Set();
  for (const start of nodes) {
    if (seen.has(start)) continue;
    seen.add(start);
    const stack = [[start, 0]];
    while (stack.length) {
      const top = stack[stack.length - 1];
      const next = backward.get(top[0])[top[1]++];
      if (next === undefined) order.push(stack.pop()[0]);
      else if (!seen.has(next)) {
        seen.add(next);
        stack.push([next, 0]);
      }
    }
  }
  const component = new Map();
  let number = 0;
  for (const start of order.reverse()) {
    if (component.has(start)) continue;
    const pending = [start];
    component.set(start, number);
    while (pending.length) {
      for (const next of forward.get(pending.pop())) {
        if (!component.has(next)) {
          component.set(next, number);
          pending.push(next);
        }
      }
    }
    number += 1;
  }
  return component;
}

/** By node: the longest way down to what needs nothing, circles counted as one. */
function levels(nodes, pairs) {
  const component = components(nodes, pairs);
  const needs = new Map();
  for (const [from, to] of pairs) {
    const [a, b] = [component.get(from), component.get(to)];
    if (a === b) continue;
    if (!needs.has(a)) needs.set(a, new Set());
    needs.get(a).add(b);
  }
  const level = [];
  const last = Math.max(-1, ...new Set(component.values()));
  for (let number = 0; number <= last; number += 1) {
    level[number] = Math.max(-1, ...[...(needs.get(number) ?? [])].map((below) => level[below])) + 1;
  }
  return new Map(nodes.map((node) => [node, level[component.get(node)]]));
}
