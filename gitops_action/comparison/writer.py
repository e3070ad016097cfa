"""Who edited a live object last, of the fields in which it has drifted.

In: a live object and what it would be without its drift. Out: a ``Writer``, or ``None`` where nobody is known: what
takes a field away leaves no trace in ``managedFields``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gitops_action.comparison.diff import shown
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.comparison.shape import equal
from gitops_action.resource.fields import SELF, Member, entries, is_leaf, parse_element, step

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject


_NAMELESS = "unknown"
"""What the API server calls a client that says no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A field manager and when it wrote last, in seconds since the epoch; empty and 0 where that is not known."""

    manager: str
    time: float = 0.0


def last_writer(live: Resource, undone: JsonObject, *, manager: str = MANAGER) -> Writer | None:
    """Return who wrote a drifted field last, ourselves left out; ``undone`` is live without its drift."""
    before, after = shown(live.object), shown(undone)
    times = [entry.get("time") for entry in live.metadata.get("managedFields") or ()]
    found = [
        Writer(manager="" if entry.manager == _NAMELESS else entry.manager, time=_seconds(time))
        for entry, time in zip(entries(live), times, strict=True)
        if entry.manager != manager and entry.subresource != "status" and _owns_difference(entry.fields, before, after)
    ]
    return max(found, key=lambda writer: writer.time, default=None)


def _owns_difference(tree: JsonObject, live: Json, undone: Json) -> bool:
    """Return whether a tree of ``managedFields`` names a field in which both differ."""
    for key, below in tree.items():
        if key == SELF:
            continue
        element = parse_element(key)
        if isinstance(element, Member):
            if _has(live, element.value) != _has(undone, element.value):
                return True
            continue
        mine, other = step(live, element), step(undone, element)
        if not equal(mine, other) and (is_leaf(below) or other is None or _owns_difference(below, mine, other)):
            return True
    return False


def _has(items: Json, value: Json) -> bool:
    return isinstance(items, list) and any(equal(item, value) for item in items)


def _seconds(time: Json) -> float:
    try:
        return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
