"""Order sync tasks: phase, then wave, then kind, then name; what others need moves before them.

In: the tasks of one application. Out: the same tasks, ordered; a Namespace or CRD that was moved has taken over the
phase and wave of what needs it (SYN-19). Never touches the cluster.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from gitops_action.resource import GroupKind
from gitops_action.resource.tracking import is_crd
from gitops_action.sync.model import SyncPhase

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from gitops_action.resource import Resource
    from gitops_action.sync.tasks import Task

_Name: TypeAlias = "Callable[[Resource], Hashable | None]"

KIND_ORDER = (
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
)
"""What is written first, by the kind's name alone, whatever its group; every other kind comes after these."""

_RANK = {kind: rank for rank, kind in enumerate(KIND_ORDER)}
_PHASE_RANK = {phase: rank for rank, phase in enumerate(SyncPhase)}


def ordered(tasks: Iterable[Task], *, destination_namespace: str) -> tuple[Task, ...]:
    """Return the tasks in the order of execution (5.4)."""

    def namespace(target: Resource) -> Hashable | None:
        # Argo CD gives cluster-scoped targets the destination's namespace as well (SYN-15).
        return target.namespace or destination_namespace or None

    in_order = sorted(tasks, key=_sort_key)
    in_order = _dependencies_first(in_order, provides=_provided_namespace, needs=namespace)
    return tuple(_dependencies_first(in_order, provides=defined_kind, needs=lambda target: target.group_kind))


def kind_rank(kind: str) -> int:
    """Return where a kind stands in the order of writing."""
    return _RANK.get(kind, len(_RANK))


def _sort_key(task: Task) -> tuple[int, int, int, str, str, str]:
    key = task.key
    # Argo CD stops at the name; group and namespace after it make the order the same in every run.
    return _PHASE_RANK[task.phase], task.wave, kind_rank(key.kind), key.name, key.group, key.namespace


def _provided_namespace(target: Resource) -> Hashable | None:
    return target.name if target.group_kind == ("", "Namespace") else None


def defined_kind(target: Resource) -> GroupKind | None:
    """Return the kind that a CRD defines; ``None`` for anything else, and for a CRD that is not in order."""
    spec = target.object.get("spec") if is_crd(target) else None
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return None
    return GroupKind(str(spec.get("group")), str(names.get("kind")))


def _dependencies_first(tasks: list[Task], *, provides: _Name, needs: _Name) -> list[Task]:
    """Move each provider that comes too late to just before the first task that needs it."""
    moved: list[Task] = []
    for task in tasks:
        provided = provides(task.target) if task.target else None
        index = None if provided is None else _first_needing(moved, provided, provides=provides, needs=needs)
        if index is None:
            moved.append(task)
        else:
            dependant = moved[index]
            moved.insert(index, replace(task, phase=dependant.phase, wave=dependant.wave))
    return moved


def _first_needing(tasks: list[Task], provided: Hashable, *, provides: _Name, needs: _Name) -> int | None:
    for index, task in enumerate(tasks):
        if task.target and provides(task.target) is None and needs(task.target) == provided:
            return index
    return None
