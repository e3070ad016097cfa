"""What a sync may do: the caller's options, and the sync options that applications and objects carry.

In: ``syncPolicy.syncOptions`` and the annotation ``argocd.argoproj.io/sync-options`` of target and live. Out: how one
object is written, whether strictly, and how deletions spread. Option words count literally (``Replace = true`` is
none). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.resource.annotations import sync_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.resource import Resource


class Adopt(StrEnum):
    """Whose objects a sync takes over."""

    UNTRACKED = "untracked"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneLimit:
    """How much of an application one sync may delete: a count, or a percentage of more than ten resources."""

    amount: int = 50
    is_percent: bool = True

    def __str__(self) -> str:
        """Return the limit as it is written in an input."""
        return f"{self.amount}%" if self.is_percent else str(self.amount)

    def forbids(self, *, pruned: int, total: int) -> bool:
        """Return whether deleting ``pruned`` of ``total`` resources is too much."""
        if not self.is_percent:
            return pruned > self.amount
        return total > _SMALL_APPLICATION and pruned * 100 > self.amount * total


_SMALL_APPLICATION = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """What the caller asks of one sync; durations are seconds.

    ``timeout`` bounds the whole operation with its wait for health. ``degraded_grace`` is how long a resource (never a
    hook) may be Degraded before that counts, ``stall_timeout`` how long nothing of what is waited for may change (0: as
    long as ``timeout``). ``confirmed`` says that somebody approved the deletion of what says ``Prune=confirm``.
    """

    prune: bool = False
    confirmed: bool = False
    prune_limit: PruneLimit = PruneLimit()
    adopt: Adopt = Adopt.UNTRACKED
    force: bool = False
    replace: bool = False
    dry_run: bool = False
    out_of_sync_only: bool = False
    revision: str = ""
    wait: bool = True
    timeout: float = 600.0
    wave_delay: float = 2.0
    degraded_grace: float = 10.0
    stall_timeout: float = 0.0
    summary_interval: float = 30.0


class WriteMode(StrEnum):
    """How a target is brought into the cluster."""

    APPLY = "server-side apply"
    REPLACE = "replace"
    RECREATE = "delete and create"
    AFTER_DELETION = "wait for the deletion, then create"


def write_mode(
    target: Resource,
    live: Resource | None,
    *,
    application_options: Iterable[str] = (),
    force: bool = False,
    replace: bool = False,
    refused: bool = False,
) -> WriteMode:
    """Return how a target is written (5.8, SYN-30, SYN-31).

    ``refused`` says that the server refused the target's dry run, which ``Force=true`` answers by deleting first. What
    is being deleted is created again once it is gone (W-16). CRDs and whatever is called Namespace are replaced in
    place even by force, for deleting them deletes what they hold.
    """
    if live is None:
        return WriteMode.APPLY
    if live.is_terminating:
        return WriteMode.AFTER_DELETION
    own = {*sync_options(target), *sync_options(live)}
    wants_replace = replace or "Replace=true" in {*own, *application_options}
    wants_force = force or "Force=true" in own
    if target.kind in ("CustomResourceDefinition", "Namespace"):
        return WriteMode.REPLACE if wants_replace else WriteMode.APPLY
    if wants_force and (wants_replace or refused):
        return WriteMode.RECREATE
    return WriteMode.REPLACE if wants_replace else WriteMode.APPLY


def is_validated(target: Resource, application_options: Iterable[str] = ()) -> bool:
    """Return whether fields are checked strictly: unless ``Validate=false`` (SYN-34)."""
    return "Validate=false" not in {*application_options, *sync_options(target)}


def tolerates_missing_kind(target: Resource, application_options: Iterable[str] = ()) -> bool:
    """Return whether a kind that is not served yet is no error: ``SkipDryRunOnMissingResource=true`` (SYN-16)."""
    return "SkipDryRunOnMissingResource=true" in {*application_options, *sync_options(target)}


def takes_over(application_options: Iterable[str] = ()) -> bool:
    """Return whether fields of old writers become ours, so that those gone from Git go (SYN-32)."""
    return "ClientSideApplyMigration=false" not in set(application_options)


def propagation(application_options: Iterable[str] = ()) -> str:
    """Return how deletions spread to what an object owns (SYN-41)."""
    options = set(application_options)
    for word in ("background", "foreground", "orphan"):
        if f"PrunePropagationPolicy={word}" in options:
            return word.capitalize()
    return "Foreground"
