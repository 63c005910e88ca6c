// Finds crates, modules and items by any part of their path.

const field = document.getElementById("search");
const hits = document.getElementById("hits");
const MOST = 12;

/** What is found: exact names first, then beginnings, then the rest; short paths first. */
function find(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const graph = graphs[graphs.length - 1];
  const found = [];
  for (const box of graph.tree.boxes.values()) {
    const path = box.path.toLowerCase();
    const name = box.name.toLowerCase();
    if (!path.includes(wanted)) continue;
    const rank = name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3;
    const kind = { crate: 0, module: 1, item: 2 }[box.kind];
    const size = -box.lines;
    found.push({ box, order: [rank, kind, box.path.length, box.path, size] });
  }
  found.sort((a, b) => {
    const place = a.order.findIndex((value, index) => value !== b.order[index]);
    return place < 0 ? 0 : a.order[place] < b.order[place] ? -1 : 1;
  });
  return found.slice(0, MOST).map(({ box }) => box);
}

let chosen = -1;

function drawHits() {
  const found = find(field.value);
  chosen = found.length ? 0 : -1;
  const kind = (box) => (box.kind === "item" ? items.kind[box.item] : box.kind);
  hits.replaceChildren(...found.map((box, index) => element("li", { role: "option", id: `hit-${index}`, "data-id": box.id, onpointerdown: (event) => {
    event.preventDefault();
    goToHit(box.id);
  } }, element("span", { class: "kind" }, kind(box)), element("code", {}, box.path || "crate root"), box.kind !== "crate" && element("small", {}, data.crates[box.crate].name))));
  if (field.value.trim() && !found.length) hits.replaceChildren(element("li", { class: "none" }, "Nothing has that in its path."));
  hits.hidden = !field.value.trim();
  field.setAttribute("aria-expanded", String(!hits.hidden));
  mark();
}

function mark() {
  [...hits.children].forEach((hit, index) => hit.setAttribute("aria-selected", String(index === chosen)));
  if (chosen >= 0) field.setAttribute("aria-activedescendant", `hit-${chosen}`);
  else field.removeAttribute("aria-activedescendant");
}

function goToHit(id) {
  const graph = graphs[graphs.length - 1];
  const box = graph.tree.boxes.get(id);
  hits.hidden = true;
  field.setAttribute("aria-expanded", "false");
  for (const one of graphs) {
    if (one === graph) one.goToBox(id);
    else if (box.item !== undefined) one.goTo(box.item);
    else {
      const same = [...one.tree.boxes.values()].find((other) => other.kind === box.kind && other.path === box.path);
      if (same) one.goToBox(same.id);
    }
  }
  select(ofBox(graph, id));
}

field.addEventListener("input", drawHits);
field.addEventListener("blur", () => {
  hits.hidden = true;
});
field.addEventListener("keydown", (event) => {
  const list = [...hits.children].filter((hit) => hit.dataset.id);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + list.length) % Math.max(1, list.length);
    mark();
  } else if (event.key === "Enter" && list[chosen]) goToHit(list[chosen].dataset.id);
  else if (event.key === "Escape") {
    field.value = "";
    drawHits();
  } else return;
  event.preventDefault();
});
