"""Orphans: objects beside an application that no application tracks, where its project wants to hear of them.

In: the objects of a namespace, and what the project leaves out. Out: the orphans' keys. Asks no cluster: whoever calls
lists what is there. Objects that another object owns, that Kubernetes itself makes, or that are ours are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.glob import compile_glob, matches
from gitops_action.resource.tracking import TRACKING_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitops_action.application.project import OrphanedResources
    from gitops_action.resource import GroupKind, Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking

_OURS = "gitops-action."


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanRules:
    """What is no orphan although nobody tracks it: what the project ignores, and what may not be looked at."""

    project: OrphanedResources
    excluded: Callable[[GroupKind], bool]
    denial: Callable[[ResourceKey], str]
    tracking: Tracking


def orphans(live: Iterable[Resource], rules: OrphanRules) -> tuple[ResourceKey, ...]:
    """Return the keys of the orphans among live objects, sorted."""
    return tuple(sorted({each.key for each in live if _is_orphan(each, rules)}))


def _is_orphan(live: Resource, rules: OrphanRules) -> bool:
    if live.owner_references or live.is_terminating or _is_tracked(live, rules.tracking) or _is_built_in(live):
        return False
    return not (rules.excluded(live.group_kind) or rules.denial(live.key) or _is_ignored(live, rules.project))


def _is_tracked(live: Resource, tracking: Tracking) -> bool:
    """Return whether any application tracks it, of whatever installation."""
    return bool(tracking.owner(live) or live.annotations.get(TRACKING_ID))


def _is_built_in(live: Resource) -> bool:
    """Return whether Kubernetes makes it in every namespace, or we did."""
    match live.kind, live.name:
        case "ServiceAccount", "default":
            return True
        case "ConfigMap", "kube-root-ca.crt":
            return True
        case "Service" | "Endpoints" | "EndpointSlice", "kubernetes":
            return live.namespace == "default"
        case "Secret", name:
            account = live.annotations.get("kubernetes.io/service-account.name")
            return account == "default" or name.startswith(_OURS)
        case _:
            return False


def _is_ignored(live: Resource, project: OrphanedResources) -> bool:
    """Return whether an entry names it by globs; an empty part means any."""
    return any(
        all(
            not pattern or matches(compile_glob(pattern), text)
            for pattern, text in ((entry.group, live.group), (entry.kind, live.kind), (entry.name, live.name))
        )
        for entry in project.ignore
    )
