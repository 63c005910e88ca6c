// Puts the page together.

let selection;
const graphs = [];

/** Selects a box or an arrow, everywhere. */
function select(selected) {
  selection = selected;
  for (const graph of graphs) graph.show(selected);
  drawPanel(selected);
  // The panel lies over the page there.
  if (selected && isNarrow.matches) document.querySelector(".panes").scrollIntoView({ block: "start", behavior: "instant" });
}

/** Tries a move; says so where it can't be. */
function moveTo(box, crate) {
  const why = refusal(box, crate);
  if (why) {
    announce(`“${box.path || "crate root"}” can't go there: ${why}.`);
    return;
  }
  move(box, crate);
  redraw();
  announce(`Moved to ${data.crates[crate].name}.`);
  const moved = graphs[graphs.length - 1];
  const id = box.kind === "item" ? box.id : `m${crate}|${box.path}`;
  const isThere = moved.tree.boxes.has(id);
  if (isThere) moved.goToBox(id);
  select(isThere ? ofBox(moved, id) : undefined);
  panel.scrollTop = 0;
}

function takeBack(index) {
  if (index === undefined) moves.length = 0;
  else moves.splice(index, 1);
  redraw();
  select(selection?.kind === "arrow" ? selection : undefined);
}

function redraw() {
  graphs[graphs.length - 1].setHomes(placed());
  matrix.draw();
}

function announce(text) {
  const place = document.getElementById("announce");
  place.textContent = text;
  place.className = "toast";
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => place.classList.add("hidden"), 5000);
}

graphs.push(new Graph("today", "Today", data.today, false));
if (data.is_planned) graphs.push(new Graph("planned", "Planned", data.planned, true));
const matrix = new Matrix(graphs[graphs.length - 1]);
graphs[graphs.length - 1].onopen = () => matrix.draw();
const panes = new Map([...graphs.map((graph) => [graph.name, graph]), ["matrix", matrix]]);
document.querySelector(".panes").append(...[...panes.values()].map((pane) => pane.element));

/** A narrow window has room for one pane. */
const isNarrow = matchMedia("(max-width: 719px)");
const choices = [...document.querySelectorAll("[data-pane]")];
const isShown = (choice) => choice.getAttribute("aria-pressed") === "true";

function showPane(choice) {
  const shown = choices.filter(isShown);
  if (isNarrow.matches) for (const other of choices) other.setAttribute("aria-pressed", String(other === choice));
  else if (!isShown(choice) || shown.length > 1) choice.setAttribute("aria-pressed", String(!isShown(choice)));
  applyPanes();
}

function applyPanes() {
  for (const choice of choices) panes.get(choice.dataset.pane).element.hidden = !isShown(choice);
  document.querySelector(".panes").dataset.count = String(choices.filter(isShown).length);
}

function onePane() {
  const best = choices.find((choice) => choice.dataset.pane === "planned") ?? choices[0];
  // With all steps done, today is the plan: one of them will do.
  const isSame = data.is_planned && String(data.today.home) === String(data.planned.home);
  const other = isSame || !data.is_planned ? "matrix" : "today";
  const isWide = matchMedia("(min-width: 1500px)").matches;
  const isShownFirst = (choice) => choice === best || (!isNarrow.matches && (isWide || choice.dataset.pane === other));
  for (const choice of choices) choice.setAttribute("aria-pressed", String(isShownFirst(choice)));
  applyPanes();
}

for (const choice of choices) choice.addEventListener("click", () => showPane(choice));
isNarrow.addEventListener("change", onePane);
for (const one of document.querySelectorAll("[data-open]")) {
  one.addEventListener("click", () => graphs.forEach((graph) => graph.openTo(Number(one.dataset.open))));
}

const help = document.querySelector(".help");
help.addEventListener("click", () => {
  const keys = document.getElementById("keys");
  keys.hidden = !keys.hidden;
  help.setAttribute("aria-expanded", String(!keys.hidden));
});

for (const link of document.querySelectorAll("[data-item]")) {
  link.addEventListener("click", () => {
    const item = Number(link.dataset.item);
    for (const graph of graphs) graph.goTo(item);
    const graph = graphs[graphs.length - 1];
    select(ofBox(graph, `i${item}`));
  });
}
for (const link of document.querySelectorAll("[data-path]")) {
  link.addEventListener("click", () => {
    const path = link.dataset.path === "crate" ? "" : link.dataset.path;
    for (const graph of graphs) {
      const box = [...graph.tree.boxes.values()].find((one) => one.kind !== "crate" && one.path === path);
      if (!box) continue;
      graph.goToBox(box.id);
      select(ofBox(graph, box.id));
    }
  });
}
for (const link of document.querySelectorAll("[data-arrow]")) {
  link.addEventListener("click", () => {
    const index = Number(link.dataset.arrow);
    const [from, to, total] = data.arrows[index];
    select({ kind: "arrow", from: itemPath(from), to: itemPath(to), total, arrows: [index] });
  });
}
function unmark() {
  for (const mark of document.querySelectorAll("[data-step]")) {
    mark.setAttribute("aria-pressed", "false");
    mark.textContent = "Mark them in the graph";
  }
  for (const graph of graphs) graph.marked = new Set();
  for (const graph of graphs) graph.show(selection);
}

for (const mark of document.querySelectorAll("[data-step]")) {
  mark.hidden = false;
  mark.addEventListener("click", () => {
    const isMarked = mark.getAttribute("aria-pressed") === "true";
    unmark();
    if (isMarked) return;
    mark.setAttribute("aria-pressed", "true");
    mark.textContent = "Marked in the graph";
    const marked = new Set(mark.dataset.step.split(" ").map(Number));
    for (const graph of graphs) {
      graph.marked = marked;
      graph.show(selection);
    }
    document.getElementById("boundaries").scrollIntoView();
  });
}
/** Long tables start short; what is looked for is found in all of them. */
const SHORT = 40;
for (const table of document.querySelectorAll("[data-rows]")) {
  const rows = [...table.tBodies[0].rows];
  const filter = document.querySelector(`[data-filter="${table.dataset.rows}"]`);
  const more = button("", () => show(rows.length), { class: "quiet" });
  const show = (most) => {
    const wanted = filter.value.trim().toLowerCase();
    const found = rows.filter((row) => row.textContent.toLowerCase().includes(wanted));
    const shown = new Set(found.slice(0, most));
    for (const row of rows) row.hidden = !shown.has(row);
    more.hidden = shown.size === found.length;
    more.textContent = `Show all ${grouped(found.length)}`;
  };
  filter.parentElement.hidden = rows.length < 10;
  filter.addEventListener("input", () => show(SHORT));
  table.parentElement.after(more);
  show(SHORT);
}
addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, select, textarea");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    field.focus();
  } else if (event.key === "Escape" && !isTyping) {
    unmark();
    select(undefined);
  }
});
addEventListener("beforeprint", () => {
  for (const graph of graphs) graph.camera.fit();
});

document.querySelector(".toolbar").hidden = false;
document.querySelector(".bench").hidden = false;
onePane();
drawPanel(undefined);
