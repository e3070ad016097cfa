"""Whose a difference is: this change's, or drift that was there before.

In: what Git said of an object at the base and says now, live, and what the sync would leave. Out: an ``Attribution``
with the state between: live as it would be if drift alone were undone. From live to there is drift, from there to what
the sync leaves is this change. Decided field by field: where base and head say the same, the difference is drift;
where they differ, it is this change's, also where live had left the base there. List items are told apart by their
keys, and lists without keys are one value. Never masks: who shows a state masks it first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.comparison.diff import by_key, keeps_order, shown
from gitops_action.comparison.quantity import canonical_quantity
from gitops_action.comparison.shape import equal

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject


class Cause(StrEnum):
    """Where a difference comes from."""

    CHANGE = "change"
    DRIFT = "drift"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Where an object's differences come from.

    ``between`` is live with drift undone, as it is shown; ``None`` unless only some of an object's differences are
    drift. ``overridden`` are the paths that this change sets and at which live did not hold what the base says.
    """

    cause: Cause
    between: JsonObject | None = None
    overridden: tuple[str, ...] = ()
    base: JsonObject | None = field(default=None, compare=False, repr=False)
    """What Git said of the object before the change; ``None`` where it did not know it."""


class _Absent:
    """What is not there, as opposed to ``null``."""


_ABSENT = _Absent()


def attribute(
    base: JsonObject | None, head: JsonObject | None, live: JsonObject | None, after: JsonObject | None
) -> Attribution:
    """Return where the differences between ``live`` and ``after`` come from; ``None`` is what does not exist.

    ``base`` and ``head`` are the prepared targets, ``after`` is what the sync would leave. What is never shown counts
    for nothing.
    """
    live, after = shown(live), shown(after)
    if live is None or after is None:
        return Attribution(cause=_whole(base, head, live), base=base)
    if base is None:
        return Attribution(cause=Cause.CHANGE)
    splitter = _Splitter()
    between = splitter.split(live, after, base, {} if head is None else head, "")
    match splitter.has_changes, splitter.has_drift:
        case True, True:
            return Attribution(cause=Cause.BOTH, between=between, overridden=tuple(splitter.overridden), base=base)
        case False, _:
            return Attribution(cause=Cause.DRIFT, base=base)
        case _:
            return Attribution(cause=Cause.CHANGE, overridden=tuple(splitter.overridden), base=base)


def _whole(base: JsonObject | None, head: JsonObject | None, live: JsonObject | None) -> Cause:
    """Attribute what comes or goes as a whole; what Git adds or takes away itself is this change's."""
    if (base is None) is not (head is None):
        return Cause.CHANGE
    is_edited = live is None and not equal(base, head)
    return Cause.BOTH if is_edited else Cause.DRIFT


@dataclass(slots=True)
class _Splitter:
    """Walks the four values that stand at one place, and notes what it meets."""

    has_changes: bool = False
    has_drift: bool = False
    overridden: list[str] = field(default_factory=list)

    def split(self, live: Json, after: Json, base: Json, head: Json, path: str) -> Json:
        """Return the value between live and after; each of the four may be absent."""
        if _is_same(live, after):
            return live
        if _is_same(base, head):
            self.has_drift = True
            return after
        if isinstance(live, dict) and isinstance(after, dict):
            return self._map(live, after, _members(base), _members(head), path)
        if isinstance(live, list) and isinstance(after, list):
            return self._list(live, after, base, head, path)
        return self._changed(live, base, path)

    def _changed(self, live: Json, base: Json, path: str) -> Json:
        self.has_changes = True
        if not isinstance(base, _Absent) and not _means_same(live, base):
            self.overridden.append(path)
        return live

    def _map(self, live: JsonObject, after: JsonObject, base: JsonObject, head: JsonObject, path: str) -> JsonObject:
        between: JsonObject = {}
        for name in dict.fromkeys((*live, *after)):
            old, new, was, now = (side.get(name, _ABSENT) for side in (live, after, base, head))
            value = self.split(old, new, was, now, f"{path}.{name}" if path else name)
            if value is not _ABSENT:
                between[name] = value
        return between

    def _list(self, live: list[Json], after: list[Json], base: Json, head: Json, path: str) -> Json:
        """Split lists item by item where all have keys and keep their order; else they are one value."""
        first, second = by_key(live), by_key(after)
        third, fourth = (by_key(side) if isinstance(side, list) else {} for side in (base, head))
        if first is None or second is None or third is None or fourth is None or not keeps_order(first, second):
            return self._changed(live, base, path)
        between = []
        for key in (*second, *(key for key in first if key not in second)):
            old, new, was, now = (side.get(key, _ABSENT) for side in (first, second, third, fourth))
            value = self.split(old, new, was, now, f"{path}[{key}]")
            if value is not _ABSENT:
                between.append(value)
        return between


def _members(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _is_same(first: Json, second: Json) -> bool:
    if isinstance(first, _Absent) or isinstance(second, _Absent):
        return first is second
    return equal(first, second)


def _means_same(live: Json, base: Json) -> bool:
    """Return whether live holds what the base says: the same, the same quantity, or more where defaults were added.

    What says nothing (an empty map, ``false``) is not stored.
    """
    if isinstance(live, _Absent):
        return not base
    if isinstance(base, dict) and isinstance(live, dict):
        return all(_means_same(live.get(name, _ABSENT), value) for name, value in base.items())
    if isinstance(base, list) and isinstance(live, list) and len(base) == len(live):
        return all(map(_means_same, live, base))
    quantity = canonical_quantity(base)
    return equal(live, base) or (quantity is not None and quantity == canonical_quantity(live))
