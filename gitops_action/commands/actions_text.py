"""What ``actions`` prints: Argo CD's table of actions, a line for each object written, and the same as JSON.

In: actions and what they did. Out: text. Shows the names of changed fields, and no value of any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from gitops_action.lua.actions import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.commands.actions import ActionRun, AvailableAction
    from gitops_action.resource import ResourceKey
    from gitops_action.resource.resource import Json, JsonObject
    from gitops_action.sync.resource_action import Written

_HEAD = ("GROUP", "KIND", "NAMESPACE", "NAME", "ACTION", "DISABLED", "PARAMETERS")


def actions_text(found: Sequence[AvailableAction]) -> str:
    """Return the table of actions."""
    rows = [
        (
            each.key.group,
            each.key.kind,
            each.key.namespace,
            each.key.name,
            each.action.name,
            str(each.action.disabled).lower(),
            ",".join(name for name, _ in each.action.parameters),
        )
        for each in found
    ]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = ("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in (_HEAD, *rows))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def actions_json(found: Sequence[AvailableAction]) -> str:
    """Return the actions as JSON."""
    return _json(
        [
            {
                **_key(each.key),
                "action": each.action.name,
                "disabled": each.action.disabled,
                "parameters": [{"name": name, "default": default} for name, default in each.action.parameters],
                "displayName": each.action.display_name,
            }
            for each in found
        ]
    )


def runs_text(runs: Sequence[ActionRun]) -> str:
    """Return a line for each object that was written."""
    return "".join(f"{line}\n" for run in runs for line in _run_lines(run))


def runs_json(runs: Sequence[ActionRun]) -> str:
    """Return what was done as JSON."""
    return _json(
        [
            {
                "application": run.application,
                "action": run.action,
                **_key(run.key),
                "dryRun": run.is_dry_run,
                "written": [
                    {**_key(each.key), "operation": each.operation, "fields": list(each.fields)} for each in run.written
                ],
            }
            for run in runs
        ]
    )


def _run_lines(run: ActionRun) -> list[str]:
    tried = " (dry run)" if run.is_dry_run else ""
    lines = [f"{each.key}: {run.action}: {_done(each)}{tried}" for each in run.written]
    return lines or [f"{run.key}: {run.action}: nothing to do{tried}"]


def _done(written: Written) -> str:
    if written.operation is Operation.CREATE:
        return "created"
    return f"patched {', '.join(written.fields)}" if written.fields else "unchanged"


def _key(key: ResourceKey) -> JsonObject:
    return {"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name}


def _json(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
