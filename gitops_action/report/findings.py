"""What a reader must act on or look at: refusals, failures, what is unknown, what is deleted or adopted.

In: a report. Out: ``Finding`` values, gravest application first, each with its place in the repository where that is
known; and ``Remark`` values, where equal findings of many objects are one. Texts of others are passed on as they are:
renderers escape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import Outcome, is_unknown, outcome, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.report.model import ApplicationReport, ConditionReport, Report, ResourceReport

DELETED_WITH = {
    "PersistentVolumeClaim": "its data goes with it",
    "PersistentVolume": "its data goes with it",
    "CustomResourceDefinition": "every object of its kind goes with it",
    "Namespace": "everything in it goes with it",
    "StatefulSet": "its pods stop",
}
"""Kinds whose deletion takes more than the object, and what."""

_EVERYDAY = re.compile(r"restarts [\d,]+ pods?")
"""What nearly every change brings about: in the table and at its object, but not in the open."""

_DELETED = {Mode.DIFF: "will be deleted", Mode.SYNC: "was deleted", Mode.DRIFT: "is not in Git"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact about one application or object.

    ``headline`` is in our words (``refused by the API server``); ``message`` and ``remedy`` may quote anybody.
    ``kind`` and ``object`` (``namespace/name``) are empty for what concerns the application. ``is_open`` says that it
    belongs in the open, not only in a fold.
    """

    level: Literal["error", "warning"]
    application: str
    headline: str
    kind: str = ""
    object: str = ""
    message: str = ""
    remedy: str = ""
    file: str = ""
    line: int = 0
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Findings that say the same; the subjects differ."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks for all."""
        return self.findings[0]


def findings(report: Report) -> Iterator[Finding]:
    """Yield all errors of all applications, then all warnings."""
    found = [finding for application in worst_first(report) for finding in _of_application(report.mode, application)]
    yield from (finding for finding in found if finding.level == "error")
    yield from (finding for finding in found if finding.level == "warning")


def remarks(found: Iterable[Finding]) -> tuple[Remark, ...]:
    """Gather findings that say the same of different objects, in the order of the first of each."""
    gathered: dict[tuple[str, ...], list[Finding]] = {}
    for finding in found:
        gathered.setdefault((finding.level, finding.headline, finding.message, finding.remedy), []).append(finding)
    return tuple(Remark(findings=tuple(group)) for group in gathered.values())


def object_name(resource: ResourceReport) -> str:
    """Return ``namespace/name``, or the name of what is cluster-scoped."""
    return f"{resource.namespace}/{resource.name}" if resource.namespace else resource.name


def _of_application(mode: Mode, application: ApplicationReport) -> Iterator[Finding]:
    if application.refused:
        yield _about(application, headline="refused", message=application.refused)
    yield from (_condition(application, condition) for condition in application.conditions)
    if mode is Mode.SYNC:
        yield from _operation(application)
    for resource in application.resources:
        yield from _of_resource(mode, application, resource)


def _operation(application: ApplicationReport) -> Iterator[Finding]:
    headlines = {
        Outcome.FAILED: "sync failed",
        Outcome.DEGRADED: "degraded after the sync",
        Outcome.TIMED_OUT: "not healthy in time",
        Outcome.INTERRUPTED: "interrupted",
        Outcome.LOCKED: "another sync holds the lock",
    }
    result = outcome(Mode.SYNC, application)
    if result not in headlines:
        return
    if result in {Outcome.DEGRADED, Outcome.TIMED_OUT}:
        reasons = (application.health_message, *application.causes[:1])
        yield _about(application, headline=headlines[result], message=". ".join(filter(None, reasons)))
    elif not _is_explained(application):
        yield _about(application, headline=headlines[result], message=application.operation_message)


def _is_explained(application: ApplicationReport) -> bool:
    """Whether an object's failure or a condition says more than the operation's message."""
    has_failures = any(resource.result == "SyncFailed" for resource in application.resources)
    return has_failures or any(condition.type.endswith("Error") for condition in application.conditions)


def _condition(application: ApplicationReport, condition: ConditionReport) -> Finding:
    is_error = condition.type.endswith("Error")
    return Finding(
        level="error" if is_error else "warning",
        application=application.name,
        headline=condition.type,
        message=condition.message,
        remedy=condition.remedy,
        file=application.file,
        line=application.line,
        is_open=is_error or condition.is_danger,
    )


def _about(application: ApplicationReport, *, headline: str, message: str) -> Finding:
    return Finding(
        level="error",
        application=application.name,
        headline=headline,
        message=message,
        file=application.file,
        line=application.line,
    )


def _of_resource(mode: Mode, application: ApplicationReport, resource: ResourceReport) -> Iterator[Finding]:
    def finding(
        level: Literal["error", "warning"], headline: str, message: str = "", *, is_open: bool = True
    ) -> Finding:
        return Finding(
            level=level,
            application=application.name,
            headline=headline,
            kind=resource.kind,
            object=object_name(resource),
            message=message,
            remedy=resource.remedy if level == "error" else "",
            file=resource.file or application.file,
            line=resource.line if resource.file else application.line,
            is_open=is_open,
        )

    if resource.result == "SyncFailed":
        yield finding("error", "sync failed", resource.result_message)
    elif resource.refusal:
        yield finding("error", "refused by the API server", resource.refusal)
    if resource.obstacle:
        yield finding("error", "not ours to touch", resource.obstacle)
    if is_unknown(resource):
        yield finding("error", "could not be compared", resource.unknown)
    for danger in resource.dangers:
        yield finding("warning", danger, is_open=not _EVERYDAY.fullmatch(danger))
    if resource.change is ChangeKind.EXTRA or resource.result == "PruneSkipped":
        yield finding("warning", "not pruned", resource.result_message or resource.remedy)
    elif resource.change is ChangeKind.REMOVED:
        loss = DELETED_WITH.get(resource.kind, "")
        yield finding("warning", _DELETED[mode], loss, is_open=bool(loss))
    if resource.adopts:
        yield finding("warning", "adopted", "it exists and belongs to no application", is_open=False)
