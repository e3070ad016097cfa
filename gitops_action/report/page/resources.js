// An application's objects: as a table to filter, and as the list of their diffs.

const RESOURCE_GROUPS = [
  { name: "change", label: "Change", of: (each) => [CHANGE_WORDS[each.change]] },
  { name: "sync", label: "Sync", of: (each) => [each.sync_status || "none"] },
  { name: "health", label: "Health", of: (each) => [each.health_status || "none"] },
  { name: "kind", label: "Kind", of: (each) => [each.kind] },
  { name: "namespace", label: "Namespace", of: (each) => [each.namespace || "cluster-scoped"] },
];

/** Return objects with what needs a look first, else in the report's order. */
function byWeight(resources) {
  return resources.map((each, at) => [weightOf(each), at, each]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((entry) => entry[2]);
}

function resourcesTab(application, parameters) {
  const heads = ["Kind", "Name", "Change", "Sync", "Health", "Remarks"];
  const body = h("tbody");
  const table = h("table", { class: "rows resources" },
    h("caption", { class: "hidden" }, `Objects of ${application.name}`),
    h("thead", {}, h("tr", {}, heads.map((word) => h("th", { scope: "col" }, word)))), body);
  const none = h("p", { class: "none", hidden: true }, "No object is left by these filters.");
  const bar = filterBar({
    items: byWeight(application.resources),
    parameters,
    placeholder: "Search objects by kind or name",
    search: (each) => each.text,
    groups: RESOURCE_GROUPS.map((group) => ({ ...group })),
    change: (left, changed) => {
      const target = (resource) => address({ application, resource, parameters: changed });
      fill(body, left, (resource) => resourceRow(resource, target(resource)), 120);
      table.setAttribute("aria-rowcount", String(left.length + 1));
      none.hidden = left.length > 0;
    },
    moved: (changed) => moveTo(application, changed),
  });
  return [bar, h("div", { class: "scroll" }, table), none];
}

function resourceRow(resource, href) {
  return h("tr", { class: ["bad", "care"][weightOf(resource)] || null },
    h("td", {}, h("span", { class: "kind" }, resource.kind)),
    h("th", { scope: "row" }, h("a", { href }, resource.namespace ? h("span", { class: "muted" }, `${resource.namespace}/`) : null, resource.name || "(generated)")),
    h("td", { "data-label": "Change" }, changeBadge(resource), lineCounts(resource)),
    h("td", { "data-label": "Sync" }, badge(resource.result === "SyncFailed" ? resource.result : resource.sync_status)),
    h("td", { "data-label": "Health" }, badge(resource.health_status, resource.health_message)),
    h("td", { class: "remarks", "data-label": "Remarks" }, remarksOf(resource).slice(0, 2).join(" · ")));
}

function lineCounts(resource) {
  if (!resource.added_lines && !resource.removed_lines) return null;
  return h("span", { class: "lines" }, h("span", { class: "good" }, `+${resource.added_lines || 0}`), " ", h("span", { class: "bad" }, `−${resource.removed_lines || 0}`));
}

/** Return the short remarks on an object, gravest first. */
function remarksOf(resource) {
  return [
    resource.refusal && "refused by the API server",
    resource.obstacle && "not ours to touch",
    resource.unknown && "could not be compared",
    ...(resource.dangers || []),
    resource.result === "SyncFailed" && "sync failed",
    resource.result === "PruneSkipped" && "not pruned",
    resource.adopts && "adopted",
    (resource.attribution === "drift" || resource.attribution === "both") && "drift",
    resource.hook && `${resource.hook} hook${resource.result_phase ? ` ${resource.result_phase}` : ""}`,
    resource.hidden && `${plural(resource.hidden.length, "field")} hidden`,
    resource.health_status !== "Healthy" && resource.health_message,
  ].filter(Boolean);
}

/** Return the diffs of all objects that differ, one under the other. */
function changesTab(application, parameters) {
  const differing = byWeight(application.resources).filter((each) => each.d !== undefined);
  if (!differing.length) return h("p", { class: "none" }, "Nothing differs.");
  const list = h("div", { class: "changes" });
  const draw = (left) => fill(list, left, (resource) => changeCard(application, resource), 12);
  let shown = differing;
  const bar = filterBar({
    items: differing,
    parameters,
    placeholder: "Search changed objects",
    search: (each) => each.text,
    groups: RESOURCE_GROUPS.map((group) => ({ ...group })),
    change: (left) => {
      shown = left;
      draw(left);
    },
    moved: (changed) => moveTo(application, changed),
  });
  const toggle = () => {
    switchBox.replaceChildren(splitSwitch(toggle));
    draw(shown);
  };
  const switchBox = h("span", { class: "right" }, splitSwitch(toggle));
  bar.append(switchBox);
  return [bar, list];
}

function changeCard(application, resource) {
  const box = h("div", { class: "waiting" });
  return h("article", { class: "card change" },
    h("header", {},
      h("h3", {}, h("span", { class: "kind" }, resource.kind), " ", h("a", { href: address({ application, resource }) }, resource.full)),
      changeBadge(resource), lineCounts(resource),
      (resource.dangers || []).map((words) => h("span", { class: "danger" }, icon("danger"), words)),
      resource.attribution === "drift" ? h("span", { class: "muted" }, resource.drift_words) : null),
    verdicts(resource),
    whenNear(box, () => showDiff(box, resource)));
}

function sentenceOf(words) {
  return words ? words[0].toUpperCase() + words.slice(1) : "";
}

/** Put an object's diff into a box; where this change and drift are told apart, one after the other. */
async function showDiff(box, resource) {
  const texts = await diffsOf(resource);
  box.classList.remove("waiting");
  if (!texts) return box.replaceChildren(h("p", { class: "none" }, "This diff is too large for this file; report.json has it."));
  const titles = texts.length > 1 ? ["This change", sentenceOf(resource.drift_words) || "Drift"] : [""];
  box.replaceChildren(...texts.flatMap((text, at) => [titles[at] ? h("h4", {}, titles[at]) : null, diffView(text)].filter(Boolean)));
}

/** Return what the cluster, or a rule, has to say against an object, with the remedy. */
function verdicts(resource) {
  const said = [
    ["bad", "Refused by the API server", resource.refusal],
    ["bad", "Not ours to touch", resource.obstacle],
    ["bad", "Could not be compared", resource.unknown],
    [resource.result === "SyncFailed" ? "bad" : "info", resource.result || "Result", ["SyncFailed", "PruneSkipped"].includes(resource.result) && resource.result_message],
  ].filter((entry) => entry[2]);
  const boxes = said.map(([tone, title, text], at) =>
    alertBox(tone, title, h("p", { class: "said" }, text), at === 0 && resource.remedy ? h("p", { class: "remedy" }, resource.remedy) : null));
  if (!said.length && resource.remedy) boxes.push(alertBox("info", "Remedy", h("p", { class: "remedy" }, resource.remedy)));
  return boxes;
}
