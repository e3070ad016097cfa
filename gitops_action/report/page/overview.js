// The first page: how all applications stand, what to watch out for, and a tile for each.

const SYNC_ORDER = ["Synced", "OutOfSync", "Unknown", "not compared"];
const HEALTH_ORDER = ["Healthy", "Progressing", "Suspended", "Missing", "Degraded", "Unknown"];
const OPEN_REMARKS = 5;

function overview(parameters) {
  const link = (name) => (value) => address({ parameters: new URLSearchParams({ [name]: encodeURIComponent(value) }) });
  const all = applications.flatMap((each) => each.resources);
  return [
    applications.length
      ? h("div", { class: "stats" },
        shareBar(plural(applications.length, "application"), tally(applications.map((each) => each.sync_words)), SYNC_ORDER, link("sync")),
        shareBar("Health", tally(applications.map((each) => each.health_status)), HEALTH_ORDER, link("health")),
        shareBar(plural(all.length, "object"), tally(all.map((each) => CHANGE_WORDS[each.change])),
          ["equal", "added", "changed", "deleted", "not in Git", "not compared", "hook"]),
        cost())
      : null,
    remarkList(),
    imageTable(),
    applications.length ? applicationList(parameters) : null,
  ];
}

/** Return what the run took: time, requests, and what a cache saved. */
function cost() {
  const run = report.run;
  const seconds = run.finished - run.started;
  const facts = [
    [seconds >= 0 ? duration(seconds) : null, "of time", "GitHub bills whole minutes of a job"],
    [run.requests === undefined ? "0" : run.requests.toLocaleString("en"), "API server requests"],
    [run.github_requests ? run.github_requests.toLocaleString("en") : null, "GitHub requests"],
    [run.cache_hits || run.cache_misses ? `${run.cache_hits || 0} of ${(run.cache_hits || 0) + (run.cache_misses || 0)}` : null, "renders from the cache"],
  ];
  return h("section", { class: "card stat" }, h("h2", {}, "What this run took"),
    h("ul", { class: "cost" }, facts.filter(([value]) => value).map(([value, words, title]) => h("li", { title }, h("b", {}, value), ` ${words}`))));
}

function remarkList() {
  const open = report.remarks.filter((each) => each.is_open);
  const shown = open.length ? open : report.remarks;
  if (!shown.length) return null;
  const items = shown.map(remark);
  const rest = items.slice(OPEN_REMARKS);
  return h("section", { class: "card watch", "aria-labelledby": "watch-title" },
    h("h2", { id: "watch-title" }, "Watch out"),
    h("ul", {}, items.slice(0, OPEN_REMARKS)),
    rest.length ? h("details", {}, h("summary", {}, plural(rest.length, "more remark")), h("ul", {}, rest)) : null);
}

function remark(each) {
  const subjects = each.subjects.map((subject, at) => [at ? ", " : "", subjectLink(subject)]);
  const more = each.count - each.subjects.length;
  return h("li", { class: each.level === "error" ? "bad" : "care" }, icon(each.level === "error" ? "Failed" : "danger"),
    h("div", {},
      h("p", {}, subjects, more > 0 ? ` and ${plural(more, "other")}` : "", ": ", h("strong", {}, each.headline)),
      each.message ? h("p", { class: "said" }, each.message) : null,
      each.remedy ? h("p", { class: "remedy" }, each.remedy) : null));
}

function subjectLink(subject) {
  const application = applications.find((each) => each.name === subject.application);
  if (!application) return subject.application;
  const resource = subject.object && application.resources.find((each) => each.kind === subject.kind && each.full === subject.object);
  const words = subject.object ? [`${subject.application} · ${subject.kind} `, h("code", {}, subject.object)] : subject.application;
  return h("a", { href: address({ application, resource }) }, words);
}

function imageTable() {
  if (!report.images.length) return null;
  const rows = report.images.map((each) =>
    h("tr", {},
      h("th", { scope: "row" }, h("code", {}, each.name)),
      h("td", { "data-label": "From" }, each.old ? h("code", { class: "old" }, each.old) : "–"),
      h("td", { "data-label": "To" }, each.new ? h("code", { class: "new" }, each.new) : "–"),
      h("td", { "data-label": "Applications" }, each.applications.slice(0, 5).join(", "), each.applications.length > 5 ? ` and ${each.applications.length - 5} more` : "")));
  const head = ["Image", "From", "To", "Applications"].map((word) => h("th", { scope: "col" }, word));
  const table = h("table", { class: "rows images" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows.slice(0, 50)));
  return h("section", { class: "card" }, h("h2", {}, plural(report.images.length, "image changes", "images change")), h("div", { class: "scroll" }, table));
}

function applicationList(parameters) {
  const tiles = h("ul", { class: "tiles", "aria-label": "Applications" });
  const none = h("p", { class: "none", hidden: true }, "No application is left by these filters.");
  const bar = filterBar({
    items: applications,
    parameters,
    placeholder: "Search applications",
    search: (each) => `${each.name} ${each.namespace || ""} ${each.cluster || ""} ${each.destination_namespace || ""} ${each.project || ""}`.toLowerCase(),
    groups: [
      { name: "sync", label: "Sync", of: (each) => [each.sync_words] },
      { name: "health", label: "Health", of: (each) => [each.health_status || "none"] },
      { name: "outcome", label: "Outcome", of: (each) => [each.outcome] },
      { name: "cluster", label: "Cluster", of: (each) => [each.cluster || "none"] },
      { name: "project", label: "Project", of: (each) => [each.project || "none"] },
    ],
    change: (left, changed) => {
      fill(tiles, left, tile, 60);
      none.hidden = left.length > 0;
    },
    moved: (changed) => moveTo(null, changed),
  });
  return h("section", { "aria-label": "Applications" }, bar, tiles, none);
}

function tile(application) {
  const counts = tally(application.resources.map((each) => each.health_status));
  const differing = application.resources.filter((each) => DIFFERENT.has(each.change)).length;
  const strip = h("span", { class: "share", "aria-hidden": "true" });
  for (const health of HEALTH_ORDER) {
    if (!counts.get(health)) continue;
    const part = h("span", { class: TONES[health] });
    part.style.flexGrow = String(counts.get(health));
    strip.append(part);
  }
  return h("li", { class: `tile ${application.sign}` },
    h("a", { href: address({ application }) },
      h("h3", {}, application.name),
      h("p", { class: "muted" }, [application.cluster, application.destination_namespace].filter(Boolean).join(" / ") || "no destination"),
      h("p", { class: "badges" }, badge(application.sync_words), badge(application.health_status), badge(application.operation_phase)),
      h("p", { class: "numbers" }, changeCounts(application),
        h("span", { class: "muted" }, differing ? `of ${plural(application.resources.length, "object")}` : plural(application.resources.length, "object"))),
      strip,
      application.watch_out
        ? h("ul", { class: "watchwords" }, application.watch_out.map((words) => h("li", {}, words)))
        : null));
}
