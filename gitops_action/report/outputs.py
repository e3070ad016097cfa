"""Step outputs, and the exit code that a report stands for.

In: a report and what the user wants to fail on. Out: short texts for ``GITHUB_OUTPUT``, counts and words but never a
diff; and an exit code. Whatever stands for many applications is the worst of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import orjson

from gitops_action.errors import ExitCode
from gitops_action.health.status import HealthStatusCode
from gitops_action.inputs import FailOn
from gitops_action.report.model import ChangeKind
from gitops_action.report.outcome import differs, is_dangerous, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_action.report.model import ApplicationReport, Report

APPLICATIONS_LIMIT = 100_000
"""Bytes of output ``applications``: a longer text cannot be handed to a process through its environment."""

_SYNC_WORST_FIRST = ("Unknown", "OutOfSync", "Synced")
_HEALTH_WORST_FIRST = tuple(code.value for code in reversed(HealthStatusCode))
_PHASE_WORST_FIRST = ("Error", "Failed", "Terminating", "Running", "Succeeded")
_ALWAYS = frozenset({ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.USAGE})


def outputs(report: Report) -> dict[str, str]:
    """Return the step outputs that a report alone decides."""
    applications = report.applications
    return {
        "command": report.mode.value,
        "sync-status": _worst((each.sync_status for each in applications), _SYNC_WORST_FIRST),
        "health-status": _worst((each.health_status for each in applications), _HEALTH_WORST_FIRST),
        "operation-phase": _worst((each.operation_phase for each in applications), _PHASE_WORST_FIRST),
        "changed": "true" if any(map(differs, applications)) else "false",
        "out-of-sync": str(sum(1 for each in applications if each.sync_status == "OutOfSync")),
        "applications": _listed(worst_first(report)),
    }


def exit_code(report: Report, fail_on: FailOn) -> ExitCode:
    """Return the code of the worst application, as far as the user wants to fail.

    ``error``: everything but differences. ``diff``: also differences (and prunes that a sync left over). ``danger``: of
    the differences only those of an application in which an object is refused, is not ours to touch, is deleted, or
    carries a danger; and an application that moves to another project or destination, differences or not. ``never``:
    only wrong usage, an interruption and a bug of ours, where no application was judged. A danger that input
    ``dangers`` lets fail counts under ``error`` as well.
    """
    codes = {ExitCode(each.exit_code) for each in report.applications}
    fatal = any(resource.failing_dangers for each in report.applications for resource in each.resources) or any(
        condition.fails for each in report.applications for condition in each.conditions
    )
    if fatal and fail_on is FailOn.ERROR:
        return ExitCode.worst(codes | {ExitCode.DIFFERENT})
    match fail_on:
        case FailOn.DIFF:
            return ExitCode.worst(codes)
        case FailOn.DANGER:
            differences = {ExitCode.DIFFERENT} if any(map(_is_endangered, report.applications)) else set()
            return ExitCode.worst(codes - {ExitCode.DIFFERENT} | differences)
        case FailOn.ERROR:
            return ExitCode.worst(codes - {ExitCode.DIFFERENT})
        case FailOn.NEVER:
            return ExitCode.worst(codes & _ALWAYS)
        case _:
            assert_never(fail_on)


def _is_endangered(application: ApplicationReport) -> bool:
    is_different = application.exit_code == ExitCode.DIFFERENT
    return application.is_endangered or (is_different and any(map(is_dangerous, application.resources)))


def _worst(values: Iterable[str], worst_to_best: Sequence[str]) -> str:
    present = set(values)
    return next((value for value in worst_to_best if value in present), "")


def _listed(applications: Iterable[ApplicationReport]) -> str:
    """Return a JSON list, worst first; the best are left out where it would be too long for an environment variable."""
    rows: list[bytes] = []
    size = 2
    for application in applications:
        row = orjson.dumps(_row(application))
        size += len(row) + 1
        if size > APPLICATIONS_LIMIT:
            break
        rows.append(row)
    return f"[{b','.join(rows).decode()}]"


def _row(application: ApplicationReport) -> dict[str, str | int]:
    return {
        "name": application.name,
        "sync": application.sync_status,
        "health": application.health_status,
        "phase": application.operation_phase,
        "added": application.count(ChangeKind.ADDED),
        "changed": application.count(ChangeKind.CHANGED),
        "removed": application.count(ChangeKind.REMOVED),
        "unknown": application.count(ChangeKind.UNKNOWN),
        "revision": application.revision,
    }
