"""Giving an application up: what is taken off each of its objects, which stay as they are.

In: a live object and how its application tracks. Out: the JSON patch that removes the tracking and our ownership of its
fields; empty where there is nothing of ours on it. Never touches an object of another application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.resource.tracking import INSTALLATION_ID, TRACKING_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject
    from gitops_action.resource.tracking import Tracking


def release_patch(live: Resource, tracking: Tracking, *, manager: str = MANAGER) -> tuple[JsonObject, ...]:
    """Return the patch that makes an object nobody's; it fails where the object changed since it was read."""
    owner = tracking.owner(live)
    if owner and owner != tracking.instance:
        return ()
    operations = (*_untracked(live, tracking), *_unowned(live, manager))
    return (
        ({"op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version}, *operations)
        if operations
        else ()
    )


def _untracked(live: Resource, tracking: Tracking) -> Iterator[JsonObject]:
    if tracking.owner(live) == tracking.instance:
        for name in (TRACKING_ID, INSTALLATION_ID):
            if name in live.annotations:
                yield _remove("annotations", name)
    if live.labels.get(tracking.label_key) == tracking.label_value:
        yield _remove("labels", tracking.label_key)


def _unowned(live: Resource, manager: str) -> Iterator[JsonObject]:
    entries = live.metadata.get("managedFields") or []
    kept = [entry for entry in entries if entry.get("manager") != manager]
    if len(kept) < len(entries):
        # An empty list means "as it was"; a list of an empty entry means "nobody's".
        yield {"op": "replace", "path": "/metadata/managedFields", "value": kept or [{}]}


def _remove(place: str, name: str) -> JsonObject:
    return {"op": "remove", "path": f"/metadata/{place}/{name.replace('~', '~0').replace('/', '~1')}"}
