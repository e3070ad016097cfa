// Markdown on standard input, a page as GitHub shows a comment on standard output.
// Takes the folder that holds node_modules: a lock file beside this script says what is in it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = createRequire(pathToFileURL(join(process.argv[2], "node_modules", "package.json")));
const { Marked } = await import(pathToFileURL(modules.resolve("marked")));
const { default: alerts } = await import(pathToFileURL(modules.resolve("marked-alert")));
const css = readFileSync(modules.resolve("github-markdown-css/github-markdown-light.css"), "utf8");

const CLASSES = { "+": "pl-mi1", "-": "pl-md", "@": "pl-mdr" };

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function diffLine(line) {
  const name = CLASSES[line[0]];
  return name ? `<span class="${name}">${escape(line)}</span>` : escape(line);
}

const renderer = {
  code({ text, lang }) {
    if (lang !== "diff") return false;
    return `<div class="highlight highlight-source-diff"><pre>${text.split("\n").map(diffLine).join("\n")}</pre></div>\n`;
  },
};

// GitHub keeps the line breaks of a comment.
const marked = new Marked({ gfm: true, breaks: true, renderer }, alerts());
const body = marked.parse(readFileSync(0, "utf8"));

process.stdout.write(`<!doctype html>
<meta charset="utf-8">
<style>${css}</style>
<style>
  body { margin: 0; background: #fff; font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
  main { width: 912px; padding: 16px; }
  .comment { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
  .by { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e; font-size: 14px; }
  .by b { color: #1f2328; }
  .bot { border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 7px; font-size: 12px; margin: 0 4px; }
  .markdown-body { padding: 16px; font-size: 14px; }
  .markdown-body .pl-md, .markdown-body .pl-mi1 { display: inline-block; min-width: 100%; }
</style>
<main><div class="comment">
  <div class="by"><b>github-actions</b> <span class="bot">bot</span> commented</div>
  <div class="markdown-body">${body}</div>
</div></main>
`);
