"""One file a state: the health of the kinds that Argo CD judges in Go (its rules, its words)."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitops_action.health.assess import assess
from gitops_action.resource import Resource
from gitops_action.resource.yaml import load_documents

FOLDER = Path(__file__).parents[1] / "testdata" / "health"
ROLLOUT = "Waiting for rollout to finish: "
STATES = {
    "deployment-healthy": "Healthy",
    "deployment-paused": "Suspended: Deployment is paused",
    "deployment-not-observed": f"Progressing: {ROLLOUT}observed deployment generation less than desired generation",
    "deployment-deadline-exceeded": 'Degraded: Deployment "web" exceeded its progress deadline',
    "deployment-updating": f"Progressing: {ROLLOUT}1 out of 3 new replicas have been updated...",
    "deployment-old-replicas": f"Progressing: {ROLLOUT}2 old replicas are pending termination...",
    "deployment-unavailable": f"Progressing: {ROLLOUT}1 of 3 updated replicas are available...",
    "deployment-without-status": f"Progressing: {ROLLOUT}observed deployment generation less than desired generation",
    "deployment-malformed": "Unknown: failed to convert unstructured Deployment to typed: "
    "spec.replicas is not an integer",
    "deployment-beta": "Unknown: unsupported Deployment GVK: apps/v1beta1, Kind=Deployment",
    "replicaset-healthy": "Healthy",
    "replicaset-not-observed": f"Progressing: {ROLLOUT}observed replica set generation less than desired generation",
    "replicaset-unavailable": f"Progressing: {ROLLOUT}1 out of 2 new replicas are available...",
    "replicaset-failure": "Degraded: exceeded quota: compute",
    "statefulset-healthy": "Healthy: statefulset rolling update complete 3 pods at revision db-1...",
    "statefulset-not-observed": "Progressing: Waiting for statefulset spec update to be observed...",
    "statefulset-new": "Progressing: Waiting for statefulset spec update to be observed...",
    "statefulset-not-ready": "Progressing: Waiting for 2 pods to be ready...",
    "statefulset-updating": "Progressing: waiting for statefulset rolling update to complete 1 pods "
    "at revision db-2...",
    "statefulset-partition-updating": "Progressing: Waiting for partitioned roll out to finish: "
    "1 out of 2 new pods have been updated...",
    "statefulset-partition-complete": "Healthy: partitioned roll out complete: 2 new pods have been updated...",
    "statefulset-rolling-without-partition": "Healthy: partitioned roll out complete: 1 new pods have been updated...",
    "statefulset-on-delete": "Healthy: statefulset has 3 ready pods",
    "daemonset-healthy": "Healthy",
    "daemonset-not-observed": f"Progressing: {ROLLOUT}observed daemon set generation less than desired generation",
    "daemonset-updating": 'Progressing: Waiting for daemon set "agent" rollout to finish: '
    "1 out of 3 new pods have been updated...",
    "daemonset-unavailable": 'Progressing: Waiting for daemon set "agent" rollout to finish: '
    "2 of 3 updated pods are available...",
    "daemonset-on-delete": "Healthy: daemon set 1 out of 3 new pods have been updated",
    "job-running": "Progressing",
    "job-complete": "Healthy: done",
    "job-failed": "Degraded: Job has reached the specified backoff limit",
    "job-suspended": "Suspended",
    "job-resumed": "Healthy: Job resumed",
    "pod-ready": "Healthy",
    "pod-starting": "Progressing",
    "pod-restarted": "Degraded",
    "pod-image-pull-backoff": "Degraded: Back-off pulling image, not found",
    "pod-image-pull-backoff-of-a-hook": "Progressing: waiting",
    "pod-init-container-waits": "Progressing",
    "pod-succeeded": "Healthy: done",
    "pod-failed-with-message": "Degraded: evicted",
    "pod-failed-exit-code": 'Degraded: container "web" failed with exit code 3',
    "pod-failed-oom": "Degraded: OOMKilled",
    "pod-failed-container-message": "Degraded: no config",
    "pod-failed-silently": "Degraded",
    "pod-running-once": "Progressing",
    "pod-running-restart-policy-ignored": "Healthy",
    "pod-hook-restart-policy-not-ignored": "Progressing",
    "pod-phase-unknown": "Unknown: node lost",
    "service-cluster-ip": "Healthy",
    "service-load-balancer-waiting": "Progressing",
    "service-load-balancer-ready": "Healthy",
    "ingress-waiting": "Progressing",
    "ingress-ready": "Healthy",
    "ingress-extensions": "Healthy",
    "pvc-bound": "Healthy",
    "pvc-pending": "Progressing",
    "pvc-lost": "Degraded",
    "pvc-other": "Unknown",
    "hpa-healthy": "Healthy: recommended size matches",
    "hpa-waiting": "Progressing: Waiting to Autoscale",
    "hpa-degraded-after-healthy": "Degraded: no metrics",
    "hpa-v1-degraded": "Degraded: not found",
    "hpa-v1-without-annotation": "Progressing: Waiting to Autoscale",
    "hpa-v1-empty-annotation": "Progressing: Waiting to Autoscale",
    "hpa-v1-broken-annotation": "Unknown: failed to convert conditions annotation to typed: "
    "unexpected end of data: line 1 column 2 (char 1)",
    "hpa-v2beta2": "Unknown: unsupported HPA GVK: autoscaling/v2beta2, Kind=HorizontalPodAutoscaler",
    "apiservice-available": "Healthy: Passed: all checks passed",
    "apiservice-unavailable": "Progressing: MissingEndpoints: no endpoints",
    "apiservice-new": "Progressing: Waiting to be processed",
    "workflow-new": "Progressing",
    "workflow-running": "Progressing: words",
    "workflow-succeeded": "Healthy: words",
    "workflow-failed": "Degraded: words",
    "workflow-error": "Degraded: words",
    "workflow-odd": "Unknown: words",
    "configmap": "none",
}


def live(name: str) -> Resource:
    [(value, _)] = load_documents((FOLDER / f"{name}.yaml").read_bytes(), source=name)
    return Resource(value)


@pytest.mark.parametrize(("name", "expected"), STATES.items())
def test_a_live_object_has_the_health_that_argo_cd_gives_it(name: str, expected: str) -> None:
    health = assess(live(name))
    words = ": ".join(filter(None, [health.code, health.message])) if health else "none"
    assert words == expected


def test_every_example_is_listed() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(STATES)
