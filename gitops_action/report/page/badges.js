// Words with an icon: sync, health, what changes. The word always stands there; the colour only helps.

const TONES = {
  Synced: "good", OutOfSync: "care", Unknown: "unsure", "not compared": "unsure",
  Healthy: "good", Progressing: "info", Degraded: "bad", Suspended: "unsure", Missing: "care",
  added: "good", changed: "care", removed: "bad", deleted: "bad", "not in Git": "care", extra: "care", unknown: "bad", equal: "unsure", hook: "info",
  Succeeded: "good", Failed: "bad", Error: "bad", Running: "info", SyncFailed: "bad", Pruned: "good", PruneSkipped: "care",
};
const CHANGE_WORDS = {
  added: "added", changed: "changed", removed: "deleted", extra: "not in Git", equal: "equal", unknown: "not compared", hook: "hook",
};

function badge(word, title, name) {
  if (!word) return null;
  const tone = TONES[name || word] || "unsure";
  return h("span", { class: `badge ${tone}`, title }, icon(name || word), h("span", {}, word));
}

function changeBadge(resource) {
  const isRefused = resource.refusal || resource.obstacle;
  const word = isRefused ? "refused" : CHANGE_WORDS[resource.change];
  return badge(word, null, isRefused ? "Failed" : resource.change);
}

/** Return the counts of an application's changes: `+1 ~2 −1`, and drift. */
function changeCounts(application) {
  const counts = tally(application.resources.map((each) => (each.attribution === "drift" ? "" : each.change)));
  const drift = application.resources.filter((each) => each.attribution === "drift" || each.attribution === "both").length;
  const shown = [["added", "+"], ["changed", "~"], ["removed", "−"]].filter(([change]) => counts.get(change));
  if (!shown.length && !drift) return null;
  return h("span", { class: "counts" },
    shown.map(([change, sign]) =>
      h("span", { class: TONES[change], title: `${counts.get(change)} ${CHANGE_WORDS[change]}` }, sign + counts.get(change))),
    drift ? h("span", { class: "care", title: `drift in ${plural(drift, "object")}` }, `${drift} drift`) : null);
}

/** Return a bar that shows how values divide, each part with its word below. */
function shareBar(label, counts, order, choose) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const entries = order.filter((value) => counts.get(value)).map((value) => [value, counts.get(value)]);
  const bar = h("div", { class: "share", "aria-hidden": "true" });
  for (const [value, count] of entries) {
    const part = h("span", { class: TONES[value] || "unsure" });
    part.style.flexGrow = String(count / total);
    bar.append(part);
  }
  const legend = h("ul", {}, entries.map(([value, count]) => {
    const words = [icon(value), h("b", {}, count.toLocaleString("en")), ` ${value}`];
    const tone = TONES[value] || "unsure";
    return h("li", {}, choose ? h("a", { href: choose(value), class: tone }, words) : h("span", { class: tone }, words));
  }));
  return h("section", { class: "card stat" }, h("h2", {}, label), bar, legend);
}

/** Return a remark as an alert. */
function alertBox(tone, title, ...body) {
  return h("div", { class: `alert ${tone}`, role: "note" }, h("strong", {}, title), body);
}

function when(seconds) {
  if (!seconds) return null;
  const iso = new Date(seconds * 1000).toISOString();
  return h("time", { datetime: iso }, `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`);
}

/** Return how old something was when the run began, with the time itself as its title. */
function age(created) {
  if (!created) return null;
  const time = when(created);
  const seconds = Math.max(0, report.run.started - created);
  const days = Math.floor(seconds / 86400);
  time.title = time.textContent;
  time.textContent = days ? plural(days, "day") : duration(seconds);
  return time;
}

function duration(seconds) {
  if (!(seconds >= 0)) return "";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
