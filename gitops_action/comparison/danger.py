"""What a change brings about that a reviewer must know, said as its consequence: ``restarts 9 pods``.

In: a row of a comparison and what the other rows of its application hold. Out: phrases in our words, gravest first;
they hold names and numbers, never a value of a field. Asks nobody: what needs more than the rows is not said. Objects
are hostile: a field of another shape than its kind prescribes counts as absent. That an object is refused or deleted
is no phrase here: the row says so itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison import danger_access, danger_workloads
from gitops_action.comparison.display import sides
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.named_danger import Danger
from gitops_action.dangers import DangerName

if TYPE_CHECKING:
    from gitops_action.comparison.danger_workloads import Surroundings
    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource import ResourceKey

RECREATED = "deletes and recreates the object"
REPLACED = "overwrites what others set in the object"


_DATA = frozenset(
    {
        ("", "PersistentVolumeClaim"),
        ("", "PersistentVolume"),
        ("", "Namespace"),
        ("apps", "StatefulSet"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    }
)
"""Kinds whose deletion takes data along."""


def dangers(row: ResourceComparison, around: Surroundings, *, writing: str = "") -> tuple[str, ...]:
    """Return the consequences of syncing a row; none for what a sync would not touch.

    ``writing`` is the word for how an existing object is written where that is no plain apply.
    """
    return tuple(danger.words for danger in named_dangers(row, around, writing=writing))


def named_dangers(row: ResourceComparison, around: Surroundings, *, writing: str = "") -> tuple[Danger, ...]:
    """Return the same with their names."""
    if row.status is not SyncStatusCode.OUT_OF_SYNC or row.obstacle or row.is_hook:
        return ()
    old, new = sides(row)
    found = (
        *((Danger(DangerName.REPLACED, writing),) if writing and old is not None and new is not None else ()),
        *danger_workloads.dangers(row.key, old, new, around),
        *danger_access.dangers(row.key, old, new),
    )
    return tuple(dict.fromkeys(found))


def deletion_name(key: ResourceKey) -> DangerName:
    """Return what the deletion of an object is called."""
    return DangerName.DELETES_DATA if (key.group, key.kind) in _DATA else DangerName.DELETES
