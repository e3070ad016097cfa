"""Argo CD beside us: a live Application that would sync the same objects on its own, and what its controller wrote.

In: the live ``Application`` objects of a cluster, or the rows of a comparison. Out: the one that is in the way, or the
objects that were written. Two who sync one application undo each other's work whenever they look at different commits.
"""

from __future__ import annotations

import posixpath
from datetime import datetime
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.errors import Refused
from gitops_action.rendering.repository import is_this_repository
from gitops_action.sync.pause import SKIP_RECONCILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.application import Application
    from gitops_action.comparison.model import Comparison
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import JsonObject

CONTROLLER = "argocd-controller"
_OWN_CLUSTER = frozenset({"", "in-cluster", "https://kubernetes.default.svc"})


def automated_twin(application: Application, live: Iterable[Resource], *, server: str) -> Resource | None:
    """Return the automated Application that has one of our sources and our destination, if there is one.

    ``server`` is the URL of the cluster in which the live ones are, which they may call their own.
    """
    return next((found for found in live if _is_automated(found) and _is_same(application, found, server)), None)


def twin_refusal(application: Application, twin: Resource) -> Refused:
    """Return the refusal of a sync that Argo CD does already."""
    return Refused(
        f"{application.name}: not synced, for Argo CD syncs the same path to the same destination on its own: "
        f"Application {twin.namespace}/{twin.name} in the cluster is automated",
        remedy="Remove `syncPolicy.automated` from that Application, or delete it without its finalizer; "
        "`argocd: coexist` syncs all the same.",
    )


def written_by_argocd(comparison: Comparison, *, since: float) -> tuple[ResourceKey, ...]:
    """Return the objects that Argo CD's controller wrote after ``since``, seconds since the epoch."""
    return tuple(
        row.key
        for row in comparison.resources
        if row.target is not None and row.live is not None and _last_write(row.live) > since
    )


def argocd_warnings(comparison: Comparison, *, since: float) -> tuple[ApplicationCondition, ...]:
    """Return the warning that Argo CD wrote objects after our last sync; none where there was no sync of ours."""
    written = written_by_argocd(comparison, since=since) if since else ()
    if not written:
        return ()
    more = f" and {len(written) - 1} more" if len(written) > 1 else ""
    return (
        ApplicationCondition(
            type=ConditionType.ARGOCD_WARNING,
            message=f"{CONTROLLER} wrote {written[0]}{more} after the last sync from here",
            remedy="Two who sync one application undo each other's work: switch its sync off in one of them.",
        ),
    )


def _last_write(live: Resource) -> float:
    entries = live.metadata.get("managedFields") or ()
    times = [str(entry.get("time") or "") for entry in entries if entry.get("manager") == CONTROLLER]
    return max((datetime.fromisoformat(time).timestamp() for time in times if time), default=0.0)


def _is_automated(found: Resource) -> bool:
    automated = _mapping(_mapping(found.object.get("spec")).get("syncPolicy")).get("automated")
    is_on = isinstance(automated, dict) and automated.get("enabled") is not False
    return is_on and found.annotations.get(SKIP_RECONCILE) != "true"


def _is_same(application: Application, found: Resource, server: str) -> bool:
    spec = _mapping(found.object.get("spec"))
    destination = _mapping(spec.get("destination"))
    ours = application.destination
    if str(destination.get("namespace") or "") != ours.namespace:
        return False
    named = {str(destination.get("server") or ""), str(destination.get("name") or "")} - {""} or {""}
    if not named & ({ours.server, ours.name, server, *_OWN_CLUSTER}):
        return False
    listed = spec.get("sources")
    sources = [*(listed if isinstance(listed, list) else ()), spec.get("source")]
    theirs = [_mapping(source) for source in sources if source]
    return any(
        _is_same_source(one.repo_url, one.path, one.chart, other) for one in application.sources for other in theirs
    )


def _is_same_source(repo_url: str, path: str, chart: str, other: JsonObject) -> bool:
    """Return whether both render the same; a source without a URL is this repository, whatever its URL may be."""
    if chart != str(other.get("chart") or "") or _folder(path) != _folder(str(other.get("path") or "")):
        return False
    return not repo_url or is_this_repository(repo_url, remotes=[str(other.get("repoURL") or "")])


def _folder(path: str) -> str:
    return posixpath.normpath(path or ".")


def _mapping(found: object) -> JsonObject:
    return found if isinstance(found, dict) else {}
