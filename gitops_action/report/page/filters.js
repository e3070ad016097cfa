// Filters: chips and a search field over a list, kept in the address so that a filtered view can be sent to somebody.

/**
 * Return a bar of filters.
 * `groups`: { name, label, of(item) → values }, `items`: what is filtered, `search(item)` → its text,
 * `change(items, parameters)`: called with what is left; `moved(parameters)` only once somebody chose something.
 */
function filterBar({ groups, items, search, parameters, placeholder, change, moved }) {
  const chosen = new Map(groups.map((group) => [group.name, new Set(listed(parameters.get(group.name)))]));
  const field = h("input", {
    type: "search", class: "search", placeholder, "aria-label": placeholder, value: parameters.get("q") || "",
    autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/", oninput: () => apply(),
  });
  const clear = h("button", { type: "button", class: "small", onclick: reset }, "Clear");
  const bar = h("div", { class: "filters", role: "search" }, field);
  for (const group of groups) {
    const counts = tally(items.flatMap(group.of));
    for (const value of chosen.get(group.name)) if (!counts.has(value)) counts.set(value, 0);
    if (counts.size > 1 || chosen.get(group.name).size) bar.append(menu(group, counts));
  }
  bar.append(clear);

  function menu(group, counts) {
    const label = h("span", {}, group.label);
    const summary = h("summary", {}, label);
    const list = h("div", { class: "options", role: "group", "aria-label": group.label });
    const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 300);
    for (const [value, count] of values) {
      const box = h("input", {
        type: "checkbox", checked: chosen.get(group.name).has(value),
        onchange: () => {
          chosen.get(group.name)[box.checked ? "add" : "delete"](value);
          apply();
        },
      });
      list.append(h("label", {}, box, h("span", { class: "value" }, value), h("span", { class: "count" }, count)));
    }
    const details = h("details", { class: "menu", "data-group": group.name }, summary, list);
    details.addEventListener("toggle", () => {
      if (details.open) for (const other of bar.querySelectorAll("details[open]")) if (other !== details) other.open = false;
    });
    group.show = () => {
      const set = chosen.get(group.name);
      label.textContent = set.size ? `${group.label}: ${[...set].slice(0, 2).join(", ")}${set.size > 2 ? " …" : ""}` : group.label;
      details.classList.toggle("active", set.size > 0);
    };
    return details;
  }

  function apply(isFirst = false) {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const left = items.filter(
      (item) =>
        groups.every((group) => {
          const set = chosen.get(group.name);
          return !set.size || group.of(item).some((value) => set.has(value));
        }) && (!words.length || words.every((word) => search(item).includes(word))));
    const changes = { q: field.value };
    for (const group of groups) {
      changes[group.name] = [...chosen.get(group.name)].map(encodeURIComponent).join(",");
      if (group.show) group.show();
    }
    clear.hidden = !words.length && [...chosen.values()].every((set) => !set.size);
    const changed = withParameters(parameters, changes);
    change(left, changed);
    if (isFirst) return;
    moved(changed);
    announce(`${plural(left.length, "item")} of ${items.length.toLocaleString("en")}`);
  }

  function reset() {
    field.value = "";
    for (const set of chosen.values()) set.clear();
    for (const box of bar.querySelectorAll("input[type=checkbox]")) box.checked = false;
    apply();
    field.focus();
  }

  apply(true);
  return bar;
}

function listed(text) {
  return (text || "").split(",").filter(Boolean).map(decoded);
}
