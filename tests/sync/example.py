"""An application to sync, in few words: objects, their comparison, and a cluster whose controllers act at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from gitops_action.application.application import Application, Automated, Destination, SyncPolicy
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.resource import Resource
from gitops_action.resource.annotations import (
    HOOK,
    HOOK_DELETE_POLICY,
    HOOK_FINALIZER,
    SYNC_OPTIONS,
    SYNC_WAVE,
    is_hook,
)
from gitops_action.resource.tracking import Tracking
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.perform import sync
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops_action.ports import ApiKind, Cluster
    from gitops_action.resource.resource import JsonObject
    from gitops_action.sync.model import OperationResult
    from tests.fake_cluster import Call

TRACKING = Tracking(instance="shop", namespace="default")
_API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "Job": "batch/v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "Widget": "example.com/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "Application": "argoproj.io/v1alpha1",
}
_CLUSTER_SCOPED = {"Namespace", "ClusterRole", "CustomResourceDefinition"}


def an(
    kind: str,
    name: str,
    *,
    wave: int | str | None = None,
    hook: str | None = None,
    policy: str | None = None,
    options: str | None = None,
    namespace: str = "default",
    annotations: Mapping[str, str] | None = None,
    **content: Any,
) -> Resource:
    """Return a target as a comparison hands it over: tracked, with its namespace."""
    said = {SYNC_WAVE: wave, HOOK: hook, HOOK_DELETE_POLICY: policy, SYNC_OPTIONS: options}
    words = {key: str(value) for key, value in said.items() if value is not None} | dict(annotations or {})
    metadata: JsonObject = {"name": name}
    if kind not in _CLUSTER_SCOPED:
        metadata["namespace"] = namespace
    if words:
        metadata["annotations"] = words
    return TRACKING.mark(
        Resource({"apiVersion": _API_VERSIONS.get(kind, "v1"), "kind": kind, "metadata": metadata, **content})
    )


def compare(
    targets: Iterable[Resource] = (),
    live: Iterable[Resource] = (),
    *,
    cluster: FakeCluster | None = None,
    same: Iterable[Resource] = (),
    sync_options: tuple[str, ...] = (),
    automated: Automated | None = None,
    namespace_metadata: JsonObject | None = None,
    rows: Callable[[ResourceComparison], ResourceComparison] = lambda row: row,
) -> Comparison:
    """Return the comparison of targets with live objects; ``same`` are targets that equal what is live.

    Live objects without a target are prune candidates. With a cluster, live objects are put there first.
    """
    cluster = cluster or FakeCluster()
    catalog = cluster.catalog()
    found = {resource.key: resource for resource in live}
    wanted = {target.key: (target, SyncStatusCode.OUT_OF_SYNC) for target in targets if not is_hook(target)}
    wanted |= {target.key: (target, SyncStatusCode.SYNCED) for target in same}
    found |= {target.key: target for target in same}
    found = {key: cluster.put(resource.object) for key, resource in found.items()}
    compared = []
    for key in sorted({*found, *wanted}):
        target, status = wanted.get(key, (None, SyncStatusCode.OUT_OF_SYNC))
        there = found.get(key)
        sample = target or there
        assert sample is not None
        compared.append(
            rows(
                ResourceComparison(
                    key=key,
                    kind=catalog.find(sample),
                    target=target,
                    live=there,
                    status=status,
                    method=Method.WALK,
                    requires_pruning=target is None,
                )
            )
        )
    is_synced = all(row.status is SyncStatusCode.SYNCED for row in compared)
    return Comparison(
        application=Application(
            name="shop",
            destination=Destination(namespace="default"),
            sync_policy=SyncPolicy(
                sync_options=sync_options, automated=automated, managed_namespace_metadata=namespace_metadata
            ),
        ),
        tracking=TRACKING,
        status=SyncStatusCode.SYNCED if is_synced else SyncStatusCode.OUT_OF_SYNC,
        resources=tuple(compared),
        hooks=tuple(target for target in targets if is_hook(target)),
    )


def assess(live: Resource) -> HealthStatus | None:
    """Return the health that ``status.health`` says, as ``Degraded: out of luck``; workloads begin Progressing."""
    if live.is_terminating and HOOK_FINALIZER not in (live.metadata.get("finalizers") or []):
        return HealthStatus(code=HealthStatusCode.PROGRESSING, message="Pending deletion")
    said = (live.object.get("status") or {}).get("health")
    if said:
        code, _, message = said.partition(": ")
        return HealthStatus(code=HealthStatusCode(code), message=message)
    if live.kind in ("Deployment", "Job", "Pod", "StatefulSet"):
        return HealthStatus(code=HealthStatusCode.PROGRESSING, message="started")
    return None


class LivelyCluster(FakeCluster):
    """A cluster whose controllers act the moment that something is applied.

    ``becomes`` says by name what health an applied object gets; everything else gets Healthy, ``None`` leaves it alone.
    """

    def __init__(self, *objects: JsonObject, becomes: Mapping[str, str | None] | None = None) -> None:
        super().__init__(*objects)
        self.becomes = dict(becomes or {})
        self.writes: list[str] = []

    def apply(
        self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True, is_new: bool = False
    ) -> Resource:
        written = super().apply(kind, target, dry_run=dry_run, validate=validate, is_new=is_new)
        if dry_run:
            return written
        self.writes.append(f"apply {target.kind}/{target.name}")
        health = self.becomes.get(target.name, "Healthy")
        if assess(written) and health:
            self.turns(written, health)
        if target.kind == "CustomResourceDefinition":
            conditions = [{"type": "Established", "status": "True"}]
            self.put({**written.object, "status": {"conditions": conditions}})
        return written

    def delete(self, kind: ApiKind, key: Any, **named: Any) -> None:
        self.writes.append(f"delete {key.kind}/{key.name}")
        super().delete(kind, key, **named)

    def turns(self, live: Resource, health: str) -> None:
        """Let a controller say how an object fares."""
        self.put({**live.object, "status": {"health": health}})


class RealClock:
    """The clock of this machine."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def run(
    comparison: Comparison,
    cluster: Cluster,
    *,
    stop: threading.Event | None = None,
    lines: list[str] | None = None,
    scrub: Callable[[str], str] = str,
    **options: Any,
) -> OperationResult:
    """Sync, with no delay between waves and little patience."""
    quick = {"timeout": 10.0, "wave_delay": 0.0, "degraded_grace": 0.0}
    told = lines if lines is not None else []
    return sync(
        comparison,
        cluster,
        assess=assess,
        options=SyncOptions(**(quick | options)),
        progress=told.append,
        clock=RealClock(),
        stop=stop or threading.Event(),
        scrub=scrub,
    )


def brief(result: OperationResult) -> list[str]:
    """Return phase, object and outcome of each task, in order."""
    return [f"{r.phase} {r.key.kind}/{r.key.name}: {r.code or 'not run'}, {r.hook_phase}" for r in result.resources]


def background(operate: Callable[[], OperationResult]) -> Callable[[], OperationResult]:
    """Begin a sync in a thread; return what waits for its result."""
    results: list[OperationResult] = []
    thread = threading.Thread(target=lambda: results.append(operate()))
    thread.start()

    def ended() -> OperationResult:
        thread.join(10)
        return results[0]

    return ended


def until(happened: Callable[[], bool], *, within: float = 5.0) -> None:
    """Wait for something that a thread does."""
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def refuse(verb: str, name: str, error: Exception) -> Callable[[Call], None]:
    """Return a cluster's ``before`` that refuses one kind of request for one object."""

    def before(call: Call) -> None:
        if (call.verb, call.name) == (verb, name):
            raise error

    return before
