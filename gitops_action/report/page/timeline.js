// The sync over time: a lane for each phase and wave, a bar for each object. Before a sync: the same order as a plan.

const PHASES = ["PreSync", "Sync", "PostSync", "SyncFail"];
const BARS = 150;

function phaseOf(resource) {
  return resource.sync_phase || PHASES.find((phase) => (resource.hook || "").split(", ").includes(phase)) || "Sync";
}

/** Return the lanes in the order of a sync: [phase, wave, objects]. */
function lanesOf(resources) {
  const lanes = new Map();
  for (const resource of resources) {
    const key = `${phaseOf(resource)} ${resource.wave || 0}`;
    if (!lanes.has(key)) lanes.set(key, [phaseOf(resource), resource.wave || 0, []]);
    lanes.get(key)[2].push(resource);
  }
  return [...lanes.values()].sort((a, b) => PHASES.indexOf(a[0]) - PHASES.indexOf(b[0]) || a[1] - b[1]);
}

function timelineTab(application) {
  const timed = application.resources.filter((each) => each.started);
  return timed.length ? timeline(application, timed) : plan(application);
}

function timeline(application, timed) {
  const start = Math.min(...timed.map((each) => each.started));
  const end = Math.max(...timed.map((each) => each.finished || each.started), start + 0.001);
  const axis = h("div", { class: "axis", "aria-hidden": "true" });
  for (let at = 0; at <= 4; at++) {
    const tick = h("span", {}, duration(((end - start) * at) / 4));
    tick.style.left = `${at * 25}%`;
    axis.append(tick);
  }
  return h("div", { class: "timeline" },
    h("p", { class: "muted" }, "From ", when(start), `, ${duration(end - start)} in all. Waves follow one another; what is in one lane was applied together.`),
    h("div", { class: "lanehead" }, h("span", {}), axis),
    lanesOf(timed).map(([phase, wave, resources]) => lane(application, phase, wave, resources, start, end)));
}

function lane(application, phase, wave, resources, start, end) {
  const sorted = [...resources].sort((a, b) => a.started - b.started);
  const list = h("ul", {});
  const make = (resource) => {
    const stretch = h("span", { class: `stretch ${stretchTone(resource)}` });
    const from = (resource.started - start) / (end - start);
    const to = ((resource.finished || end) - start) / (end - start);
    stretch.style.left = `${Math.min(from, 0.995) * 100}%`;
    stretch.style.width = `${Math.max((to - from) * 100, 0.4)}%`;
    const took = resource.finished ? duration(resource.finished - resource.started) : "not finished";
    const state = resource.result_phase || resource.result || "";
    return h("li", {},
      h("a", { href: address({ application, resource, parameters: new URLSearchParams({ tab: "timeline" }) }), title: resource.result_message },
        h("span", { class: "lanename" }, h("span", { class: "kind" }, resource.kind), " ", resource.full),
        h("span", { class: "track" }, stretch),
        h("span", { class: "took" }, took, h("span", { class: "hidden" }, `, ${state}`))));
  };
  fill(list, sorted.slice(0, BARS), make, BARS);
  const rest = sorted.length > BARS
    ? h("button", { type: "button", class: "more", onclick: (event) => { fill(list, sorted, make, 200); event.target.remove(); } }, `Show ${plural(sorted.length - BARS, "more object")}`)
    : null;
  return h("section", { class: "lane" }, h("h3", {}, phase, h("span", { class: "muted" }, ` wave ${wave} · ${plural(resources.length, "object")}`)), list, rest);
}

function stretchTone(resource) {
  if (resource.result === "SyncFailed" || ["Failed", "Error"].includes(resource.result_phase)) return "bad";
  if (resource.health_status === "Degraded") return "bad";
  if (resource.result === "PruneSkipped" || resource.health_status === "Progressing") return "care";
  return "good";
}

/** Return in which order a sync would do what it has to do. */
function plan(application) {
  const ahead = application.resources.filter((each) => DIFFERENT.has(each.change) || each.change === "hook");
  const pruned = ahead.filter((each) => each.change === "removed");
  const applied = ahead.filter((each) => each.change !== "removed");
  if (!ahead.length) return h("p", { class: "none" }, "A sync would have nothing to do.");
  const chips = (resources) => {
    const list = h("ul", { class: "chips" });
    return fill(list, resources, (resource) =>
      h("li", {}, h("a", { class: `chip ${TONES[resource.change]}`, href: address({ application, resource, parameters: new URLSearchParams({ tab: "timeline" }) }) },
        icon(resource.change), h("span", { class: "kind" }, resource.kind), " ", resource.full)), 200);
  };
  const step = (title, words, resources) => h("li", {}, h("h3", {}, title, h("span", { class: "muted" }, ` ${words}`)), chips(resources));
  return h("div", {},
    h("p", { class: "muted" }, isSync ? "Nothing was applied. This is the order in which it would have been." : "In this order a sync would do it; each step waits until the one before is healthy."),
    h("ol", { class: "plan" },
      lanesOf(applied).map(([phase, wave, resources]) => step(phase, `wave ${wave} · ${plural(resources.length, "object")}`, resources)),
      pruned.length ? step("Prune", `last · ${plural(pruned.length, "object")}`, pruned) : null));
}
