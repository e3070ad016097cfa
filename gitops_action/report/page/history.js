// The operations that the record remembers, and the command that goes back to each.

function historyTab(application) {
  const rows = (application.history || []).map((each) =>
    h("tr", {},
      h("th", { scope: "row" }, String(each.id)),
      h("td", { "data-label": "Revision" }, revisionLink(each.revision)),
      h("td", { "data-label": "Ended" }, badge(each.phase)),
      h("td", { "data-label": "Started" }, when(each.started), each.finished > each.started ? h("span", { class: "muted" }, ` for ${duration(each.finished - each.started)}`) : null),
      h("td", { "data-label": "By" }, each.initiator || "–", isWeb(each.run_url) ? [" ", h("a", { href: each.run_url }, "run")] : null),
      h("td", { "data-label": "Go back" },
        command(`gitops-action rollback ${application.name} ${each.id}`),
        each.can_roll_back ? null : h("p", { class: "muted" }, "renders it again from Git"))));
  const heads = ["Id", "Revision", "Ended", "Started", "By", "Go back"].map((word) => h("th", { scope: "col" }, word));
  return h("div", { class: "scroll" }, h("table", { class: "rows history" }, h("caption", { class: "hidden" }, `Syncs of ${application.name}, newest first`), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

function isWeb(url) {
  return /^https?:\/\//.test(url || "");
}

/** Return a revision, short where it is a hash, and as a link where this repository has it. */
function revisionLink(revision) {
  if (!revision) return "–";
  const isHash = /^[0-9a-f]{40,64}$/.test(revision);
  const code = h("code", { title: revision }, isHash ? revision.slice(0, 7) : revision);
  return isHash && repositoryUrl ? h("a", { href: `${repositoryUrl}/commit/${revision}` }, code) : code;
}
