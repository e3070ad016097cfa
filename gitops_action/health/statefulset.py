"""Health of a StatefulSet: whether its pods are ready and at the revision that its strategy asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.health.status import HealthStatus, healthy, progressing
from gitops_action.health.typed import integer, mapping, optional_integer, text

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def assess_statefulset(live: Resource) -> HealthStatus:
    """Return the health of an ``apps/v1`` StatefulSet."""
    obj = live.object
    observed = integer(obj, "status", "observedGeneration")
    if observed == 0 or integer(obj, "metadata", "generation") > observed:
        return progressing("Waiting for statefulset spec update to be observed...")
    desired = optional_integer(obj, "spec", "replicas")
    ready = integer(obj, "status", "readyReplicas")
    if desired is not None and ready < desired:
        return progressing(f"Waiting for {desired - ready} pods to be ready...")
    match text(obj, "spec", "updateStrategy", "type"):
        case "RollingUpdate" if mapping(obj, "spec", "updateStrategy", "rollingUpdate") is not None:
            return _assess_partition(live, desired)
        case "OnDelete":
            return healthy(f"statefulset has {ready} ready pods")
        case _:
            return _assess_revision(live)


def _assess_partition(live: Resource, desired: int | None) -> HealthStatus:
    """Assess a rolling update by numbers alone; revisions do not count, even without a partition."""
    updated = integer(live.object, "status", "updatedReplicas")
    partition = optional_integer(live.object, "spec", "updateStrategy", "rollingUpdate", "partition")
    if desired is not None and partition is not None and updated < desired - partition:
        return progressing(
            f"Waiting for partitioned roll out to finish: {updated} out of {desired - partition} "
            "new pods have been updated..."
        )
    return healthy(f"partitioned roll out complete: {updated} new pods have been updated...")


def _assess_revision(live: Resource) -> HealthStatus:
    current, update = (text(live.object, "status", name) for name in ("currentRevision", "updateRevision"))
    if update != current:
        updated = integer(live.object, "status", "updatedReplicas")
        return progressing(f"waiting for statefulset rolling update to complete {updated} pods at revision {update}...")
    replicas = integer(live.object, "status", "currentReplicas")
    return healthy(f"statefulset rolling update complete {replicas} pods at revision {current}...")
