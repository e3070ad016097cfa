"""What the objects of an application brought about: a Deployment its ReplicaSets, and these their Pods.

In: the application's live objects, and what else lives in their namespaces. Out: which kinds are worth reading, and the
descendants, parents first. An object belongs to who owns it by an owner reference; the claims of a StatefulSet belong
to it by their names. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from gitops_action.health.conditions import is_custom
from gitops_action.resource import GroupKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitops_action.ports import ApiCatalog, ApiKind
    from gitops_action.resource import Resource, ResourceKey

POD: Final = GroupKind("", "Pod")
_CLAIM: Final = GroupKind("", "PersistentVolumeClaim")
_JOB: Final = GroupKind("batch", "Job")
_REPLICA_SET: Final = GroupKind("apps", "ReplicaSet")
_STATEFUL_SET: Final = GroupKind("apps", "StatefulSet")
_SLICE: Final = GroupKind("discovery.k8s.io", "EndpointSlice")
_CHILDREN: Final = {
    GroupKind("apps", "Deployment"): (_REPLICA_SET, POD),
    _REPLICA_SET: (POD,),
    _STATEFUL_SET: (POD, _CLAIM),
    GroupKind("apps", "DaemonSet"): (POD,),
    GroupKind("", "ReplicationController"): (POD,),
    _JOB: (POD,),
    GroupKind("batch", "CronJob"): (_JOB, POD),
    GroupKind("", "Service"): (_SLICE,),
}
_OF_CUSTOM: Final = (
    GroupKind("apps", "Deployment"),
    GroupKind("apps", "DaemonSet"),
    GroupKind("", "Service"),
    GroupKind("", "Secret"),
    _STATEFUL_SET,
    _REPLICA_SET,
    _JOB,
    _SLICE,
    POD,
)
"""What controllers make of custom resources, beside other kinds of the same group."""
_READ_WHOLE: Final = frozenset({POD, _JOB, _CLAIM})
"""Kinds whose status is worth its size; of all others the metadata is read."""
_REVISION: Final = "deployment.kubernetes.io/revision"


class Reading(NamedTuple):
    """A list to ask for."""

    kind: ApiKind
    namespace: str
    metadata_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """An object, and the one that owns it."""

    resource: Resource
    parent: ResourceKey


def readings(roots: Iterable[Resource], catalog: ApiCatalog) -> tuple[Reading, ...]:
    """Return the lists that hold all descendants which these objects are likely to have."""
    wanted = {(kind, root.namespace) for root in roots if root.namespace for kind in _child_kinds(root, catalog)}
    found = ((catalog.preferred.get(kind), namespace) for kind, namespace in sorted(wanted))
    return tuple(
        Reading(kind, namespace, metadata_only=kind.group_kind not in _READ_WHOLE)
        for kind, namespace in found
        if kind is not None and kind.namespaced and "list" in kind.verbs
    )


def descendants(roots: Sequence[Resource], others: Iterable[Resource]) -> tuple[TreeNode, ...]:
    """Return what the roots own, directly or through others, parents first; no root is in it."""
    own = {root.uid for root in roots}
    by_owner: dict[str, list[Resource]] = {}
    for other in sorted(others, key=lambda each: each.key):
        if other.uid not in own and (owner := _owner(other)):
            by_owner.setdefault(owner, []).append(other)
        elif other.group_kind == _CLAIM and (template := _claimant(other, roots)):
            by_owner.setdefault(template.uid, []).append(other)
    nodes: list[TreeNode] = []
    queue, seen = list(roots), set(own)
    while queue:
        parent = queue.pop(0)
        children = [child for child in by_owner.get(parent.uid, ()) if child.uid not in seen]
        seen |= {child.uid for child in children}
        nodes += [TreeNode(resource=child, parent=parent.key) for child in children]
        queue += children
    return tuple(_without_former(nodes))


def _child_kinds(root: Resource, catalog: ApiCatalog) -> Iterator[GroupKind]:
    yield from _CHILDREN.get(root.group_kind, ())
    if is_custom(root):
        yield from _OF_CUSTOM
        yield from (kind for kind in catalog.preferred if kind.group == root.group)


def _owner(resource: Resource) -> str:
    """Return the UID of the object that controls this one, or of the first that owns it."""
    owners = resource.owner_references
    controller = next((owner for owner in owners if owner.get("controller")), owners[0] if owners else {})
    return str(controller.get("uid") or "")


def _claimant(claim: Resource, roots: Sequence[Resource]) -> Resource | None:
    """Return the StatefulSet that a claim was made for: it is called ``<template>-<set>-<number>``."""
    for root in roots:
        if root.group_kind == _STATEFUL_SET and root.namespace == claim.namespace:
            templates = (root.object.get("spec") or {}).get("volumeClaimTemplates") or ()
            names = "|".join(re.escape(str((each.get("metadata") or {}).get("name"))) for each in templates)
            if names and re.fullmatch(rf"(?:{names})-{re.escape(root.name)}-\d+", claim.name):
                return root
    return None


def _without_former(nodes: Sequence[TreeNode]) -> Iterator[TreeNode]:
    """Leave out the ReplicaSets of former revisions that have no pods any more."""
    parents = {node.parent for node in nodes}
    newest: dict[ResourceKey, int] = {}
    for node in nodes:
        newest[node.parent] = max(newest.get(node.parent, 0), _revision(node.resource))
    for node in nodes:
        is_former = node.resource.group_kind == _REPLICA_SET and _revision(node.resource) < newest[node.parent]
        if not is_former or node.resource.key in parents:
            yield node


def _revision(resource: Resource) -> int:
    text = resource.annotations.get(_REVISION, "")
    return int(text) if text.isdecimal() else 0
