// Diffs: unified or side by side, YAML in colours, and within a changed line the part that changed.

const LINES = 1500;
const KEY = /^(\s*(?:- +)*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#:{}[\],&*!|>%@`-][^#:]*?|[^\s"'#{}[\],&*!|>%@`:][^\s#:]*)(:)(?=\s|$)/;
const WORDS = /^(\s*)(?:("(?:[^"\\]|\\.)*"?|'[^']*'?)|(true|false|null|~)|(-?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)|([|>][-+]?\d?)|(\([^)]*\)))(?=\s*$|\s+#)/;

let isSplit = remembered("split") === "yes";

/** Return a diff's lines as { sign, text }, without their signs. */
function parseDiff(text) {
  return text.replace(/\n$/, "").split("\n").map((line) => {
    const sign = line[0] === "+" || line[0] === "-" || line[0] === "@" ? line[0] : " ";
    return { sign, text: sign === "@" ? line.replace(/^@@ ?| ?@@$/g, "") : line.slice(1) };
  });
}

/** Gather removed and added lines that belong together: [{ old, new }] or { heading } or { both }. */
function pairs(lines) {
  const rows = [];
  let gone = [], come = [];
  const flush = () => {
    for (let at = 0; at < Math.max(gone.length, come.length); at++) rows.push({ old: gone[at], new: come[at] });
    gone = [];
    come = [];
  };
  for (const line of lines) {
    if (line.sign === "-") {
      if (come.length) flush();
      gone.push(line.text);
    } else if (line.sign === "+") come.push(line.text);
    else {
      flush();
      rows.push(line.sign === "@" ? { heading: line.text } : { both: line.text });
    }
  }
  flush();
  return rows;
}

/** Return where two lines differ, as [start, end of the first, end of the second]; null where nearly all does. */
function difference(old, fresh) {
  if (old === undefined || fresh === undefined) return null;
  let start = 0;
  const shorter = Math.min(old.length, fresh.length);
  while (start < shorter && old[start] === fresh[start]) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end++;
  const isWord = (character) => /[\w.-]/.test(character || "");
  while (start > 0 && isWord(old[start - 1]) && (isWord(old[start]) || isWord(fresh[start]))) start--;
  while (end > 0 && isWord(old[old.length - end]) && (isWord(old[old.length - end - 1]) || isWord(fresh[fresh.length - end - 1]))) end--;
  const indent = old.length - old.trimStart().length;
  return start + end <= indent + 1 ? null : [start, old.length - end, fresh.length - end];
}

/** Return a line of YAML as [class, text] pieces. */
function pieces(text) {
  if (/^\s*#/.test(text)) return [["c", text]];
  const found = KEY.exec(text);
  const result = [];
  let rest = text;
  if (found) {
    result.push(["p", found[1]], ["k", found[2]], ["p", found[3]]);
    rest = text.slice(found[0].length);
  } else {
    const dash = /^\s*(?:- +)*/.exec(text)[0];
    result.push(["p", dash]);
    rest = text.slice(dash.length);
  }
  const value = WORDS.exec(rest);
  if (!value) return [...result, ["s", rest]];
  const kind = value[2] ? "s" : value[3] ? "b" : value[4] ? "n" : value[6] ? "c" : "p";
  result.push(["p", value[1]], [kind, value[0].slice(value[1].length)]);
  return [...result, ["c", rest.slice(value[0].length)]];
}

/** Return a line in colours; what stands between `from` and `to` is marked. */
function coloured(text, from = 0, to = 0) {
  const code = h("code", {});
  let at = 0;
  for (const [kind, piece] of pieces(text)) {
    for (const [start, end, marked] of [[at, from, false], [from, to, true], [to, at + piece.length, false]]) {
      const cut = text.slice(Math.max(at, start), Math.min(at + piece.length, end));
      if (cut && Math.max(at, start) < Math.min(at + piece.length, end)) {
        code.append(h(marked ? "mark" : "span", { class: kind }, cut));
      }
    }
    at += piece.length;
  }
  return code;
}

function unifiedView(rows) {
  const view = h("div", { class: "diff unified", tabindex: "0", role: "region", "aria-label": "Diff" });
  let gone = [], come = [];
  const flush = () => {
    view.append(...gone, ...come);
    gone = [];
    come = [];
  };
  for (const row of rows) {
    if (row.heading !== undefined || row.both !== undefined) {
      flush();
      view.append(row.both === undefined ? heading(row.heading) : h("div", { class: "line" }, coloured(row.both)));
      continue;
    }
    const part = difference(row.old, row.new);
    if (row.old !== undefined) gone.push(h("del", { class: "line" }, coloured(row.old, ...(part ? [part[0], part[1]] : []))));
    if (row.new !== undefined) come.push(h("ins", { class: "line" }, coloured(row.new, ...(part ? [part[0], part[2]] : []))));
  }
  flush();
  return view;
}

function splitView(rows) {
  const view = h("div", { class: "diff split", tabindex: "0", role: "region", "aria-label": "Diff, side by side" });
  for (const row of rows) {
    if (row.heading !== undefined) {
      view.append(heading(row.heading));
      continue;
    }
    const part = difference(row.old, row.new);
    const left = row.both !== undefined ? row.both : row.old;
    const right = row.both !== undefined ? row.both : row.new;
    const sides = [[left, row.both === undefined ? "del" : "div", part && part[1]], [right, row.both === undefined ? "ins" : "div", part && part[2]]];
    for (const [text, tag, end] of sides) {
      view.append(text === undefined ? h("div", { class: "line none" }) : h(tag, { class: "line" }, coloured(text, part ? part[0] : 0, end || 0)));
    }
  }
  return view;
}

function heading(text) {
  return h("div", { class: "heading" }, text || "…");
}

/** Return a diff as it is to be looked at, cut where it is very long; the rest comes on request. */
function diffView(text) {
  const rows = pairs(parseDiff(text));
  const box = h("div", { class: "diffbox" });
  const show = (limit) => {
    const shown = rows.slice(0, limit);
    box.replaceChildren(isSplit && rows.some((row) => row.old !== undefined || row.both !== undefined) ? splitView(shown) : unifiedView(shown));
    if (limit < rows.length) {
      box.append(h("button", { type: "button", class: "more", onclick: () => show(rows.length) }, `Show ${plural(rows.length - limit, "more line")}`));
    }
  };
  show(LINES);
  return box;
}

/** Return a switch between the two ways to look at diffs; `change` draws them again. */
function splitSwitch(change) {
  const make = (label, value) =>
    h("button", {
      type: "button", "aria-pressed": String(isSplit === value),
      onclick: () => {
        isSplit = value;
        remember("split", value ? "yes" : "no");
        change();
      },
    }, label);
  return h("span", { class: "switch", role: "group", "aria-label": "How diffs are shown" }, make("Unified", false), make("Side by side", true));
}

function remembered(name) {
  try {
    return localStorage.getItem(`gitops-action-${name}`) || "";
  } catch {
    return "";
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`gitops-action-${name}`, value);
  } catch {
    // Nothing is kept where the browser keeps nothing for files.
  }
}
