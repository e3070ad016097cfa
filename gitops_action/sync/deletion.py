"""What becomes of the objects of an application that is gone from Git.

In: its record, and its objects as they live. Out: which of them are deleted, in which order and how, and why others
stay. Pure. Rules: DEL-1, DEL-3 to DEL-5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.resource.annotations import option_value, sync_options, sync_wave
from gitops_action.resource.tracking import is_crd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking
    from gitops_action.sync.record import Record

_FINALIZER = "resources-finalizer.argocd.argoproj.io"
_KEEP = "helm.sh/resource-policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What is deleted: ``waves`` one after the other, each at once. ``stays`` says why others are left.

    ``refusal`` is why nothing is deleted at all.
    """

    waves: tuple[tuple[Resource, ...], ...] = ()
    stays: tuple[tuple[ResourceKey, str], ...] = ()
    refusal: str = ""

    @property
    def number(self) -> int:
        """How many objects are deleted."""
        return sum(map(len, self.waves))


def propagation_of(record: Record) -> str:
    """Return how objects go with their application, ``Foreground`` or ``Background``; empty where they stay (DEL-1)."""
    for finalizer in record.finalizers:
        name, _, manner = finalizer.partition("/")
        if name == _FINALIZER:
            return "Background" if manner == "background" else "Foreground"
    return ""


def deletion_of(
    record: Record, live: Iterable[Resource], tracking: Tracking, *, others: Mapping[ResourceKey, str], confirmed: bool
) -> Deletion:
    """Return what of an application's objects is deleted.

    ``others`` are the objects that other applications have, with their names; ``confirmed`` that somebody approved
    what asks for it.
    """
    stays: list[tuple[ResourceKey, str]] = []
    waves: dict[int, list[Resource]] = {}
    asking: list[ResourceKey] = []
    for each in live:
        reason = _why_it_stays(each, record, tracking, others)
        if reason:
            stays.append((each.key, reason))
            continue
        if _deletion_option(each, record) == "confirm":
            asking.append(each.key)
        waves.setdefault(sync_wave(each), []).append(each)
    if asking and not confirmed:
        more = f" and {len(asking) - 1} more" if len(asking) > 1 else ""
        return Deletion(refusal=f"{asking[0]}{more} asks for confirmation (Delete=confirm)")
    ordered = tuple(tuple(waves[wave]) for wave in sorted(waves, reverse=True))
    return Deletion(waves=ordered, stays=tuple(stays))


def _why_it_stays(live: Resource, record: Record, tracking: Tracking, others: Mapping[ResourceKey, str]) -> str:
    """Return why an object is not deleted with its application; empty where it is (DEL-3)."""
    if is_crd(live):
        return "kept: a CustomResourceDefinition goes with all objects of its kind"
    if other := others.get(live.key):
        return f"kept: it is application {other}'s now"
    owner = tracking.owner(live)
    if owner != tracking.instance:
        return f"kept: it is tracked for {owner or 'nobody'}"
    if not tracking.is_self_reference(live):
        return "kept: its tracking-id names another object"
    if _deletion_option(live, record) == "false":
        return "kept (Delete=false)"
    return f"kept ({_KEEP}: keep)" if live.annotations.get(_KEEP) == "keep" else ""


def _deletion_option(live: Resource, record: Record) -> str | None:
    """Return what ``Delete=`` says: the object's own word counts before the application's."""
    own = option_value(sync_options(live), "Delete")
    return own if own is not None else option_value(record.sync_options, "Delete")
