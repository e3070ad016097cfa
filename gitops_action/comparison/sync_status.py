"""Rows → the application's status and conditions (SST-5, SST-15, TRK-16).

In: the rows of a comparison and what could not be listed. Out: one status, and conditions with remedies. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison.model import Method, SyncStatusCode
from gitops_action.resource.annotations import COMPARE_OPTIONS, comma_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.application import Application
    from gitops_action.comparison.live import LiveState, Place
    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource import Resource

TRACKED_BY = "tracked by application "
"""How an obstacle begins that is another application."""


def shared_warnings(application: Application, rows: Iterable[ResourceComparison]) -> list[ApplicationCondition]:
    """Return the warnings on objects that another application tracks as well (TRK-16)."""
    return [
        ApplicationCondition(
            type=ConditionType.SHARED_RESOURCE_WARNING,
            message=f"{row.key.kind}/{row.key.name} is part of applications {application.name} and "
            f"{row.obstacle.removeprefix(TRACKED_BY)}",
            remedy="Keep it in one of the two.",
        )
        for row in rows
        if row.obstacle.startswith(TRACKED_BY)
    ]


def unlisted_errors(state: LiveState) -> list[ApplicationCondition]:
    """Return the errors on kinds that could not be listed: "nothing to prune" is then not known."""
    return [
        ApplicationCondition(
            type=ConditionType.COMPARISON_ERROR,
            message=f"Failed to load live state: cannot list {place}: {reason}. Whether something is to be pruned "
            "there is unknown.",
            remedy=f"Give this user the verb list on {_resource_of(place)}; the roles in examples/rbac show how.",
        )
        for place, reason in state.unlisted.items()
    ]


def client_side_warnings(rows: Iterable[ResourceComparison]) -> list[ApplicationCondition]:
    """Return the warning that no server was asked about some objects: what it refuses or fills in is not known."""
    count = sum(row.method is Method.CLIENT for row in rows)
    if not count:
        return []
    objects = "1 object was" if count == 1 else f"{count:,} objects were"
    return [
        ApplicationCondition(
            type=ConditionType.CLIENT_COMPARISON_WARNING,
            message=f"{objects} compared on the client: what the API server would refuse or fill in is not known",
            remedy="To have the server asked, give this user the role preview of examples/rbac, and take "
            "ServerSideDiff=false out of the compare options.",
        )
    ]


def _resource_of(place: Place) -> str:
    resource = f"{place.kind.plural}.{place.kind.group}".rstrip(".")
    return f"{resource} in namespace {place.namespace}" if place.namespace else f"{resource} in all namespaces"


def application_status(
    rows: Iterable[ResourceComparison], conditions: Iterable[ApplicationCondition]
) -> SyncStatusCode:
    """Unknown beats OutOfSync, which beats Synced; extraneous objects may ask not to count (SST-5)."""
    rows = tuple(rows)
    if any(row.status is SyncStatusCode.UNKNOWN for row in rows) or any(c.is_error for c in conditions):
        return SyncStatusCode.UNKNOWN
    counted = (row for row in rows if not (row.requires_pruning and _is_extraneous(row.live)))
    is_different = any(row.status is SyncStatusCode.OUT_OF_SYNC for row in counted)
    return SyncStatusCode.OUT_OF_SYNC if is_different else SyncStatusCode.SYNCED


def _is_extraneous(live: Resource | None) -> bool:
    return live is not None and "IgnoreExtraneous" in comma_list(live.annotations.get(COMPARE_OPTIONS))
