"""Gather what explains an object that does not become healthy: its pods, their events, the last words of a container.

In: the object and a cluster. Out: frozen ``Evidence``. Reads only; what cannot be read becomes a note. Judging is
``cause``'s, and so is cutting; scrubbing secrets is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.errors import ClusterError
from gitops_action.ports import ApiKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.health import HealthStatus
    from gitops_action.ports import Cluster
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject

LOG_LINES = 20
_EVENTS = 8
_POD = ApiKind(group="", version="v1", kind="Pod", plural="pods", namespaced=True)
_EVENT = ApiKind(group="", version="v1", kind="Event", plural="events", namespaced=True)
_CLAIM = ApiKind(group="", version="v1", kind="PersistentVolumeClaim", plural="persistentvolumeclaims", namespaced=True)
_OWNERS = (
    ApiKind(group="apps", version="v1", kind="ReplicaSet", plural="replicasets", namespaced=True),
    ApiKind(group="batch", version="v1", kind="Job", plural="jobs", namespaced=True),
)
_NO_PODS = frozenset({"PersistentVolumeClaim", "Service", "Ingress", "ConfigMap", "Secret", "HorizontalPodAutoscaler"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The last lines of a container's log; ``previous`` of the run that ended."""

    pod: str
    container: str
    text: str
    previous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was found about one object; events are oldest first, warnings alone where there are any."""

    subject: Resource
    health: HealthStatus | None
    pods: tuple[Resource, ...] = ()
    claims: tuple[Resource, ...] = ()
    events: tuple[Resource, ...] = ()
    log: Log | None = None
    notes: tuple[str, ...] = ()


def collect(cluster: Cluster, subject: Resource, health: HealthStatus | None) -> Evidence:
    """Read what belongs to an object and may explain its health."""
    if not subject.namespace:
        return Evidence(subject=subject, health=health)
    reader = _Reader(cluster, subject.namespace)
    family = [subject, *reader.owned_by(subject)] if subject.kind not in _NO_PODS else [subject]
    pods = tuple(found for found in family if found.group_kind == ("", "Pod"))
    wanted = {name for pod in pods for name in _claim_names(pod)}
    claims = tuple(found for found in reader.all(_CLAIM) if found.name in wanted) if wanted else ()
    uids = {found.uid for found in (*family, *claims)}
    events = [event for event in reader.all(_EVENT) if (event.object.get("involvedObject") or {}).get("uid") in uids]
    warnings = [event for event in events if event.object.get("type") == "Warning"]
    return Evidence(
        subject=subject,
        health=health,
        pods=pods,
        claims=claims,
        events=tuple(sorted(warnings or events, key=_when)[-_EVENTS:]),
        log=reader.log(pods),
        notes=tuple(reader.notes),
    )


def container_statuses(pod: Resource) -> Iterator[JsonObject]:
    """Yield the statuses of a pod's containers, init containers first."""
    status = pod.object.get("status") or {}
    for name in ("initContainerStatuses", "containerStatuses"):
        yield from status.get(name) or []


def failed_state(status: JsonObject) -> JsonObject | None:
    """Return how a container ended badly, now or the time before, or ``None``."""
    for name in ("state", "lastState"):
        ended = (status.get(name) or {}).get("terminated")
        if ended and ended.get("exitCode"):
            return dict(ended)
    return None


class _Reader:
    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self.notes: list[str] = []

    def all(self, kind: ApiKind) -> tuple[Resource, ...]:
        try:
            return self._cluster.list(kind, namespace=self._namespace).items
        except ClusterError as error:
            self.notes.append(f"{kind.plural} could not be read: {error.summary}")
            return ()

    def owned_by(self, subject: Resource) -> list[Resource]:
        """Return what the object owns, directly or through others."""
        if subject.kind == "Pod":
            return []
        owners = [found for kind in _OWNERS if kind.kind != subject.kind for found in self.all(kind)]
        candidates = [*owners, *self.all(_POD)]
        uids, family = {subject.uid}, []
        for found in candidates:
            if uids & {owner.get("uid") for owner in found.owner_references}:
                uids.add(found.uid)
                family.append(found)
        return family

    def log(self, pods: Iterable[Resource]) -> Log | None:
        """Return the last words of the first container that ended badly or is not ready."""
        failing = next(_failing_containers(pods), None)
        if failing is None:
            return None
        pod, container, previous = failing
        try:
            text = self._cluster.logs(
                namespace=self._namespace, pod=pod, container=container, lines=LOG_LINES, previous=previous
            )
        except ClusterError as error:
            self.notes.append(f"the log of container {container} could not be read: {error.summary}")
            return None
        return Log(pod=pod, container=container, text=text, previous=previous)


def _failing_containers(pods: Iterable[Resource]) -> Iterator[tuple[str, str, bool]]:
    for pod in pods:
        for status in container_statuses(pod):
            state = status.get("state") or {}
            if failed_state(status):
                yield pod.name, str(status.get("name")), "terminated" not in state
            elif "running" in state and not status.get("ready"):
                yield pod.name, str(status.get("name")), False


def _claim_names(pod: Resource) -> Iterator[str]:
    for volume in (pod.object.get("spec") or {}).get("volumes") or []:
        if claim := (volume.get("persistentVolumeClaim") or {}).get("claimName"):
            yield str(claim)


def _when(event: Resource) -> str:
    content = event.object
    seen = content.get("lastTimestamp") or content.get("eventTime") or event.metadata.get("creationTimestamp")
    return str(seen or "")
