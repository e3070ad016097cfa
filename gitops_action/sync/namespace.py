"""``CreateNamespace=true``: the destination's namespace as a task of the sync.

In: the application, its targets, and the namespace as it is. Out: a PreSync task, or nothing. The namespace gets no
tracking and never becomes part of the application (SYN-45). Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.ports import ApiKind
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.annotations import SYNC_OPTIONS
from gitops_action.sync.model import SyncPhase
from gitops_action.sync.tasks import Action, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.comparison.model import Comparison
    from gitops_action.resource.resource import Json, JsonObject

NAMESPACE = ApiKind(group="", version="v1", kind="Namespace", plural="namespaces", namespaced=False)


def managed_namespace(comparison: Comparison) -> str:
    """Return the namespace that the sync looks after, empty for none (SYN-43, SYN-46)."""
    application = comparison.application
    name = application.destination.namespace
    if "CreateNamespace=true" not in application.sync_policy.sync_options or not name:
        return ""
    own = ResourceKey("", "Namespace", "", name)
    return "" if any(row.key == own and row.target is not None for row in comparison.resources) else name


def namespace_task(comparison: Comparison, live: Resource | None) -> Task | None:
    """Return the task that creates the namespace or brings its metadata up to date (SYN-44).

    ``live`` is the namespace of ``managed_namespace`` as it was just read.
    """
    name = managed_namespace(comparison)
    if not name:
        return None
    configured = comparison.application.sync_policy.managed_namespace_metadata
    target = _target(name, configured)
    if live is not None and (configured is None or _is_up_to_date(target, live)):
        return None
    return Task(
        phase=SyncPhase.PRE_SYNC,
        wave=0,
        key=target.key,
        kind=NAMESPACE,
        action=Action.APPLY,
        target=target,
        live=live,
    )


def _target(name: str, configured: JsonObject | None) -> Resource:
    metadata: JsonObject = {"name": name}
    if configured is not None:
        annotations = _mapping(configured.get("annotations")) | {SYNC_OPTIONS: "ServerSideApply=true"}
        metadata |= {"labels": _mapping(configured.get("labels")), "annotations": annotations}
    return Resource({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def _mapping(found: Json) -> JsonObject:
    return dict(found) if isinstance(found, dict) else {}


def _is_up_to_date(target: Resource, live: Resource) -> bool:
    """Return whether the namespace has what is configured, and nothing that was configured by us before."""
    return _agrees(target.labels, live.labels, _owned(live, "f:labels")) and _agrees(
        target.annotations, live.annotations, _owned(live, "f:annotations")
    )


def _agrees(wanted: Mapping[str, str], present: Mapping[str, str], owned: frozenset[str]) -> bool:
    return all(present.get(name) == value for name, value in wanted.items()) and owned <= wanted.keys()


def _owned(live: Resource, field: str) -> frozenset[str]:
    """Return the labels or annotations that our own applies left behind."""
    names: set[str] = set()
    for entry in live.metadata.get("managedFields") or []:
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply":
            fields = ((entry.get("fieldsV1") or {}).get("f:metadata") or {}).get(field) or {}
            names |= {name.removeprefix("f:") for name in fields if name.startswith("f:")}
    return frozenset(names)
