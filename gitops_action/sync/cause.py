"""Why something does not become healthy, in one sentence, with what to do and with the evidence.

In: evidence. Out: text for people. Pure. The text is not scrubbed of secrets yet: the caller does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.health import HealthStatusCode
from gitops_action.sync.evidence import LOG_LINES, container_statuses, failed_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject
    from gitops_action.sync.evidence import Evidence

_LINE = 300
_PULL = frozenset({"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"})
_CONFIG = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})


@dataclass(frozen=True, slots=True)
class Cause:
    """The likely cause, and what to do about it."""

    sentence: str
    remedy: str


def explain(evidence: Evidence) -> str:
    """Return the object, its health, the likely cause, and what it was concluded from."""
    health, cause = evidence.health, likely_cause(evidence)
    words = f"{health.code}{f' ({health.message})' if health.message else ''}" if health else "no health"
    lines = [f"{evidence.subject.key}: {words}"]
    if cause:
        lines += [f"  Likely cause: {cause.sentence}", f"  What to do: {cause.remedy}"]
    lines += [f"  Condition: {line}" for line in _conditions(evidence.subject)]
    lines += [f"  Pod {pod.name}: {line}" for pod in evidence.pods[:3] for line in _pod_lines(pod)]
    lines += [f"  Event: {_event_line(event)}" for event in evidence.events]
    if evidence.log and evidence.log.text.strip():
        which = "previous run" if evidence.log.previous else "log"
        lines.append(f"  Last lines of the {which} of {evidence.log.pod}, container {evidence.log.container}:")
        lines += [f"    {_cut(line)}" for line in evidence.log.text.strip().splitlines()[-LOG_LINES:]]
    lines += [f"  Note: {_cut(note)}" for note in evidence.notes]
    return "\n".join(lines)


def likely_cause(evidence: Evidence) -> Cause | None:
    """Return the first cause that the evidence shows, the most telling first."""
    return next(_causes(evidence), None)


def _causes(evidence: Evidence) -> Iterator[Cause]:
    for pod in evidence.pods:
        yield from _container_causes(pod)
    for pod in evidence.pods:
        yield from _pod_causes(pod, evidence)
    yield from _event_causes(evidence.events)
    for pod in evidence.pods:
        yield from _readiness_causes(pod, evidence.events)
    yield from _subject_causes(evidence)


def _container_causes(pod: Resource) -> Iterator[Cause]:
    for status in container_statuses(pod):
        name = status.get("name")
        waiting = (status.get("state") or {}).get("waiting") or {}
        reason, message = str(waiting.get("reason") or ""), str(waiting.get("message") or "")
        ended = failed_state(status)
        if reason in _PULL:
            yield Cause(
                f'image "{status.get("image") or _image(pod, name)}" of container {name} cannot be pulled ({reason}).',
                "Check that image and tag exist, and that the pod's imagePullSecrets may read them.",
            )
        elif reason in _CONFIG:
            yield Cause(
                f"container {name} cannot be created: {_cut(message) or reason}.",
                "If a ConfigMap or Secret, or a key of one, is missing, add it to the application or correct its name.",
            )
        elif ended and ended.get("reason") == "OOMKilled":
            yield Cause(
                f"container {name} needs more memory than its limit and is killed (OOMKilled).",
                "Raise resources.limits.memory of the container, or find what uses so much.",
            )
        elif reason == "CrashLoopBackOff" or ended:
            code = f"exit code {ended['exitCode']}" if ended else "no exit code known"
            word = "keeps crashing (CrashLoopBackOff" if reason == "CrashLoopBackOff" else "failed ("
            joint = ", " if reason == "CrashLoopBackOff" else ""
            yield Cause(
                f"container {name} {word}{joint}{code}).",
                f"Read the container's last log lines: kubectl logs -n {pod.namespace} {pod.name} -c {name} --previous",
            )


def _pod_causes(pod: Resource, evidence: Evidence) -> Iterator[Cause]:
    pending = [claim for claim in evidence.claims if (claim.object.get("status") or {}).get("phase") == "Pending"]
    for claim in pending:
        yield _claim_cause(claim)
    for condition in _list(pod, "conditions"):
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            yield Cause(
                f"pod {pod.name} fits on no node: {_cut(str(condition.get('message') or ''))}",
                "Lower its requests, loosen its node selector, affinity or tolerations, or add nodes.",
            )


def _event_causes(events: Iterable[Resource]) -> Iterator[Cause]:
    for event in reversed(tuple(events)):
        reason, message = str(event.object.get("reason") or ""), str(event.object.get("message") or "")
        if reason == "FailedCreate" and "exceeded quota" in message:
            yield Cause(
                f"a ResourceQuota forbids another pod: {_cut(message)}",
                "Raise the quota, or lower requests or replicas.",
            )
        elif reason == "FailedCreate":
            yield Cause(
                f"pods cannot be created: {_cut(message)}",
                "The message is the API server's: a missing ServiceAccount, a policy or a webhook refuses the pod.",
            )
        elif reason in ("FailedMount", "FailedAttachVolume"):
            yield Cause(
                f"a volume cannot be mounted: {_cut(message)}",
                "If a ConfigMap or Secret is missing, add it to the application or correct its name.",
            )


def _readiness_causes(pod: Resource, events: Iterable[Resource]) -> Iterator[Cause]:
    for status in container_statuses(pod):
        if "running" not in (status.get("state") or {}) or status.get("ready"):
            continue
        probe = next(
            (
                f": {_cut(str(event.object.get('message') or ''))}"
                for event in reversed(tuple(events))
                if event.object.get("reason") == "Unhealthy"
            ),
            "",
        )
        yield Cause(
            f"container {status.get('name')} runs, but its readiness probe does not succeed{probe}",
            "Compare the probe's path and port with what the container serves, and read its log.",
        )


def _subject_causes(evidence: Evidence) -> Iterator[Cause]:
    subject, health = evidence.subject, evidence.health
    if subject.kind == "PersistentVolumeClaim" and health and health.code is not HealthStatusCode.HEALTHY:
        yield _claim_cause(subject)
    if subject.is_terminating:
        finalizers = ", ".join(map(str, subject.metadata.get("finalizers") or []))
        yield Cause(
            f"the object is being deleted and waits for: {finalizers or 'its grace period'}.",
            "See that the controller behind each finalizer runs; it removes its finalizer when it is done.",
        )
    for condition in _list(subject, "conditions"):
        if condition.get("status") == "False" and condition.get("message"):
            yield Cause(
                f"{_cut(str(condition['message']))}",
                f"See condition {condition.get('type')} of the object, and the log of its controller.",
            )


def _claim_cause(claim: Resource) -> Cause:
    storage_class = (claim.object.get("spec") or {}).get("storageClassName") or "the default"
    return Cause(
        f"PersistentVolumeClaim {claim.name} is not bound (storage class: {storage_class}).",
        "Check that the storage class exists and can provide a volume of this size and access mode.",
    )


def _conditions(subject: Resource) -> Iterator[str]:
    for condition in _list(subject, "conditions"):
        if condition.get("message") or condition.get("status") != "True":
            reason = f" {condition['reason']}" if condition.get("reason") else ""
            message = f": {_cut(str(condition['message']))}" if condition.get("message") else ""
            yield f"{condition.get('type')}={condition.get('status')}{reason}{message}"


def _pod_lines(pod: Resource) -> Iterator[str]:
    phase = (pod.object.get("status") or {}).get("phase") or "Pending"
    states = []
    for status in container_statuses(pod):
        state = status.get("state") or {}
        detail = (state.get("waiting") or state.get("terminated") or {}).get("reason")
        word = detail or ("ready" if status.get("ready") else "not ready")
        restarts = f", {status['restartCount']} restarts" if status.get("restartCount") else ""
        states.append(f"{status.get('name')} {word}{restarts}")
    yield f"{phase} ({'; '.join(states)})" if states else str(phase)


def _event_line(event: Resource) -> str:
    content = event.object
    involved = content.get("involvedObject") or {}
    count = f" ({content['count']} times)" if (content.get("count") or 1) > 1 else ""
    return (
        f"{involved.get('kind')} {involved.get('name')}: {content.get('reason')}: "
        f"{_cut(str(content.get('message') or ''))}{count}"
    )


def _image(pod: Resource, container: object) -> str:
    spec = pod.object.get("spec") or {}
    for found in (*(spec.get("initContainers") or []), *(spec.get("containers") or [])):
        if found.get("name") == container:
            return str(found.get("image"))
    return ""


def _list(resource: Resource, name: str) -> list[JsonObject]:
    """Return a list of the status; a custom resource may have anything there."""
    status = resource.object.get("status")
    found = status.get(name) if isinstance(status, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE else f"{line[: _LINE - 1]}…"
