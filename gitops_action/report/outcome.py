"""What became of each application, and the verdict over all of them.

In: a report. Out: one ``Outcome`` an application, the sign that stands for it, and the heading. Never quotes foreign
text: a verdict consists of our own words and of counts.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from gitops_action.report.drift import changed
from gitops_action.report.model import ChangeKind, Mode

if TYPE_CHECKING:
    from gitops_action.report.model import ApplicationReport, Report, ResourceReport


class Outcome(StrEnum):
    """What a reader must know of an application first; declared from worst to best."""

    FAILED = "failed"
    DEGRADED = "degraded"
    TIMED_OUT = "timed out"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    BROKEN = "not compared"
    LOCKED = "locked"
    PARTIAL = "compared in part"
    LEFTOVER = "left over"
    CHANGED = "changed"
    DRIFTED = "drifted"
    SAME = "same"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Outcome).index(self)


class Sign(StrEnum):
    """The sign beside the words; no meaning rests on it alone."""

    BAD = "❌"
    CARE = "⚠️"
    GOOD = "✅"


_BAD = frozenset(
    {
        Outcome.FAILED,
        Outcome.DEGRADED,
        Outcome.TIMED_OUT,
        Outcome.INTERRUPTED,
        Outcome.REFUSED,
        Outcome.BROKEN,
        Outcome.LOCKED,
        Outcome.PARTIAL,
    }
)

DIFFERENT = frozenset({ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.REMOVED})
"""The changes that make an object differ from live."""

_CLAUSES = {
    Mode.DIFF: {
        Outcome.REFUSED: ("would fail to sync", "would fail to sync"),
        Outcome.BROKEN: ("could not be compared", "could not be compared"),
        Outcome.PARTIAL: ("could be compared only in part", "could be compared only in part"),
        Outcome.CHANGED: ("will change", "will change"),
        Outcome.DRIFTED: ("has drift", "have drift"),
        Outcome.LEFTOVER: ("keeps what Git no longer has", "keep what Git no longer has"),
    },
    Mode.DRIFT: {
        Outcome.REFUSED: ("could not be brought back", "could not be brought back"),
        Outcome.BROKEN: ("could not be compared", "could not be compared"),
        Outcome.PARTIAL: ("could be compared only in part", "could be compared only in part"),
        Outcome.CHANGED: ("has drifted", "have drifted"),
        Outcome.LEFTOVER: ("keeps what Git no longer has", "keep what Git no longer has"),
    },
    Mode.SYNC: {
        Outcome.REFUSED: ("was refused", "were refused"),
        Outcome.BROKEN: ("could not be compared", "could not be compared"),
        Outcome.PARTIAL: ("could be compared only in part", "could be compared only in part"),
        Outcome.LEFTOVER: ("was synced but is still OutOfSync", "were synced but are still OutOfSync"),
        Outcome.CHANGED: ("was synced", "were synced"),
    },
}
_OPERATION_CLAUSES = {
    Outcome.FAILED: ("failed to sync", "failed to sync"),
    Outcome.DEGRADED: ("is degraded after its sync", "are degraded after their sync"),
    Outcome.TIMED_OUT: ("did not become healthy in time", "did not become healthy in time"),
    Outcome.INTERRUPTED: ("was interrupted", "were interrupted"),
    Outcome.LOCKED: ("waited in vain for another sync", "waited in vain for another sync"),
}
_NOTHING = {
    Mode.DIFF: ("Nothing changes", "in sync"),
    Mode.DRIFT: ("No drift", "in sync"),
    Mode.SYNC: ("Nothing to sync", "already in sync"),
}


def is_offline(application: ApplicationReport) -> bool:
    """Whether Git was compared with Git alone: such an application has no sync status at all."""
    return not application.sync_status


def outcome(mode: Mode, application: ApplicationReport) -> Outcome:
    """Return what became of an application."""
    operated = _operation(application)
    if operated is not None:
        return operated
    if any(resource.refusal or resource.obstacle for resource in application.resources) and not _has_synced(
        application
    ):
        return Outcome.REFUSED
    if any(map(is_unknown, application.resources)):
        return Outcome.PARTIAL
    if mode is Mode.SYNC and application.exit_code == ExitCode.DIFFERENT:
        return Outcome.LEFTOVER
    if not differs(application):
        return Outcome.LEFTOVER if application.count(ChangeKind.EXTRA) else Outcome.SAME
    is_drift = mode is Mode.DIFF and not any(resource.change in DIFFERENT for resource in changed(application))
    return Outcome.DRIFTED if is_drift else Outcome.CHANGED


def differs(application: ApplicationReport) -> bool:
    """Whether any object differs, or did before the sync."""
    return any(resource.change in DIFFERENT for resource in application.resources)


def is_dangerous(resource: ResourceReport) -> bool:
    """Whether a change may break or lose something: it is refused, not ours to touch, deletes, or carries a danger."""
    is_deleted = resource.change is ChangeKind.REMOVED and not {"deletes", "deletes-data"} & {*resource.ignored_dangers}
    return bool(resource.refusal or resource.obstacle or resource.dangers or is_deleted)


def sign(mode: Mode, application: ApplicationReport) -> Sign:
    """Return the sign of one application: bad, fine, or fine once somebody has looked."""
    result = outcome(mode, application)
    if result in _BAD:
        return Sign.BAD
    if application.is_endangered:
        return Sign.CARE
    if result is Outcome.SAME or (result is Outcome.CHANGED and mode is Mode.SYNC):
        return Sign.GOOD
    unsure = result in {Outcome.LEFTOVER, Outcome.DRIFTED} or mode is Mode.DRIFT or is_offline(application)
    careful = unsure or any(map(needs_care, application.resources))
    return Sign.CARE if careful else Sign.GOOD


def is_unknown(resource: ResourceReport) -> bool:
    """Whether an object could not be compared; a refusal or another owner says more than that."""
    return bool(resource.unknown or resource.change is ChangeKind.UNKNOWN) and not (
        resource.refusal or resource.obstacle
    )


def needs_care(resource: ResourceReport) -> bool:
    """Whether a reviewer should look at a change twice."""
    return is_dangerous(resource) or resource.adopts


def worst_first(report: Report) -> tuple[ApplicationReport, ...]:
    """Return the applications, worst first and else in their order."""
    signs = list(Sign)

    def weight(application: ApplicationReport) -> tuple[int, int]:
        return outcome(report.mode, application).rank, signs.index(sign(report.mode, application))

    return tuple(sorted(report.applications, key=weight))


def verdict(report: Report) -> str:
    """Return the heading: a sign, and how many applications of how many met which outcome."""
    unusable = len(report.problems)
    files = f"{unusable:,} input {'file' if unusable == 1 else 'files'} could not be used" if unusable else ""
    if not report.applications:
        empty = f"{Sign.CARE} {'Nothing was compared' if report.notes else 'No applications found'}"
        return f"{Sign.BAD} Nothing was compared: {files}" if files else empty
    signs = {sign(report.mode, application) for application in report.applications}
    worst = next(each for each in Sign if each in signs)
    offline = all(map(is_offline, report.applications)) and report.mode is Mode.DIFF
    is_compared = not offline or any(each.resources for each in report.applications)
    words = _words(report, offline=offline) if is_compared else _rendered(report)
    heading = f"{words}{', not compared with a cluster' if offline else ''}"
    return f"{Sign.BAD} {heading}, {files}" if files else f"{worst} {heading}"


def _words(report: Report, *, offline: bool) -> str:
    total = len(report.applications)
    counts = Counter(outcome(report.mode, application) for application in report.applications)
    clauses = {**_OPERATION_CLAUSES, **_CLAUSES[report.mode]}
    if offline:
        clauses[Outcome.CHANGED] = ("changes in Git", "change in Git")
    said = [(clauses[each], counts[each]) for each in Outcome if counts[each] and each in clauses]
    if not said:
        nothing, state = _NOTHING[report.mode]
        if offline:
            return f"{nothing} in Git"
        return f"{nothing}: {'the application is' if total == 1 else f'all {total:,} applications are'} {state}"
    (first, count), *others = said
    return ", ".join([f"{_subject(count, total)} {_agreeing(first, count)}", *(_clause(*each) for each in others)])


def _rendered(report: Report) -> str:
    total = len(report.applications)
    broken = sum(outcome(report.mode, application) is Outcome.BROKEN for application in report.applications)
    if broken:
        return f"{_subject(broken, total)} could not be rendered"
    return f"{_subject(total, total)} {'was' if total == 1 else 'were'} rendered"


def _subject(count: int, total: int) -> str:
    if count < total:
        return f"{count:,} of {total:,} applications"
    return "1 application" if total == 1 else f"All {total:,} applications"


def _clause(words: tuple[str, str], count: int) -> str:
    return f"{count:,} {_agreeing(words, count)}"


def _agreeing(words: tuple[str, str], count: int) -> str:
    return words[0] if count == 1 else words[1]


def _operation(application: ApplicationReport) -> Outcome | None:
    """Return the outcome of an operation that went wrong, or of a comparison that never was."""
    if application.exit_code == ExitCode.INTERRUPTED:
        return Outcome.INTERRUPTED
    if application.operation_phase in {"Failed", "Error"} or application.exit_code == ExitCode.SYNC_FAILED:
        return Outcome.FAILED
    if application.operation_phase in {"Running", "Terminating"} and application.exit_code != ExitCode.NOT_HEALTHY:
        return Outcome.INTERRUPTED
    if application.exit_code == ExitCode.NOT_HEALTHY:
        return Outcome.DEGRADED if application.health_status == "Degraded" else Outcome.TIMED_OUT
    if application.refused:
        return Outcome.REFUSED
    if application.exit_code == ExitCode.LOCKED:
        return Outcome.LOCKED
    if any(condition.type == "SyncError" for condition in application.conditions):
        return Outcome.FAILED
    if any(condition.type.endswith("Error") for condition in application.conditions):
        return Outcome.BROKEN
    is_blank = application.sync_status == "Unknown" and not application.resources
    return Outcome.BROKEN if is_blank or application.exit_code in {ExitCode.CLUSTER, ExitCode.USAGE} else None


def _has_synced(application: ApplicationReport) -> bool:
    return application.operation_phase == "Succeeded"
