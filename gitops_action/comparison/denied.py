"""Targets that the application's project does not permit: Unknown, with the reason, and never compared.

In: the sorted targets and the project's answer for a key. Out: their rows. A hook has one too, so that a review shows
what the sync would refuse. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.model import Method, ResourceComparison, SyncStatusCode
from gitops_action.resource.annotations import is_hook

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.comparison.selection import Selection
    from gitops_action.ports import ApiCatalog
    from gitops_action.resource import ResourceKey


def nothing_denied(_key: ResourceKey) -> str:
    """Return that an object is permitted, as where no project restricts anything."""
    return ""


def denied_rows(
    selection: Selection, catalog: ApiCatalog, denial: Callable[[ResourceKey], str]
) -> list[ResourceComparison]:
    """Return a row for each target that is not permitted."""
    return [
        ResourceComparison(
            key=target.key,
            kind=catalog.find(target),
            target=target,
            status=SyncStatusCode.UNKNOWN,
            method=Method.NOT_COMPARED,
            unknown=reason,
            remedy="Take it out of the application, or extend its AppProject.",
            is_hook=is_hook(target),
            is_permitted=False,
        )
        for target in (*selection.compared, *selection.hooks)
        if (reason := denial(target.key))
    ]
