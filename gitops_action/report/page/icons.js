// Icons, drawn here: each state has a shape of its own, so that no meaning rests on colour.

const HEART = "M8 13.6C4.6 11.1 1.9 8.7 1.9 5.9A3.1 3.1 0 0 1 8 4.6a3.1 3.1 0 0 1 6.1 1.3c0 2.8-2.7 5.2-6.1 7.7z";
const CIRCLE = "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z";
const SHAPES = {
  Synced: [CIRCLE, "M5 8.3l2.1 2.1L11 6.3"],
  OutOfSync: [CIRCLE, "M8 11.3V5M5.4 7.5L8 4.9l2.6 2.6"],
  "not compared": ["M3 8h2M7 8h2M11 8h2"],
  Unknown: [CIRCLE, "M6.3 6.3A1.8 1.8 0 1 1 8 8.4v.8M8 11.3v.1"],
  Healthy: [HEART],
  Progressing: ["M8 1.8A6.2 6.2 0 1 1 1.8 8"],
  Degraded: [HEART, "M8.4 4.4L6.6 7.2l2.6 1.4-1.6 3"],
  Suspended: [CIRCLE, "M6.4 5.7v4.6M9.6 5.7v4.6"],
  Missing: ["M3 14V7a5 5 0 0 1 10 0v7l-1.7-1.4L9.7 14 8 12.6 6.3 14l-1.6-1.4z", "M6.2 7.2v.1M9.8 7.2v.1"],
  added: ["M8 3.2v9.6M3.2 8h9.6"],
  changed: ["M2.5 9.3c1.8-3.4 3.7-3.4 5.5-1.3s3.7 2.1 5.5-1.3"],
  removed: ["M3.2 8h9.6"],
  extra: ["M3 5h10l-1 9H4zM6 2.5h4M2 5h12"],
  equal: ["M4 6.3h8M4 9.7h8"],
  hook: ["M10.5 2.5v7a3.5 3.5 0 1 1-7 0V8l-1 1.5M3.5 8l1.5 1.5"],
  Succeeded: [CIRCLE, "M5 8.3l2.1 2.1L11 6.3"],
  Failed: [CIRCLE, "M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"],
  Error: [CIRCLE, "M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"],
  Running: ["M8 1.8A6.2 6.2 0 1 1 1.8 8"],
  copy: ["M5.5 5.5h8v8h-8z", "M10.5 5.5v-3h-8v8h3"],
  danger: ["M8 1.9L14.6 13.5H1.4z", "M8 6.3v3.2M8 11.5v.1"],
  sun: ["M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13"],
  moon: ["M13.2 9.8A5.8 5.8 0 1 1 6.2 2.8a4.6 4.6 0 0 0 7 7z"],
  auto: [CIRCLE, "M8 1.8v12.4M8 4.5h4M8 8h6M8 11.5h4"],
  print: ["M4.5 6V2.2h7V6M4.5 11.5h-3V6h13v5.5h-3M4.5 9.5h7v4.3h-7z"],
  link: ["M6.7 9.3a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-1 1M9.3 6.7a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l1-1"],
  close: ["M3.5 3.5l9 9M12.5 3.5l-9 9"],
};
SHAPES.deleted = SHAPES.removed;
SHAPES["not in Git"] = SHAPES.extra;
SHAPES.SyncFailed = SHAPES.Failed;
SHAPES.Pruned = SHAPES.removed;
SHAPES.PruneSkipped = SHAPES.extra;
SHAPES.unknown = SHAPES.Unknown;

/** Return the icon of that name; decoration only, the word stands beside it. */
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of SHAPES[name] || SHAPES.Unknown) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}
