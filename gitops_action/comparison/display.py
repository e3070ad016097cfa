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
from gitops_action.comparison.shape import items, mapping, number, text
from gitops_action.resource.tracking import INSTALLATION_ID, TRACKING_ID

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject
    from gitops_action.resource.tracking import Tracking

NOTHING = DiffText("", 0, 0)
_MARKS = (TRACKING_ID, INSTALLATION_ID)
_HELM_MARKS = ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace")
_HELM_LABEL = "app.kubernetes.io/managed-by"
_ALLOCATED = ("clusterIP", "clusterIPs", "healthCheckNodePort")


def sides(row: ResourceComparison, *, manager: str = MANAGER) -> tuple[JsonObject | None, JsonObject | None]:
    """Return live and what the sync would leave, not masked.

    Where the server gave no prediction (it refused, or cannot be asked yet), that is the target laid over live.
    """
    live = row.live.object if row.live else None
    if row.requires_pruning or row.target is None:
        return live, None
    if row.predicted is not None:
        return live, row.predicted.object if live else _without_allocated(row.predicted, row.target)
    if row.live is None:
        return None, row.target.object
    return live, overlay(row.target, row.live, manager=manager)


def _without_allocated(predicted: Resource, target: Resource) -> JsonObject:
    """Return a new Service without the addresses and ports that a dry run makes up: the sync gets others."""
    spec = predicted.object.get("spec")
    if (predicted.api_version, predicted.kind) != ("v1", "Service") or not isinstance(spec, dict):
        return predicted.object
    own = mapping(target.object, "spec")
    kept = {name: value for name, value in spec.items() if name not in _ALLOCATED or name in own}
    given = {text(port, "name") or number(port, "port") for port in items(own, "ports") if "nodePort" in port}
    if isinstance(ports := spec.get("ports"), list):
        kept["ports"] = [
            {
                name: value
                for name, value in port.items()
                if name != "nodePort" or (port.get("name") or port.get("port")) in given
            }
            for port in ports
        ]
    return {**predicted.object, "spec": kept}


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


def is_only_marked(row: ResourceComparison, tracking: Tracking) -> bool:
    """Return whether a sync would change nothing of an object but the marks by which it is tracked."""
    live, new = shown_sides(row)
    if live is None or new is None or row.live is None or row.target is None or row.refusal:
        return False
    marks = ((row.live.annotations, row.target.annotations), (row.live.labels, row.target.labels))
    if all(old.get(name) == wanted.get(name) for old, wanted in marks for name in (*_MARKS, tracking.label_key)):
        return False
    return unified(_unmarked(live, tracking), _unmarked(new, tracking)) == NOTHING


def _unmarked(side: JsonObject, tracking: Tracking) -> JsonObject:
    """Return an object without our marks of tracking and those of a Helm release."""
    metadata = dict(mapping(side, "metadata"))
    labels = (tracking.label_key, *([_HELM_LABEL] if text(metadata, "labels", _HELM_LABEL) == "Helm" else []))
    for place, names in (("annotations", (*_MARKS, *_HELM_MARKS)), ("labels", labels)):
        kept = {name: value for name, value in mapping(metadata, place).items() if name not in names}
        metadata = {name: value for name, value in metadata.items() if name != place} | ({place: kept} if kept else {})
    return {**side, "metadata": metadata}
