"""Many reports of one change → one.

In: the reports of many jobs, shards and clusters, in any order, trusted in nothing. Out: one report, as if one run had
done it all: the same commit of the same repository, each application once. Where a job was run again, its last attempt
counts; where two jobs of one attempt report on the same application, nobody can tell which is right, so that is an
error. Raises ``UsageError``. Reads no file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from gitops_action.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_action.report.model import ApplicationReport, Report

T = TypeVar("T")

_ALIKE = ("repository", "head", "mode", "pull_request")
"""What reports on one change have in common."""


def merge(reports: Sequence[Report]) -> Report:
    """Return the one report of what these tell."""
    if not reports:
        raise UsageError("there is no report to merge", remedy="Name at least one file, such as */report.json.")
    ordered = sorted(reports, key=_order)
    newest = ordered[-1]
    for each in ordered:
        _check_alike(newest, each)
        _code(each.exit_code)
    applications = _latest(ordered)
    kept = [each for each in ordered if any(of is each for of in applications.values())]
    counted = kept or [newest]
    return replace(
        newest,
        base=_common(each.base for each in counted),
        commit=_common(each.commit for each in counted) or newest.head,
        branch=_common(each.branch for each in counted),
        dirty=_once(file for each in counted for file in each.dirty),
        started=min(each.started for each in counted),
        finished=max(each.finished for each in counted),
        requests=sum(each.requests for each in counted),
        github_requests=sum(each.github_requests for each in counted),
        cache_hits=sum(each.cache_hits for each in counted),
        cache_misses=sum(each.cache_misses for each in counted),
        problems=_once(problem for each in _last_attempts(ordered) for problem in each.problems),
        notes=_once(note for each in _last_attempts(ordered) for note in each.notes),
        exit_code=_worst(ordered, applications),
        applications=tuple(
            each
            for report in _as_given(reports, kept)
            for each in report.applications
            if applications[_key(each)] is report
        ),
    )


def _order(report: Report) -> tuple[int, int, float]:
    return report.run_id, report.run_attempt, report.finished


def _check_alike(newest: Report, other: Report) -> None:
    for name in _ALIKE:
        ours, theirs = getattr(newest, name), getattr(other, name)
        if ours != theirs:
            raise UsageError(
                f"the reports do not belong together: {name} is {str(theirs) or 'empty'!r:.80} in one and "
                f"{str(ours) or 'empty'!r:.80} in another",
                remedy="Merge reports of one commit and one command only; download them into an empty folder.",
            )


def _latest(ordered: Sequence[Report]) -> dict[tuple[str, str, str], Report]:
    """Return which report tells of each application: the newest that does."""
    found: dict[tuple[str, str, str], Report] = {}
    for report in ordered:
        for application in report.applications:
            before = found.get(_key(application))
            if before is not None and (before.run_id, before.run_attempt) == (report.run_id, report.run_attempt):
                raise _twice(application)
            found[_key(application)] = report
    return found


def _twice(application: ApplicationReport) -> UsageError:
    where = f" on {application.cluster}" if application.cluster else ""
    return UsageError(
        f"application {application.name!r:.80}{where} is in two reports of the same attempt",
        remedy="Let each job compare applications of its own, and name each file once.",
    )


def _key(application: ApplicationReport) -> tuple[str, str, str]:
    return application.cluster, application.namespace, application.name


def _last_attempts(ordered: Sequence[Report]) -> list[Report]:
    """Return the reports of the last attempt of each run: what stood in the way of an earlier one is past."""
    last = {report.run_id: report.run_attempt for report in ordered}
    return [report for report in ordered if last[report.run_id] == report.run_attempt]


def _worst(ordered: Sequence[Report], applications: dict[tuple[str, str, str], Report]) -> ExitCode:
    codes = [
        _code(each.exit_code)
        for report in ordered
        for each in report.applications
        if applications[_key(each)] is report
    ]
    unusable = [_code(report.exit_code) for report in _last_attempts(ordered) if report.problems]
    return ExitCode.worst([*codes, *unusable])


def _code(number: int) -> ExitCode:
    if number not in list(ExitCode):
        raise UsageError(f"a report ends with {number}, which is no exit code of this program")
    return ExitCode(number)


def _as_given(reports: Sequence[Report], kept: Sequence[Report]) -> list[Report]:
    return [each for each in reports if any(each is one for one in kept)]


def _common(values: Iterable[str]) -> str:
    """Return what all say; empty where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else ""


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
