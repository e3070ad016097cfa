"""One row → its diff as it may be shown: from live to what the sync would leave, masked before anything else sees it.

In: a row of a comparison. Out: a ``DiffText``; empty where nothing would change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.diff import DiffText, unified
from gitops_action.comparison.mask import mask_pair
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.overlay import overlay
from gitops_action.comparison.owned_fields import MANAGER

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource.resource import JsonObject

NOTHING = DiffText("", 0, 0)


def sides(row: ResourceComparison, *, manager: str = MANAGER) -> tuple[JsonObject | None, JsonObject | None]:
    """Return live and what the sync would leave, not masked.

    Where the server gave no prediction (it refused, or cannot be asked yet), that is the target laid over live.
    """
    live = row.live.object if row.live else None
    if row.requires_pruning or row.target is None:
        return live, None
    if row.predicted is not None:
        return live, row.predicted.object
    if row.live is None:
        return None, row.target.object
    return live, overlay(row.target, row.live, manager=manager)


def shown_sides(row: ResourceComparison) -> tuple[JsonObject | None, JsonObject | None]:
    """Return both sides as they are shown: without what the ignore rules hide, not masked.

    What judges the consequences of a sync asks for ``sides``: a hidden field is applied all the same.
    """
    return (row.shown[0].object, row.shown[1].object) if row.shown else sides(row)


def describe(row: ResourceComparison, *, annotations: Collection[str] = ()) -> DiffText:
    """Return the row's diff, masked; ``annotations`` are masked in Secrets as well."""
    if row.status is not SyncStatusCode.OUT_OF_SYNC:
        return NOTHING
    return unified(*mask_pair(*shown_sides(row), annotations=annotations))
