// One application: how it stands, what is wrong with it, and its objects in tabs.

function applicationPage(application, parameters) {
  const tabs = [
    ["resources", `Resources`, application.resources.length, resourcesTab],
    ["changes", "Changes", application.resources.filter((each) => each.d !== undefined).length, changesTab],
    ["tree", "Tree", 0, treeTab],
    ["timeline", application.resources.some((each) => each.started) ? "Timeline" : "Plan", 0, timelineTab],
    application.history ? ["history", "History", application.history.length, historyTab] : null,
  ].filter(Boolean);
  const first = tabs[1][2] > 0 && tabs[1][2] <= 40 ? "changes" : "resources";
  const chosen = tabs.find(([name]) => name === parameters.get("tab")) || tabs.find(([name]) => name === first);
  const panel = h("div", { role: "tabpanel", id: "panel", "aria-labelledby": `tab-${chosen[0]}`, class: "panel", tabindex: "-1" });
  const bar = h("div", { role: "tablist", class: "tabs", "aria-label": `Views of ${application.name}` },
    tabs.map(([name, label, count]) =>
      h("a", {
        role: "tab", id: `tab-${name}`, "aria-selected": String(name === chosen[0]), "aria-controls": "panel",
        tabindex: name === chosen[0] ? "0" : "-1",
        href: address({ application, parameters: new URLSearchParams({ tab: name }) }),
      }, label, count ? h("span", { class: "count" }, count.toLocaleString("en")) : null)));
  bar.addEventListener("keydown", walkTabs);
  const here = withParameters(parameters, { tab: chosen[0] });
  const resource = application.resources.find((each) => each.id === readRoute().resource);
  moveTo(application, here, resource);
  add(panel, [chosen[3](application, here)]);
  return [
    h("nav", { class: "crumbs", "aria-label": "Breadcrumb" }, h("a", { href: "#" }, "All applications"), h("span", { "aria-hidden": "true" }, " / "), h("span", { "aria-current": "page" }, application.name)),
    h("section", { class: `apphead ${application.sign}` },
      h("h2", {}, application.name),
      h("p", { class: "badges" }, badge(application.sync_words), badge(application.health_status, application.health_message), badge(application.operation_phase), changeCounts(application)),
      application.sentence ? h("p", { class: "sentence" }, `${application.name} ${application.sentence}.`) : null,
      applicationFacts(application)),
    applicationAlerts(application),
    bar,
    panel,
  ];
}

function applicationFacts(application) {
  const where = application.file ? application.file + (application.line > 1 ? `:${application.line}` : "") : "";
  const entries = [
    ["Cluster", application.cluster],
    ["Namespace", application.destination_namespace],
    ["Project", application.project],
    ["Revision", application.revision ? revisionLink(application.revision) : ""],
    ["Described in", where ? h("code", {}, where) : ""],
    ["Again", application.reproduce ? command(application.reproduce) : ""],
  ].filter(([, value]) => value);
  return h("dl", { class: "facts" }, entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function applicationAlerts(application) {
  const boxes = [];
  if (application.refused) boxes.push(alertBox("bad", "Refused by a rule", h("p", { class: "said" }, application.refused)));
  for (const each of application.conditions || []) {
    const tone = each.type.endsWith("Error") ? "bad" : "care";
    boxes.push(alertBox(tone, each.type, h("p", { class: "said" }, each.message), each.remedy ? h("p", { class: "remedy" }, each.remedy) : null));
  }
  if (application.causes) {
    boxes.push(alertBox("bad", "Why", h("ol", { class: "causes" }, application.causes.map((each) => h("li", {}, each)))));
  }
  if (application.operation_message && application.operation_phase !== "Succeeded") {
    boxes.push(alertBox("bad", application.operation_phase || "Not run", h("p", { class: "said" }, application.operation_message)));
  }
  if (application.health_message && application.health_status !== "Healthy") {
    boxes.push(alertBox(TONES[application.health_status] || "info", application.health_status, h("p", { class: "said" }, application.health_message)));
  }
  return boxes;
}

/** Move between tabs with the arrow keys. */
function walkTabs(event) {
  const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")];
  const at = tabs.indexOf(document.activeElement);
  const next = { ArrowRight: tabs[at + 1] || tabs[0], ArrowLeft: tabs[at - 1] || tabs[tabs.length - 1], Home: tabs[0], End: tabs[tabs.length - 1] }[event.key];
  if (!next) return;
  event.preventDefault();
  location.hash = next.getAttribute("href").slice(1);
  focusLater = next.id;
}
