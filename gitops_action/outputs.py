"""Every step output of the action, declared once: ``action.yml`` and the README's table derive from it."""

from __future__ import annotations

OUTPUTS: dict[str, str] = {
    "command": "What was done, such as `diff`, `sync` or `drift`.",
    "sync-status": "`Synced`, `OutOfSync` or `Unknown`, the worst of all applications.",
    "health-status": "`Healthy`, `Suspended`, `Progressing`, `Missing`, `Degraded` or `Unknown`, the worst of all.",
    "operation-phase": "`Succeeded`, `Failed` or `Error`, the worst of all syncs; empty without one.",
    "changed": "`true` where something is, or was, OutOfSync.",
    "out-of-sync": "Number of applications that are OutOfSync.",
    "applications": "JSON list: name, sync, health, phase, counts and revision of each application.",
    "matrix": "Jobs for `strategy.matrix`, written by `affected`: `shard`, `applications` and `count` of each.",
    "comment-url": "URL of the pull request comment.",
    "report-json": "Path of `report.json`, relative to the workspace.",
    "report-html": "Path of `report.html`, relative to the workspace: the whole report as one page.",
}
"""Name → help, in the order in which they are shown."""
