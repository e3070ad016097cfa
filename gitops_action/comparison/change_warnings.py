"""What an apply of differing objects does besides what their diffs show: warnings of the application.

In: the rows of a comparison, whether ignored fields are respected, and the CRDs of custom kinds. Out: conditions with
remedies. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.shape import items, text
from gitops_action.comparison.tables import BUILT_IN_GROUPS
from gitops_action.dangers import DangerName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.ports import ApiKind
    from gitops_action.resource import Resource

_SHOWN = 5
_OURS = "builtin:"


def ignored_field_warnings(rows: Iterable[ResourceComparison], *, respects: bool) -> list[ApplicationCondition]:
    """Return the warning that a sync sets ignored fields: they are hidden, and sent all the same (DIF-23)."""
    fields = [
        f"{hidden.path} of {row.key.kind} {row.key.name}"
        for row in _applied(rows)
        for hidden in row.hidden
        if not hidden.rule.startswith(_OURS)
    ]
    if respects or not fields:
        return []
    more = f" and {len(fields) - _SHOWN:,} more" if len(fields) > _SHOWN else ""
    return [
        ApplicationCondition(
            type=ConditionType.IGNORED_FIELD_WARNING,
            message=f"a sync sets fields whose difference is ignored: {', '.join(fields[:_SHOWN])}{more}",
            remedy="To leave them as they live, set `RespectIgnoreDifferences=true` in syncPolicy.syncOptions.",
        )
    ]


def changed_custom_kinds(rows: Iterable[ResourceComparison]) -> list[ApiKind]:
    """Return the custom kinds of which existing objects are applied, each once."""
    kinds = {row.kind for row in _applied(rows) if row.kind and row.kind.group not in BUILT_IN_GROUPS}
    return sorted(kinds, key=lambda kind: (kind.group_kind, kind.version))


def storage_warnings(crds: Mapping[ApiKind, Resource]) -> list[ApplicationCondition]:
    """Return the warnings on kinds that are stored in another version than they are applied in (W-17)."""
    found = []
    for kind, crd in crds.items():
        stored = next((text(v, "name") for v in items(crd.object, "spec", "versions") if v.get("storage") is True), "")
        if stored and stored != kind.version:
            found.append(
                ApplicationCondition(
                    type=ConditionType.DANGER_WARNING,
                    message=f"{kind.kind} is applied as {kind.api_version} and stored as {stored}: an apply deletes "
                    f"what only {stored} has, and no dry run shows it",
                    remedy=f"Write the objects in {kind.group}/{stored}.",
                    danger=DangerName.STORAGE_VERSION,
                )
            )
    return found


def _applied(rows: Iterable[ResourceComparison]) -> list[ResourceComparison]:
    return [row for row in rows if row.status is SyncStatusCode.OUT_OF_SYNC and row.live and row.target]
