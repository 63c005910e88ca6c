// The panel beside the graphs: what is selected, the code behind an arrow, what the moves would cost, and the pins.

const panel = document.getElementById("panel");
const FIRST = 25;

function drawPanel(selected) {
  const details = !selected ? welcome() : selected.kind === "arrow" ? ofArrow(selected) : ofThing(selected);
  panel.replaceChildren(...[moves.length && costs(), details].filter(Boolean));
  panel.classList.toggle("empty", !selected && !moves.length);
}

const card = (name, ...children) => element("div", { class: `card ${name}` }, ...children);
const button = (text, act, properties = {}) => element("button", { type: "button", onclick: act, ...properties }, text);
const code = (text) => element("code", {}, text);

function closing() {
  return button("×", () => select(undefined), { class: "close", "aria-label": "Close the details", title: "Close" });
}

function welcome() {
  return card(
    "welcome",
    element("p", { class: "kicker" }, "Nothing is selected"),
    element("ul", {}, ...[
      "Click a box to open it and to see who needs it.",
      "Click an arrow to read the code behind it.",
      data.is_planned && "Drag a module or an item onto another crate, under “Planned”, to see what that costs.",
    ].filter(Boolean).map((text) => element("li", {}, text))),
    element("div", { class: "legend" }, legend("plain", "needs"), legend("knot", "a circle within a crate: allowed"), legend("circle", "a circle between crates: can’t be built")),
  );
}

function legend(kind, text) {
  return element("p", {}, svg("svg", { width: 44, height: 12, "aria-hidden": "true" }, svg("path", { class: `sample ${kind}`, d: "M2 6H42" })), text);
}

function ofThing({ kind, path, item, graph: name, id }) {
  const graph = graphs.find((one) => one.name === name) ?? graphs[graphs.length - 1];
  const box = graph.tree.boxes.get(id) ?? [...graph.tree.boxes.values()].find((one) => one.kind === kind && one.path === path);
  if (!box) return welcome();
  const facts = [plural(box.lines, "line")];
  if (kind !== "item") facts.push(plural(box.items.length, "item"));
  const crates = (homes) => [...new Set(box.items.map((one) => homes[one]))].map((crate) => data.crates[crate].name).join(", ");
  return card(
    "thing",
    closing(),
    element("p", { class: "kicker" }, kind === "item" ? items.kind[item] : kind),
    element("h4", {}, kind === "crate" ? path : code(path || "crate root")),
    element("p", { class: "facts" }, facts.join(" · ")),
    item !== undefined && where(items.place[item]),
    kind !== "crate" && data.is_planned && element("p", { class: "homes" }, "Today in ", element("b", {}, crates(data.today.home)), ", planned for ", element("b", {}, crates(data.planned.home)), "."),
    reasonOf(item),
    data.is_planned && kind !== "crate" && mover(box),
    neighbours(graph, box, "needs"),
    neighbours(graph, box, "is needed by"),
  );
}

/** The table of moves has the reasons. */
function reasonOf(item) {
  const row = document.querySelector(`[data-rows="moves"] [data-item="${item}"]`)?.closest("tr");
  if (!row) return undefined;
  const why = row.cells[2].cloneNode(true);
  why.querySelector("a")?.remove();
  return element("p", { class: "reason" }, element("b", {}, "Leaves its module: "), ...why.childNodes);
}

function mover(box) {
  const options = data.crates.map((krate, index) => element("option", { value: String(index), selected: index === box.crate }, krate.name));
  const choice = element("select", { id: "move-to" }, ...options);
  return element("form", { class: "mover", onsubmit: (event) => {
    event.preventDefault();
    moveTo(box, Number(choice.value));
  } }, element("label", { for: "move-to" }, "Move to"), choice, element("button", { type: "submit" }, "Try"));
}

/** Who is on the other end of its arrows, by module, the most references first. */
function neighbours(graph, box, way) {
  const inside = new Set(box.items);
  const found = new Map();
  for (const item of box.items) {
    for (const index of way === "needs" ? leaving[item] : arriving[item]) {
      const [from, to, total] = data.arrows[index];
      const other = way === "needs" ? to : from;
      if (inside.has(other)) continue;
      const home = graph.tree.homes[other];
      const path = box.kind === "item" ? itemPath(other) : modulePath(other) || "crate root";
      const name = box.kind === "crate" ? data.crates[home].name : home === box.crate ? path : `${path} in ${data.crates[home].name}`;
      if (!found.has(name)) found.set(name, { name, total: 0, arrows: [] });
      found.get(name).total += total;
      found.get(name).arrows.push(index);
    }
  }
  if (!found.size) return element("p", { class: "none" }, way === "needs" ? "It needs nothing else." : "Nothing else needs it.");
  const own = box.path || "crate root";
  const rows = [...found.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1)).map(({ name, total, arrows }) => {
    const [from, to] = way === "needs" ? [own, name] : [name, own];
    return element("li", {}, button(name, () => select({ kind: "arrow", from, to, total, arrows, back: selection }), { class: "link" }), element("span", { class: "number" }, grouped(total)));
  });
  return element("div", { class: "neighbours" }, element("h5", {}, way === "needs" ? "Needs" : "Is needed by"), ...growing("ul", rows, 10));
}

/** A long list, the rest of which is asked for. */
function growing(name, rows, first = FIRST) {
  const list = element(name, {}, ...rows.slice(0, first));
  let shown = first;
  const more = button("", () => {
    list.append(...rows.slice(shown, shown + 50));
    shown += 50;
    update();
  }, { class: "quiet" });
  const update = () => {
    more.textContent = `${grouped(rows.length - shown)} more`;
    more.hidden = shown >= rows.length;
  };
  update();
  return [list, more];
}

function where(line) {
  const [file, number] = data.lines[line];
  return element("p", { class: "where" }, `${data.files[file]}:${number}`);
}

function ofArrow({ from, to, total, arrows, back }) {
  const order = [...arrows].sort((a, b) => data.arrows[b][2] - data.arrows[a][2] || a - b);
  const rows = order.map((index) => {
    const [user, need, , left, ...places] = data.arrows[index];
    const line = (place) => {
      const [file, number, text] = data.lines[place];
      return element("li", {}, element("span", { class: "where" }, `${data.files[file]}:${number}`), element("pre", {}, marked(text, need)));
    };
    return element("li", {}, element("p", { class: "pair" }, code(itemPath(user)), " → ", code(itemPath(need))), element("ol", {}, ...places.map(line)), left > 0 && element("p", { class: "note" }, `… and on ${plural(left, "more line", "more lines")}`));
  });
  return card(
    "references",
    closing(),
    back && button("‹ Back", () => select(back), { class: "quiet back" }),
    element("p", { class: "kicker" }, plural(total, "reference")),
    element("h4", {}, code(from), " → ", code(to)),
    ...growing("ol", rows),
  );
}

/** The name that is needed, where it stands in the line. */
function marked(text, need) {
  const name = items.label[need].replace(/!$/, "");
  const at = /^\w+$/.test(name) ? text.search(new RegExp(`\\b${name}\\b`)) : -1;
  const made = element("code", {});
  if (at < 0) made.append(text);
  else made.append(text.slice(0, at), element("mark", {}, name), text.slice(at + name.length));
  return made;
}

/** What the moves would cost, term by term. */
function costs() {
  const [before, wished] = [cost(data.planned.home), cost(placed())];
  const homes = settle(placed());
  const sunk = homes.map((home, item) => (home === placed()[item] ? -1 : item)).filter((item) => item >= 0);
  const after = cost(homes);
  const terms = [["References that cross", "crossing"], ["Lines to move", "moved"], ["Items to make public", "opened"], ["An edit rebuilds, lines", "rebuild"]];
  const row = ([name, term]) => {
    const change = wished[term] - before[term];
    const mark = change > 0 ? "worse" : change < 0 ? "better" : "same";
    const says = change ? `${change > 0 ? "+" : "−"}${grouped(Math.abs(change))}` : "±0";
    return element("tr", { "data-term": term }, element("th", { scope: "row" }, name), element("td", {}, grouped(before[term])), element("td", {}, grouped(wished[term])), element("td", { class: mark }, says));
  };
  const head = element("tr", {}, ...["", "Planned", "Moved", ""].map((text) => element("td", {}, text)));
  return card(
    "costs",
    element("p", { class: "kicker" }, `Your ${plural(moves.length, "move")}`),
    element("ul", { class: "moves" }, ...moves.map((one, index) => element("li", {}, code(one.path || "crate root"), ` → ${data.crates[one.to].name}`, one.items.length > 1 && ` (${plural(one.items.length, "item")})`, button("×", () => takeBack(index), { class: "remove", "aria-label": `Take back the move of ${one.path}` })))),
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...terms.map(row))),
    circles(wished),
    sinking(sunk, after),
    pinCard(),
  );
}

function circles({ circles: found, added }) {
  const row = (arrow) => {
    const [from, to] = [data.crates[arrow.from].name, data.crates[arrow.to].name];
    return element("li", {}, button(`${from} → ${to}`, () => select({ kind: "arrow", from, to, total: arrow.total, arrows: arrow.arrows }), { class: "link" }), ` ${plural(arrow.total, "reference")}`);
  };
  if (found.length) return element("div", { class: "verdict bad", "data-circles": String(found.length) }, element("h5", {}, "It makes a circle"), element("p", {}, "Crates can't depend on each other in a circle. One of these arrows has to go:"), element("ul", {}, ...found.map(row)));
  if (added.length) return element("div", { class: "verdict fair" }, element("h5", {}, "It needs a new arrow"), element("p", {}, "No circle, but the plan does not have this yet; add it to `depends-on`:"), element("ul", {}, ...added.map(row)));
  return element("div", { class: "verdict good" }, element("h5", {}, "No circle"), element("p", {}, "All arrows go the way the plan has them."));
}

/** What the planner would do about it. */
function sinking(sunk, after) {
  if (!sunk.length) return undefined;
  const lines = sunk.reduce((sum, item) => sum + items.lines[item], 0);
  const own = new Set(moves.flatMap((one) => one.items));
  const isBack = sunk.some((item) => own.has(item));
  const homes = settle(placed());
  const rows = sunk.map((item) => element("li", {}, code(itemPath(item)), ` → ${data.crates[homes[item]].name}`));
  return element(
    "details",
    { class: "sinking" },
    element("summary", {}, `As the arrows are, ${plural(sunk.length, "item")} (${plural(lines, "line")}) would sink`),
    element("p", {}, isBack ? "What you moved is among it: something that can't see its new crate needs it." : "What you moved needs it, from where it can't be seen.", ` In all ${grouped(after.crossing)} references would cross then.`),
    ...growing("ul", rows, 12),
  );
}

function pinCard() {
  const text = element("pre", { id: "pins", tabindex: "0", "aria-label": "Pins for split.toml" }, pins());
  const copy = button("Copy", () => copyPins(text, copy));
  return element("div", { class: "pins" }, element("h5", {}, "Pins for split.toml"), element("p", { class: "note" }, "Put these in place of the entries of the same name."), text, element("p", {}, copy, button("Take all back", () => takeBack(), { class: "quiet" })));
}

function copyPins(text, copy) {
  getSelection().selectAllChildren(text);
  const done = () => {
    copy.textContent = "Copied";
  };
  // A page from a file may not be given the clipboard; the selection can be copied by hand then.
  if (navigator.clipboard) navigator.clipboard.writeText(text.textContent).then(done, () => document.execCommand("copy") && done());
  else if (document.execCommand("copy")) done();
}
