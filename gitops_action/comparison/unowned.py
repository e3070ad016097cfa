"""Objects of which nobody is on record as the writer: what an earlier apply had set and Git gave up (W-21).

In: live, the target, and what is known to have been applied before. Out: the fields that are still there although Git
no longer has them and nobody owns them; the warning where nothing is known. Items of lists are not told apart. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison.model import Method
from gitops_action.comparison.tables import LAST_APPLIED, OLD_WRITERS
from gitops_action.resource.fields import Field, contains, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.fields import Path
    from gitops_action.resource.resource import Json, JsonObject

_NOT_SET = frozenset({"apiVersion", "kind", "status"})
_METADATA = frozenset({"labels", "annotations"})
_SHOWN = 5


def nothing_applied(key: ResourceKey) -> Resource | None:  # noqa: ARG001  # stands where the record is looked up
    """Return nothing: no earlier apply is on record."""
    return None


def is_unowned(live: Resource, *, manager: str) -> bool:
    """Return whether neither we nor an earlier tool is named as a writer of an object."""
    writers = {entry.manager for entry in entries(live) if not entry.subresource}
    return manager not in writers and not writers & OLD_WRITERS


def given_up(original: JsonObject, target: Resource, live: Resource) -> tuple[Path, ...]:
    """Return the fields of the original that live still has, the target lacks, and nobody owns."""
    trees = [entry.fields for entry in entries(live)]
    gone = _gone(original, target.object, live.object, ())
    return tuple(path for path in gone if not any(contains(tree, path) for tree in trees))


def _gone(original: JsonObject, target: Json, live: JsonObject, path: Path) -> Iterator[Path]:
    for name, value in original.items():
        if name not in live or not _is_judged(name, path):
            continue
        wanted = target.get(name) if isinstance(target, dict) else None
        below = (*path, Field(name))
        if isinstance(value, dict) and value and isinstance(live[name], dict):
            yield from _gone(value, wanted, live[name], below)
        elif not isinstance(target, dict) or name not in target:
            yield below


def _is_judged(name: str, path: Path) -> bool:
    if not path:
        return name not in _NOT_SET
    return name in _METADATA if path == (Field("metadata"),) else name != LAST_APPLIED


def unseen_warnings(
    rows: Iterable[ResourceComparison], known: Callable[[Resource], JsonObject | None], *, manager: str
) -> list[ApplicationCondition]:
    """Return the warning that fields which left Git earlier cannot be seen in some adopted objects."""
    names = [
        f"{row.key.kind} {row.key.name}"
        for row in rows
        if row.adopts
        and not row.obstacle
        and row.live
        and row.method is Method.DRY_RUN
        and is_unowned(row.live, manager=manager)
        and known(row.live) is None
    ]
    if not names:
        return []
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return [
        ApplicationCondition(
            type=ConditionType.UNSEEN_FIELDS_WARNING,
            message=f"removed fields cannot be seen in {', '.join(names[:_SHOWN])}{more}: no tool that applies "
            "manifests is on record as the writer",
            remedy="Compare these objects with their manifests once by hand; after the first sync each removal shows.",
        )
    ]
