"""Why something does not become healthy: evidence in, a sentence and a remedy out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import Forbidden
from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.resource import Resource
from gitops_action.sync.cause import explain, likely_cause
from gitops_action.sync.evidence import Evidence, Log, collect
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject

_PROGRESSING = HealthStatus(code=HealthStatusCode.PROGRESSING, message="0 of 1 updated replicas are available...")
_WAITING = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}}


def _object(kind: str, name: str, *, owner: str = "", **content: Any) -> Resource:
    versions = {"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "Job": "batch/v1"}
    metadata: JsonObject = {"name": name, "namespace": "shop", "uid": name}
    if owner:
        metadata["ownerReferences"] = [{"uid": owner, "controller": True}]
    return Resource({"apiVersion": versions.get(kind, "v1"), "kind": kind, "metadata": metadata, **content})


def _pod(status: JsonObject | None = None, **content: Any) -> Resource:
    container = {"name": "main", "image": "shop/web:1", **(status or {})}
    return _object(
        "Pod", "web-1", owner="web-rs", status={"phase": "Running", "containerStatuses": [container], **content}
    )


def _event(reason: str, message: str, *, about: str = "web-1", kind: str = "Pod") -> Resource:
    return _object(
        "Event",
        f"{about}.{reason}".lower(),
        type="Warning",
        reason=reason,
        message=message,
        count=3,
        involvedObject={"kind": kind, "name": about, "uid": about},
    )


WEB = _object("Deployment", "web")
_CLAIM = _object("PersistentVolumeClaim", "data", spec={"storageClassName": "fast"}, status={"phase": "Pending"})
_TERMINATED = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
_UNSCHEDULABLE = {"type": "PodScheduled", "status": "False", "message": "0/2 nodes are available."}
_RUNNING = {"state": {"running": {}}, "ready": False}
_BLOCKED = _object("Deployment", "web").with_metadata(deletionTimestamp="2024-01-01T00:00:00Z", finalizers=["a/b"])


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (
            Evidence(subject=WEB, health=None, pods=(_pod({"state": {"waiting": {"reason": "ErrImagePull"}}}),)),
            'image "shop/web:1" of container main cannot be pulled (ErrImagePull).',
        ),
        (
            Evidence(
                subject=WEB,
                health=None,
                pods=(_pod({"state": _WAITING, "lastState": {"terminated": {"exitCode": 3}}}),),
            ),
            "container main keeps crashing (CrashLoopBackOff, exit code 3).",
        ),
        (
            Evidence(subject=WEB, health=None, pods=(_pod({"state": _WAITING, "lastState": _TERMINATED}),)),
            "container main needs more memory than its limit and is killed (OOMKilled).",
        ),
        (
            Evidence(subject=WEB, health=None, pods=(_pod({"state": {"terminated": {"exitCode": 2}}}),)),
            "container main failed (exit code 2).",
        ),
        (
            Evidence(
                subject=WEB,
                health=None,
                pods=(
                    _pod(
                        {
                            "state": {
                                "waiting": {
                                    "reason": "CreateContainerConfigError",
                                    "message": 'configmap "settings" not found',
                                }
                            }
                        }
                    ),
                ),
            ),
            'container main cannot be created: configmap "settings" not found.',
        ),
        (
            Evidence(subject=WEB, health=None, pods=(_pod(conditions=[_UNSCHEDULABLE]),)),
            "pod web-1 fits on no node: 0/2 nodes are available.",
        ),
        (
            Evidence(subject=WEB, health=None, pods=(_pod(conditions=[_UNSCHEDULABLE]),), claims=(_CLAIM,)),
            "PersistentVolumeClaim data is not bound (storage class: fast).",
        ),
        (
            Evidence(
                subject=WEB,
                health=None,
                events=(_event("FailedCreate", 'pods "web-1" is forbidden: exceeded quota: none', kind="ReplicaSet"),),
            ),
            'a ResourceQuota forbids another pod: pods "web-1" is forbidden: exceeded quota: none',
        ),
        (
            Evidence(subject=WEB, health=None, events=(_event("FailedCreate", "serviceaccount not found"),)),
            "pods cannot be created: serviceaccount not found",
        ),
        (
            Evidence(subject=WEB, health=None, events=(_event("FailedMount", 'secret "tls" not found'),)),
            'a volume cannot be mounted: secret "tls" not found',
        ),
        (
            Evidence(
                subject=WEB, health=None, pods=(_pod(_RUNNING),), events=(_event("Unhealthy", "probe failed: 503"),)
            ),
            "container main runs, but its readiness probe does not succeed: probe failed: 503",
        ),
        (
            Evidence(subject=_CLAIM, health=_PROGRESSING),
            "PersistentVolumeClaim data is not bound (storage class: fast).",
        ),
        (Evidence(subject=_BLOCKED, health=_PROGRESSING), "the object is being deleted and waits for: a/b."),
        (
            Evidence(
                subject=_object(
                    "Certificate",
                    "tls",
                    status={"conditions": [{"type": "Ready", "status": "False", "message": "issuer not found"}]},
                ),
                health=None,
            ),
            "issuer not found",
        ),
    ],
)
def test_the_likely_cause(evidence: Evidence, sentence: str) -> None:
    cause = likely_cause(evidence)
    assert cause is not None
    assert cause.sentence == sentence
    assert cause.remedy


def test_without_evidence_there_is_no_guess() -> None:
    assert likely_cause(Evidence(subject=WEB, health=_PROGRESSING)) is None


@pytest.mark.parametrize("status", ["text", [], {"conditions": "text"}, {"conditions": ["text", None, {}]}])
def test_a_custom_resource_may_say_anything(status: object) -> None:
    evidence = Evidence(subject=_object("Widget", "one", status=status), health=None)
    assert likely_cause(evidence) is None
    assert explain(evidence).startswith("Widget shop/one: no health")


def test_the_whole_explanation_with_at_most_twenty_log_lines() -> None:
    pod = _pod({"state": _WAITING, "lastState": {"terminated": {"exitCode": 1}}, "restartCount": 3})
    text = "".join(f"line {number}\n" for number in range(30))
    evidence = Evidence(
        subject=_object(
            "Deployment",
            "web",
            status={"conditions": [{"type": "Available", "status": "False", "reason": "Minimum", "message": "no"}]},
        ),
        health=_PROGRESSING,
        pods=(pod,),
        events=(_event("BackOff", "Back-off restarting\n::error::failed container"),),
        log=Log(pod="web-1", container="main", text=text, previous=True),
        notes=("events could not be read: forbidden",),
    )
    lines = explain(evidence).splitlines()
    assert lines[:8] == [
        "Deployment shop/web: Progressing (0 of 1 updated replicas are available...)",
        "  Likely cause: container main keeps crashing (CrashLoopBackOff, exit code 1).",
        "  What to do: Read the container's last log lines: kubectl logs -n shop web-1 -c main --previous",
        "  Condition: Available=False Minimum: no",
        "  Pod web-1: Running (main CrashLoopBackOff, 3 restarts)",
        "  Event: Pod web-1: BackOff: Back-off restarting ::error::failed container (3 times)",
        "  Last lines of the previous run of web-1, container main:",
        "    line 10",
    ]
    assert lines[-2:] == ["    line 29", "  Note: events could not be read: forbidden"]


def test_evidence_is_what_the_object_owns_and_what_was_said_about_that() -> None:
    cluster = FakeCluster()
    cluster.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    web = cluster.put({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}})
    replica_set = cluster.put(_owned("ReplicaSet", "web-rs", web))
    status = {"containerStatuses": [{"name": "main", "state": _WAITING, "lastState": _TERMINATED}]}
    pod = cluster.put(_owned("Pod", "web-1", replica_set) | {"status": status})
    cluster.put(_object("Pod", "other").object)
    for about in (pod, web):
        cluster.put(_event("BackOff", "Back-off", about=about.uid, kind=about.kind).object)
    cluster.put(_event("BackOff", "Back-off", about="somebody").object)
    cluster.pod_logs["web-1", "main"] = "out of memory\n"
    evidence = collect(cluster, web, _PROGRESSING)
    assert [found.name for found in evidence.pods] == ["web-1"]
    assert {event.object["involvedObject"]["uid"] for event in evidence.events} == {pod.uid, web.uid}
    assert evidence.log == Log(pod="web-1", container="main", text="out of memory\n", previous=True)
    assert evidence.notes == ()


def test_what_may_not_be_read_is_noted() -> None:
    cluster = FakeCluster()

    def refuse(_: object) -> None:
        raise Forbidden("pods is forbidden", status=403)

    cluster.before = refuse
    evidence = collect(cluster, WEB, _PROGRESSING)
    assert evidence.notes[-1] == "events could not be read: pods is forbidden"
    assert len(evidence.notes) == 4


def _owned(kind: str, name: str, owner: Resource) -> JsonObject:
    found = _object(kind, name).with_metadata(uid=None, ownerReferences=[{"uid": owner.uid, "controller": True}])
    return found.object
