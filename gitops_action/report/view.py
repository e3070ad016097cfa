"""What the Markdown templates show: the report arranged for one level of detail.

In: a report, a level, and the diffs that fit. Out: frozen values in the order of the page. All texts are still foreign:
the templates' filters escape them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.report import phrases
from gitops_action.report.findings import Remark, findings, object_name, remarks
from gitops_action.report.images import ImageRow, image_rows
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import Outcome, Sign, differs, outcome, sign, verdict, worst_first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.report.model import ApplicationReport, Report, ResourceReport

OPEN_REMARKS = 3
OPEN_SENTENCES = 5
_SHORT_DIFF = 2_500
"""Characters of diffs up to which the only application's fold is open from the start."""
_LONG_DIFF = 60
"""Lines from which a diff has a fold of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much is shown; ``None`` means all of it."""

    context: bool = True
    diff_characters: int | None = None
    listed: int | None = None
    images: int | None = None
    rows: int | None = None
    folds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """One object inside an application's fold; ``diff`` is empty where its counts must do."""

    resource: ResourceReport
    name: str
    words: str
    diff: str
    has_fold: bool
    is_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """One application: its row and its fold."""

    application: ApplicationReport
    sign: Sign
    sync: str
    counts: str
    spelled: str
    watch_out: tuple[str, ...]
    sentence: str
    resources: tuple[ResourceView, ...]
    unlisted: int
    unlisted_counts: str
    hooks: tuple[ResourceReport, ...]
    adopted: tuple[str, ...]
    equal: int
    is_open: bool
    has_fold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page. ``shortened`` says in words what was left out, empty when nothing was."""

    report: Report
    verdict: str
    is_sync: bool
    is_drift: bool
    applications: tuple[ApplicationView, ...]
    more_applications: int
    sentences: tuple[ApplicationView, ...]
    more_sentences: int
    cautions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    more_remarks: int
    images: tuple[ImageRow, ...]
    more_images: int
    folds: bool
    shortened: str
    commit: str
    base: str
    compared_at: str
    elapsed: str
    tally: str
    reproduce: str


def view(report: Report, level: Level, shown: Mapping[int, str]) -> View:
    """Arrange a report for one level."""
    ordered = worst_first(report)
    quota = _Quota(level.listed)
    applications = tuple(_application(report, each, level, shown, quota) for each in ordered)
    rows = applications[: level.rows]
    told = tuple(each for each in applications if each.sentence)
    cautions, warnings, more_remarks = _open_remarks(report)
    images = image_rows(report)
    commands = {each.reproduce for each in report.applications if each.reproduce}
    return View(
        report=report,
        verdict=verdict(report),
        is_sync=report.mode is Mode.SYNC,
        is_drift=report.mode is Mode.DRIFT,
        applications=rows,
        more_applications=len(applications) - len(rows),
        sentences=told[:OPEN_SENTENCES],
        more_sentences=len(told[OPEN_SENTENCES:]),
        cautions=cautions,
        warnings=warnings,
        more_remarks=more_remarks,
        images=images[: level.images],
        more_images=len(images) - len(images[: level.images]),
        folds=level.folds,
        shortened=_shortened(report, level, shown),
        commit=phrases.short_commit(report.commit or report.head),
        base=phrases.short_commit(report.base),
        compared_at=phrases.clock_time(report.started),
        elapsed=phrases.elapsed(report),
        tally=phrases.tally(report.applications),
        reproduce=next(iter(commands)) if len(commands) == 1 else "",
    )


class _Quota:
    """Counts down how many more objects may be listed."""

    def __init__(self, left: int | None) -> None:
        self._left = left

    def take(self, wanted: int) -> int:
        """Return how many of ``wanted`` are granted."""
        if self._left is None:
            return wanted
        granted = min(wanted, self._left)
        self._left -= granted
        return granted


def _application(
    report: Report, application: ApplicationReport, level: Level, shown: Mapping[int, str], quota: _Quota
) -> ApplicationView:
    worth = [each for each in application.resources if _is_worth_a_line(each)] if level.folds else []
    worth.sort(key=_weight)
    listed = worth[: quota.take(len(worth))]
    unlisted = worth[len(listed) :]
    resources = tuple(_resource(report.mode, each, shown.get(id(each), "")) for each in listed)
    is_alone = len(report.applications) == 1
    return ApplicationView(
        application=application,
        sign=sign(report.mode, application),
        sync=phrases.sync_words(application),
        counts=phrases.counted(application.resources),
        spelled=phrases.spelled(application),
        watch_out=phrases.watch_out(application),
        sentence=phrases.sentence(report.mode, application),
        resources=resources,
        unlisted=len(unlisted),
        unlisted_counts=phrases.counted(unlisted),
        hooks=tuple(each for each in application.resources if each.change is ChangeKind.HOOK and not each.result),
        adopted=tuple(f"{each.kind} {object_name(each)}" for each in application.resources if each.adopts),
        equal=application.count(ChangeKind.EQUAL),
        is_open=is_alone and sum(len(each.diff) for each in resources) <= _SHORT_DIFF and len(resources) <= 5,
        has_fold=level.folds and _has_fold(report.mode, application),
    )


def _has_fold(mode: Mode, application: ApplicationReport) -> bool:
    return bool(
        differs(application) or application.conditions or application.causes or outcome(mode, application) is not Outcome.SAME
    )


def _is_worth_a_line(resource: ResourceReport) -> bool:
    has_news = resource.change not in {ChangeKind.EQUAL, ChangeKind.HOOK} or resource.refusal or resource.obstacle
    return bool(has_news or resource.unknown or resource.result in {"SyncFailed", "PruneSkipped"} or resource.dangers)


def _weight(resource: ResourceReport) -> tuple[bool, bool, bool]:
    return (
        not (resource.refusal or resource.obstacle or resource.result == "SyncFailed"),
        not resource.unknown,
        resource.change is not ChangeKind.REMOVED,
    )


def _resource(mode: Mode, resource: ResourceReport, diff: str) -> ResourceView:
    whole = resource.change in {ChangeKind.ADDED, ChangeKind.REMOVED}
    return ResourceView(
        resource=resource,
        name=object_name(resource),
        words=words(mode, resource),
        diff=diff,
        has_fold=bool(diff) and (whole or diff.count("\n") >= _LONG_DIFF),
        is_secret=phrases.is_secret(resource) and bool(diff),
    )


def words(mode: Mode, resource: ResourceReport) -> str:
    """Return what happens, or happened, to an object, with the lines that differ."""
    if mode is Mode.SYNC and resource.result == "SyncFailed":
        return "failed"
    if resource.result == "PruneSkipped":
        return "not in Git, and not pruned"
    if resource.unknown or resource.change is ChangeKind.UNKNOWN:
        return "unknown"
    told = {
        ChangeKind.ADDED: "added",
        ChangeKind.CHANGED: "changed",
        ChangeKind.REMOVED: "deleted",
    }.get(resource.change, resource.change.value)
    added, removed = resource.added_lines, resource.removed_lines
    match resource.change:
        case ChangeKind.CHANGED if added or removed:
            return f"{told}, +{added} −{removed}"
        case ChangeKind.ADDED if added:
            return f"{told}, {phrases.numbered(added, 'line')}"
        case ChangeKind.REMOVED if removed:
            return f"{told}, {phrases.numbered(removed, 'line')}"
        case _:
            return told


def _open_remarks(report: Report) -> tuple[tuple[Remark, ...], tuple[Remark, ...], int]:
    gathered = remarks(finding for finding in findings(report) if finding.is_open)
    shown = gathered[:OPEN_REMARKS]
    cautions = tuple(remark for remark in shown if remark.first.level == "error")
    warnings = tuple(remark for remark in shown if remark.first.level == "warning")
    return cautions, warnings, len(gathered) - len(shown)


def _shortened(report: Report, level: Level, shown: Mapping[int, str]) -> str:
    if not level.folds:
        return "Only the table fits here."
    total = sum(1 for application in report.applications for resource in application.resources if resource.diff)
    folded = total - len(shown)
    if folded:
        return (
            f"{phrases.numbered(folded, 'diff')} of {total:,} {'is' if folded == 1 else 'are'} folded to"
            f" {'its' if folded == 1 else 'their'} counts, and unchanged lines are left out."
        )
    return "" if level.context else "Unchanged lines are left out."
