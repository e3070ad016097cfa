"""The rights that a sync needs and no dry run has shown it to have: asked for at once, before the first change.

In: a comparison and its tasks. Out: ``Forbidden`` that lists everything that is missing, with the roles that grant it.
What the API server has let through as a dry run is not asked about again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.model import Method, SyncStatusCode
from gitops_action.errors import Forbidden
from gitops_action.sync.options import WriteMode
from gitops_action.sync.rights import Right, denied, granting_roles
from gitops_action.sync.tasks import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.comparison.model import Comparison
    from gitops_action.ports import ApiKind, Cluster
    from gitops_action.resource import ResourceKey
    from gitops_action.sync.tasks import Task

_TRIED = frozenset({Method.DRY_RUN, Method.CREATION})


def unproven_rights(comparison: Comparison, tasks: Iterable[Task]) -> tuple[Right, ...]:
    """Return what the sync needs besides what dry runs have shown, sorted."""
    rows = {row.key: row for row in comparison.resources}
    tried = {key for key, row in rows.items() if row.method in _TRIED and (row.predicted or row.refusal)}
    needed: set[Right] = set()
    for row in rows.values():
        is_in_doubt = row.method is Method.CLIENT or row.status is SyncStatusCode.UNKNOWN
        if is_in_doubt and row.kind is not None and row.target is not None and row.is_permitted:
            needed |= _rights(row.kind, row.key, "get", "list", "patch", *(() if row.live else ("create",)))
    for task in tasks:
        if task.kind is None or not task.action.writes:
            continue
        if task.action is Action.APPLY and task.key not in tried:
            needed |= _rights(task.kind, task.key, "patch", *(() if task.live else ("create",)))
        if task.is_hook or task.action is Action.PRUNE or task.mode is WriteMode.RECREATE:
            needed |= _rights(task.kind, task.key, "get", "delete")
    return tuple(sorted(needed))


def check_rights(application: str, needed: tuple[Right, ...], cluster: Cluster) -> None:
    """Raise ``Forbidden`` with everything of it that this user lacks."""
    missing = denied(needed, cluster) if needed else ()
    if missing:
        raise Forbidden(
            f"{application}: not synced, for {len(missing)} right{'s are' if len(missing) > 1 else ' is'} missing",
            status=403,
            reason="Forbidden",
            detail="\n".join(map(str, missing)),
            remedy=f"Bind this user to:\n{granting_roles(missing)}",
        )


def _rights(kind: ApiKind, key: ResourceKey, *verbs: str) -> set[Right]:
    namespace = key.namespace if kind.namespaced else ""
    return {Right(namespace, kind.group, kind.plural, verb) for verb in verbs}
