// The resource tree: the application, its objects, and what they brought about, from left to right.

const ALIKE = 8;

function treeTab(application) {
  const nodes = treeOf(application);
  const list = h("ul", { class: "tree", role: "tree", "aria-label": `Resources of ${application.name}` });
  const root = h("li", { role: "treeitem", "aria-expanded": "true", "aria-level": "1", tabindex: "0" },
    h("div", { class: `node root ${application.sign}` },
      h("span", { class: "nodename" }, application.name),
      h("span", { class: "badges" }, badge(application.sync_words), badge(application.health_status))),
    branch(application, nodes, 2));
  list.append(root);
  list.addEventListener("keydown", (event) => walkTree(event, list));
  const isDeep = (application.tree || []).length > 0;
  return [
    isDeep ? null : h("p", { class: "muted" }, "This run read the objects that Git describes, not what they brought about (ReplicaSets, Pods)."),
    h("div", { class: "scroll treebox" }, list),
  ];
}

/** Return the application's objects as nodes with their children. */
function treeOf(application) {
  const byKey = new Map();
  const roots = byWeight(application.resources).map((resource) => {
    const node = { kind: resource.kind, name: resource.name || "", namespace: resource.namespace, resource, sync: resource.sync_status, health: resource.health_status, message: resource.health_message, info: [], children: [] };
    byKey.set(`${resource.group || ""}/${resource.kind}/${resource.namespace || ""}/${resource.name || ""}`, node);
    return node;
  });
  const made = (application.tree || []).map((each) => {
    const node = { kind: each.kind, name: each.name || "", namespace: each.namespace, health: each.health_status, message: each.health_message, info: each.info || [], created: each.created, children: [] };
    if (byKey.has(each.id)) {
      const known = byKey.get(each.id);
      known.info = node.info;
      known.created = node.created;
      return null;
    }
    byKey.set(each.id, node);
    return [each.parent, node];
  });
  for (const entry of made) {
    if (!entry) continue;
    const parent = byKey.get(entry[0]);
    (parent && parent !== entry[1] ? parent.children : roots).push(entry[1]);
  }
  return roots;
}

/** Return the list of some nodes; many of one kind are one node until somebody opens it. */
function branch(application, nodes, level) {
  const kinds = new Map();
  for (const node of nodes) {
    const key = `${node.kind}`;
    if (!kinds.has(key)) kinds.set(key, []);
    kinds.get(key).push(node);
  }
  const list = h("ul", { role: "group" });
  for (const [kind, alike] of kinds) {
    if (alike.length > ALIKE) list.append(bundle(application, kind, alike, level));
    else list.append(...alike.map((node) => leaf(application, node, level)));
  }
  return nodes.length ? list : null;
}

function leaf(application, node, level) {
  const hasChildren = node.children.length > 0;
  const body = [
    h("span", { class: "kindmark", "aria-hidden": "true" }, node.kind.replace(/[a-z]/g, "").slice(0, 3) || node.kind[0]),
    h("span", { class: "nodetext" },
      h("span", { class: "kind" }, node.kind),
      node.resource ? h("a", { href: address({ application, resource: node.resource, parameters: new URLSearchParams({ tab: "tree" }) }), tabindex: "-1", class: "nodename" }, node.name || "(generated)") : h("span", { class: "nodename" }, node.name),
      h("span", { class: "badges" }, node.resource && node.resource.change !== "equal" ? changeBadge(node.resource) : badge(node.sync), badge(node.health, node.message)),
      node.info.length || node.created
        ? h("span", { class: "muted facts" }, node.info.join(" · "), node.info.length && node.created ? " · " : "", age(node.created))
        : null),
  ];
  return h("li", { role: "treeitem", "aria-level": level, "aria-expanded": hasChildren ? "true" : null, tabindex: "-1" },
    h("div", { class: `node ${worstTone(node)}` }, body),
    branch(application, node.children, level + 1));
}

function bundle(application, kind, alike, level) {
  const item = h("li", { role: "treeitem", "aria-level": level, "aria-expanded": "false", tabindex: "-1" });
  const counts = tally(alike.map((node) => node.health));
  const differing = alike.filter((node) => node.resource && DIFFERENT.has(node.resource.change)).length;
  const open = () => {
    const list = h("ul", { role: "group" });
    fill(list, alike, (node) => leaf(application, node, level + 1), 100);
    item.append(list);
    item.setAttribute("aria-expanded", "true");
    button.remove();
  };
  const button = h("button", { type: "button", class: "small", tabindex: "-1", onclick: open }, "Show all");
  item.append(h("div", { class: `node bundle ${alike.some((node) => worstTone(node) === "bad") ? "bad" : ""}` },
    h("span", { class: "kindmark", "aria-hidden": "true" }, `×${alike.length > 999 ? "…" : alike.length}`),
    h("span", { class: "nodetext" },
      h("span", { class: "kind" }, kind),
      h("span", { class: "nodename" }, plural(alike.length, "object")),
      h("span", { class: "badges" }, [...counts].map(([health, count]) => badge(`${count} ${health}`, null, health))),
      differing ? h("span", { class: "care" }, `${differing} differ`) : null,
      button)));
  item.open = open;
  return item;
}

function worstTone(node) {
  if (node.resource && isWrong(node.resource)) return "bad";
  if (node.health === "Degraded") return "bad";
  if (node.resource && weightOf(node.resource) < 4) return "care";
  return TONES[node.health] || "";
}

/** Move through the tree with the arrow keys, as trees everywhere do. */
function walkTree(event, list) {
  const item = event.target.closest("[role=treeitem]");
  const isOpen = item.getAttribute("aria-expanded") === "true";
  const visible = [...list.querySelectorAll("[role=treeitem]")].filter((each) => each.offsetParent !== null);
  const at = visible.indexOf(item);
  const below = item.querySelector(":scope > [role=group]");
  let next = null;
  if (event.key === "ArrowDown") next = visible[at + 1];
  else if (event.key === "ArrowUp") next = visible[at - 1];
  else if (event.key === "Home") next = visible[0];
  else if (event.key === "End") next = visible[visible.length - 1];
  else if (event.key === "ArrowRight" && !isOpen && item.open) item.open();
  else if (event.key === "ArrowRight" && !isOpen && below) setOpen(item, below, true);
  else if (event.key === "ArrowRight" && isOpen) next = visible[at + 1];
  else if (event.key === "ArrowLeft" && isOpen && below) setOpen(item, below, false);
  else if (event.key === "ArrowLeft") next = item.parentElement.closest("[role=treeitem]");
  else if (event.key === "Enter" && event.target === item) {
    const link = item.querySelector(":scope > .node a");
    if (link) link.click();
    else if (item.open) item.open();
  } else return;
  event.preventDefault();
  if (!next) return;
  for (const each of visible) each.tabIndex = each === next ? 0 : -1;
  next.focus();
}

function setOpen(item, below, value) {
  below.hidden = !value;
  item.setAttribute("aria-expanded", String(value));
}
