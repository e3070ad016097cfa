// One object, in a panel over the page: how it stands, what is said of it, and its diff in parts.

function openDetail(application, resource, parameters) {
  const dialog = byId("detail");
  const box = h("div", { class: "waiting" });
  const close = h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));
  const neighbours = byWeight(application.resources).filter((each) => each.d !== undefined || each === resource);
  const at = neighbours.indexOf(resource);
  const step = (offset, label) => {
    const other = neighbours[at + offset];
    return h("a", { class: "button small", href: other ? address({ application, resource: other, parameters }) : null, "aria-disabled": other ? null : "true", id: offset > 0 ? "next" : "previous" }, label);
  };
  dialog.replaceChildren(
    h("header", {},
      h("h2", { id: "detail-title", tabindex: "-1", autofocus: true }, h("span", { class: "kind" }, resource.kind), " ", h("span", {}, resource.full || "(generated)")),
      h("span", { class: "right" }, neighbours.length > 1 ? [step(-1, "Previous"), step(1, "Next")] : null, copyButton(location.href, "Copy link"), close)),
    h("div", { class: "detailbody" },
      h("p", { class: "badges" }, changeBadge(resource), badge(resource.sync_status), badge(resource.health_status), badge(resource.result_phase || resource.result),
        (resource.dangers || []).map((words) => h("span", { class: "danger" }, icon("danger"), words))),
      resource.health_message ? h("p", { class: "said" }, resource.health_message) : null,
      verdicts(resource),
      overridden(resource),
      facts(application, resource),
      images(resource),
      hidden(resource),
      resource.d === undefined ? h("p", { class: "none" }, nothingToShow(resource)) : box));
  dialog.onclose = () => {
    if (!readRoute().resource) return;
    location.hash = address({ application, parameters: readRoute().parameters }).slice(1);
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  if (resource.d !== undefined) showParts(box, resource);
}

/** Show the whole difference or one part of it, unified or side by side. */
async function showParts(box, resource) {
  const texts = await diffsOf(resource);
  if (!texts) return showDiff(box, resource);
  box.classList.remove("waiting");
  const titles = texts.length > 1 ? ["This change", "Drift"] : [resource.drift_words ? "Drift" : "Difference"];
  let chosen = 0;
  const draw = () => {
    const tabs = titles.map((title, at) =>
      h("button", { type: "button", "aria-pressed": String(at === chosen), onclick: () => { chosen = at; draw(); } }, title));
    box.replaceChildren(
      h("div", { class: "diffbar" },
        titles.length > 1 ? h("span", { class: "switch", role: "group", "aria-label": "Which difference" }, tabs) : h("h3", {}, titles[0]),
        resource.drift_words && (titles.length === 1 || chosen === 1) ? h("span", { class: "muted" }, resource.drift_words) : null,
        h("span", { class: "right" }, splitSwitch(draw))),
      diffView(texts[chosen]));
  };
  draw();
}

function facts(application, resource) {
  const where = resource.file ? resource.file + (resource.line ? `:${resource.line}` : "") : "";
  const isHere = repositoryUrl && report.run.commit && resource.file && !resource.file.startsWith("/");
  const link = isHere ? `${repositoryUrl}/blob/${report.run.commit}/${resource.file.split("/").map(encodeURIComponent).join("/")}${resource.line ? `#L${resource.line}` : ""}` : "";
  const entries = [
    ["API version", [resource.group, resource.version].filter(Boolean).join("/")],
    ["Described in", where && (link ? h("a", { href: link }, h("code", {}, where)) : h("code", {}, where))],
    ["Hook", resource.hook],
    ["Sync wave", resource.wave ? String(resource.wave) : ""],
    ["Compared by", resource.method],
    ["Applied", resource.started ? [when(resource.started), resource.finished ? ` in ${duration(resource.finished - resource.started)}` : ""] : ""],
    ["Result", resource.result_message && !["SyncFailed", "PruneSkipped"].includes(resource.result) ? resource.result_message : ""],
    ["Adopted", resource.adopts ? "it exists and belongs to no application" : ""],
  ].filter(([, value]) => value && value.length !== 0);
  return entries.length ? h("dl", { class: "facts" }, entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))) : null;
}

function images(resource) {
  if (!resource.images) return null;
  return h("ul", { class: "imagelist" }, resource.images.map((each) =>
    h("li", {}, h("span", { class: "muted" }, `${each.container}: `), h("code", { class: "old" }, each.old || "–"), " → ", h("code", { class: "new" }, each.new || "–"))));
}

function hidden(resource) {
  if (!resource.hidden) return null;
  const rows = resource.hidden.map((each) => h("li", {}, h("code", {}, each.path), h("span", { class: "muted" }, ` by ${each.rule}`)));
  return h("details", {}, h("summary", {}, `${plural(rows.length, "field")} hidden by ignore rules`), h("ul", {}, rows));
}

function overridden(resource) {
  if (!resource.overridden) return null;
  return alertBox("info", "Before this change, live was not what Git said", h("p", {}, resource.overridden.map((path, at) => [at ? ", " : "", h("code", {}, path)])));
}

function nothingToShow(resource) {
  if (resource.change === "equal") return "Live is what Git says.";
  if (resource.change === "hook") return "A hook runs with each sync that has something to do; it is not compared.";
  return "There is no difference to show.";
}
