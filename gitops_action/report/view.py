"""What the Markdown templates show: the report arranged for one level of detail.

In: a report, a level, and the diffs that fit. Out: frozen values in the order of the page. All texts are still foreign:
the templates' filters escape them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.report import phrases
from gitops_action.report.drift import is_attributed
from gitops_action.report.findings import Remark, findings, remarks
from gitops_action.report.fold import ApplicationView, Arranger, Quota, subject
from gitops_action.report.images import ImageRow, image_rows
from gitops_action.report.model import Mode
from gitops_action.report.outcome import Outcome, Sign, is_offline, outcome, verdict, worst_first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.report.level import Level
    from gitops_action.report.model import Report

OPEN_REMARKS = 3
OPEN_SENTENCES = 5
IN_SYNC_ROWS = 10
"""Applications without news that still have rows of their own; more of them are one fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What happens to one application, or to several alike."""

    names: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The folds of one cluster; ``cluster`` is empty where all are of one."""

    cluster: str
    rows: tuple[ApplicationView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page. ``shortened`` says in words what was left out, empty when nothing was."""

    report: Report
    verdict: str
    is_sync: bool
    is_drift: bool
    is_attributed: bool
    applications: tuple[ApplicationView, ...]
    sections: tuple[Section, ...]
    more_applications: int
    unremarkable: tuple[str, ...]
    more_unremarkable: int
    notes: tuple[str, ...]
    more_notes: int
    sentences: tuple[Sentence, ...]
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
    did: str
    compared_at: str
    elapsed: str
    tally: str
    reproduce: str
    sync_command: str


def view(report: Report, level: Level, shown: Mapping[int, tuple[str, ...]]) -> View:
    """Arrange a report for one level."""
    ordered = worst_first(report)
    quota = Quota(level.listed)
    cautions, warnings, more_remarks = _open_remarks(report)
    told = frozenset(subject(finding) for remark in (*cautions, *warnings) for finding in remark.findings)
    arrange = Arranger(report=report, level=level, shown=shown, told=told)
    applications = tuple(arrange.application(each, quota) for each in ordered)
    unremarkable = tuple(each for each in applications if _is_unremarkable(report, each))
    folded = unremarkable if len(unremarkable) > IN_SYNC_ROWS else ()
    remarkable = tuple(each for each in applications if not _is_unremarkable(report, each)) if folded else applications
    rows = remarkable[: level.rows]
    sentences = _sentences(report, applications)
    images = image_rows(report)
    commands = {each.reproduce for each in report.applications if each.reproduce}
    return View(
        report=report,
        verdict=verdict(report),
        is_sync=report.mode is Mode.SYNC,
        is_drift=report.mode is Mode.DRIFT,
        is_attributed=is_attributed(report),
        applications=rows,
        sections=_sections(rows),
        more_applications=len(remarkable) - len(rows),
        unremarkable=tuple(each.application.name for each in folded[: level.rows]),
        more_unremarkable=len(folded) - len(folded[: level.rows]),
        notes=(*report.problems, *report.notes)[: level.notes],
        more_notes=len((*report.problems, *report.notes)[level.notes :]),
        sentences=sentences[:OPEN_SENTENCES],
        more_sentences=sum(len(each.names) for each in sentences[OPEN_SENTENCES:]),
        cautions=cautions,
        warnings=warnings,
        more_remarks=more_remarks,
        images=images[: level.images],
        more_images=len(images) - len(images[: level.images]),
        folds=level.folds,
        shortened=_shortened(report, level, shown),
        commit=phrases.short_commit(report.commit or report.head),
        base=phrases.short_commit(report.base),
        did=_did(report),
        compared_at=phrases.clock_time(report.started),
        elapsed=phrases.elapsed(report),
        tally=phrases.tally(report.applications),
        reproduce=next(iter(commands)) if len(commands) == 1 else "",
        sync_command=report.sync_command,
    )


def _sections(rows: tuple[ApplicationView, ...]) -> tuple[Section, ...]:
    """Return the folds cluster by cluster, the one with the worst application first."""
    folded: dict[str, list[ApplicationView]] = {}
    for row in rows:
        if row.has_fold:
            folded.setdefault(row.application.cluster, []).append(row)
    is_alone = len(folded) < 2
    return tuple(
        Section(cluster="" if is_alone else cluster or "no cluster", rows=tuple(alike))
        for cluster, alike in folded.items()
    )


def _is_unremarkable(report: Report, row: ApplicationView) -> bool:
    return outcome(report.mode, row.application) is Outcome.SAME and not row.has_fold and not row.watch_out


def _sentences(report: Report, applications: tuple[ApplicationView, ...]) -> tuple[Sentence, ...]:
    names: dict[str, list[str]] = {}
    for each in applications:
        if each.sentence and _needs_a_sentence(report, each):
            names.setdefault(each.sentence, []).append(each.application.name)
    return tuple(Sentence(names=tuple(alike), words=words) for words, alike in names.items())


def _needs_a_sentence(report: Report, row: ApplicationView) -> bool:
    """Whether the table alone would not do: for what is wrong or dangerous, and for everything of a short report."""
    return row.sign is not Sign.GOOD or len(report.applications) <= OPEN_SENTENCES


def _did(report: Report) -> str:
    if report.mode is Mode.SYNC:
        return "synced"
    return "compared" if all(map(is_offline, report.applications)) else "compared with live"


def _open_remarks(report: Report) -> tuple[tuple[Remark, ...], tuple[Remark, ...], int]:
    gathered = remarks(finding for finding in findings(report) if finding.is_open)
    shown = gathered[:OPEN_REMARKS]
    cautions = tuple(remark for remark in shown if remark.first.level == "error")
    warnings = tuple(remark for remark in shown if remark.first.level == "warning")
    return cautions, warnings, len(gathered) - len(shown)


def _shortened(report: Report, level: Level, shown: Mapping[int, tuple[str, ...]]) -> str:
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
