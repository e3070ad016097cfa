"""Is this object surely what an apply would leave? Decided without a request, from what our manager owns of it.

In: a prepared target (``prepare``), live in the same apiVersion, and a custom resource's schema. Out: ``Equal``, or
``Doubt`` with the first reason. It never says "different": every doubt is put to the server (W-1 to W-21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gitops_action.comparison import tables
from gitops_action.comparison.schema import NO_SCHEMA, Schema
from gitops_action.comparison.takeover import dropped_paths
from gitops_action.comparison.trail import readable
from gitops_action.comparison.walk import Unsure, walk_map
from gitops_action.resource.fields import applied_by, format_path

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject

MANAGER = "gitops-action"
_SERVER_FIELDS = frozenset(
    {"uid", "resourceVersion", "generation", "selfLink", "managedFields", "creationTimestamp", "generateName"}
)


@dataclass(frozen=True, slots=True)
class Equal:
    """An apply would change nothing."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Only the server can tell; ``path`` is where the walk stopped."""

    reason: str
    path: str = ""


Verdict: TypeAlias = Equal | Doubt
EQUAL = Equal()


def surely_equal(
    target: Resource,
    live: Resource,
    schema: Schema | None = None,
    *,
    manager: str = MANAGER,
) -> Verdict:
    """Return whether an apply of the prepared target would surely leave live as it is.

    ``schema`` matters for custom resources only; without it nothing but strictly equal lists and maps are equal.
    """
    try:
        return _verdict(target, live, schema, manager)
    except Unsure as unsure:
        return Doubt(unsure.reason, readable(unsure.trail))
    except Exception as surprise:  # noqa: BLE001  # W-20: whatever surprises the walk is for the server to decide
        return Doubt(f"not understood: {type(surprise).__name__} (W-20)")


def _verdict(target: Resource, live: Resource, schema: Schema | None, manager: str) -> Verdict:
    entries = applied_by(live, manager)
    if len(entries) != 1 or entries[0].api_version != target.api_version or live.api_version != target.api_version:
        return Doubt("not applied by us in this version (W-1)")
    metadata = target.metadata
    if not _SERVER_FIELDS.isdisjoint(metadata):
        return Doubt("the target sets fields of the server (W-14)", "metadata")
    if target.kind in tables.ATOMIC_DATA and target.object.get("data") == {}:
        return Doubt("an empty value over a filled one (W-9)", "data")
    owned = entries[0].fields
    if "f:stringData" in owned:
        return Doubt("an earlier apply sent stringData (W-12)", "stringData")
    # Metadata follows built-in rules in custom resources too, and is granular even where we own nothing in it (W-14).
    walk_map(metadata, live.metadata, owned.get("f:metadata") or {}, (None, "metadata", ""), None)
    rest, others = _rest(target.object), _rest(live.object)
    is_built_in = target.group in tables.BUILT_IN_GROUPS
    walk_map(rest, others, owned, None, None if is_built_in else schema or NO_SCHEMA)
    dropped = dropped_paths(target, live, manager=manager)
    return (
        Doubt("set by an earlier GitOps tool, and not in the target (W-21)", format_path(dropped[0]))
        if dropped
        else EQUAL
    )


def _rest(value: JsonObject) -> JsonObject:
    return {name: below for name, below in value.items() if name != "metadata"}
