"""Which objects a sync deletes, in which wave, and whether one may still be deleted when its turn comes.

In: live objects that are tracked and no longer targets. Out: a reason to leave one alone, its wave, a verdict on the
object as it was read again. Pure; deleting is the runner's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.resource.annotations import option_value, sync_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitops_action.resource import Resource
    from gitops_action.resource.tracking import Tracking

REQUIRES_PRUNING = "ignored (requires pruning)"
NO_PRUNE = "ignored (no prune)"
NOT_CONFIRMED = "ignored (requires confirmation: Prune=confirm)"
PRUNED = "pruned"


def skip_reason(
    live: Resource, *, prune: bool, confirmed: bool = False, application_options: Sequence[str] = ()
) -> str:
    """Return why a candidate stays, empty where it is pruned (5.9).

    Unless somebody has ``confirmed`` it, ``Prune=confirm`` keeps the object and says so: Argo CD would hold the whole
    wave until somebody confirms, which nobody can do in a run that ends (SYN-38).
    """
    if not prune:
        return REQUIRES_PRUNING
    own = option_value(sync_options(live), "Prune")
    match own if own is not None else option_value(application_options, "Prune"):
        case "false":
            return NO_PRUNE
        case "confirm" if not confirmed:
            return NOT_CONFIRMED
        case _:
            return ""


def is_pruned_last(live: Resource, application_options: Iterable[str] = ()) -> bool:
    """Return whether ``PruneLast=true`` is said by the application or the live object (SYN-21)."""
    return "PruneLast=true" in {*application_options, *sync_options(live)}


def reversed_waves(waves: Iterable[int]) -> Mapping[int, int]:
    """Return for each wave of the prune tasks the one that takes its place: first and last change places (SYN-20)."""
    ordered = sorted(set(waves))
    return dict(zip(ordered, reversed(ordered), strict=True))


def veto(fresh: Resource, planned: Resource, tracking: Tracking) -> str:
    """Return why an object that was read again must not be deleted after all, empty where it may.

    ``fresh`` must be the very object that was planned, and still say that it belongs to this application.
    """
    owner = tracking.owner(fresh)
    if fresh.uid != planned.uid:
        return "not pruned: it was deleted and created again since it was compared"
    if owner != tracking.instance:
        return f"not pruned: it is no longer tracked for this application but for {owner or 'nobody'}"
    if not tracking.is_self_reference(fresh):
        return "not pruned: its tracking-id names another object"
    return ""
