"""The target laid over live without a server: what is shown where the server refused to say.

In: target and live. Out: live with the target's fields, and without what only an earlier apply of ours had set. An
approximation (no defaults, no canonical quantities), for reading and never for deciding that something is Synced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.takeover import lacking
from gitops_action.resource.fields import applied_by, without

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject


def overlay(target: Resource, live: Resource, *, manager: str) -> JsonObject:
    """Return live as the target would have it."""
    given_up = [
        path for entry in applied_by(live, manager) for path in lacking(entry.fields, target.object, live.object)
    ]
    return _map(target.object, without(live.object, given_up, kept=target.object))


def _map(target: JsonObject, live: JsonObject) -> JsonObject:
    merged = dict(live)
    for name, value in target.items():
        merged[name] = _value(value, live[name]) if name in live else value
    return merged


def _value(target: Json, live: Json) -> Json:
    if isinstance(target, dict) and isinstance(live, dict):
        return _map(target, live)
    if isinstance(target, list) and isinstance(live, list) and target and live:
        return _list(target, live)
    return target


def _list(target: list[Json], live: list[Json]) -> list[Json]:
    """Merge lists of named items; any other list is the target's."""
    there = {_name(item): item for item in live}
    names = [_name(item) for item in (*target, *live)]
    if not all(names) or len(there) != len(live):
        return target
    return [_map(item, there[_name(item)]) if _name(item) in there else item for item in target]


def _name(item: Json) -> str:
    """Return an item's name, also where it is an object with metadata (a claim template); empty for none."""
    if not isinstance(item, dict):
        return ""
    name = item.get("name") or (item.get("metadata") or {}).get("name")
    return name if isinstance(name, str) else ""
