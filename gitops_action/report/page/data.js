// The report: rows at once, diffs when the first one is looked at.

const report = JSON.parse(byId("rows").textContent);
const applications = report.applications;
const isSync = document.body.dataset.mode === "sync";
const repositoryUrl = document.body.dataset.repository;
const DIFFERENT = new Set(["added", "changed", "removed"]);

for (const application of applications) {
  const name = application.is_twin ? `${application.name}@${application.cluster || ""}` : application.name;
  application.path = [application.namespace || "-", name].map(encodeURIComponent).join("/");
  for (const resource of application.resources) {
    resource.id = resourceId(resource);
    resource.full = resource.namespace ? `${resource.namespace}/${resource.name}` : resource.name || "";
    resource.text = `${resource.kind} ${resource.full}`.toLowerCase();
  }
}

/** Return what names an object within its application: `kind.group/namespace/name`, a hook with a mark. */
function resourceId(resource) {
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  const mark = resource.change === "hook" ? "~" : "";
  return [kind + mark, resource.namespace || "-", resource.name || ""].map(encodeURIComponent).join("/");
}

function applicationOf(path) {
  return applications.find((each) => each.path === path);
}

/** Return counts of values in the order in which they first occur. */
function tally(values) {
  const counts = new Map();
  for (const value of values) if (value) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

/** Whether something stands against an object, or went wrong with it. */
function isWrong(resource) {
  return Boolean(
    resource.refusal || resource.obstacle || resource.unknown || resource.change === "unknown" ||
    resource.result === "SyncFailed" || ["Failed", "Error"].includes(resource.result_phase));
}

/** Return how much an object asks to be looked at: 0 for what is wrong, 4 for what is as it should be. */
function weightOf(resource) {
  if (isWrong(resource)) return 0;
  if (resource.dangers || resource.change === "removed" || resource.health_status === "Degraded") return 1;
  if (DIFFERENT.has(resource.change) || resource.adopts) return 2;
  return resource.change === "extra" ? 3 : 4;
}

let unpacking = null;

/** Return a promise of an object's texts: its diff, or this change's part and the drift. */
async function diffsOf(resource) {
  if (resource.d === undefined || resource.d < 0) return null;
  unpacking = unpacking || unpack();
  return (await unpacking)[resource.d];
}

async function unpack() {
  const bytes = Uint8Array.from(atob(byId("diffs").textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
