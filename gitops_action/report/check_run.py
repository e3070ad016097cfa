"""A report as a check run: its conclusion, its text, and remarks at lines of files.

In: a report and the code that the job ends with. Out: a ``CheckResult``. GitHub shows remarks only where a file is
known, and takes 64 KiB of text; what does not fit is in the job summary. Never sends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode, GitOpsError
from gitops_action.github_ports import CheckAnnotation, CheckResult, Conclusion
from gitops_action.report.comment import Budget, fullest, renderings
from gitops_action.report.escape import one_line
from gitops_action.report.findings import findings
from gitops_action.report.outcome import verdict
from gitops_action.report.summary import failure

if TYPE_CHECKING:
    from gitops_action.report.findings import Finding
    from gitops_action.report.model import Report

BUDGET = Budget(characters=60_000, bytes=60_000)
ANNOTATIONS = 200
"""Remarks that one check run shows: a reviewer reads no more, and each fifty are a request."""
_TITLE_LIMIT = 200
_MESSAGE_LIMIT = 8_000


def check_result(report: Report, code: ExitCode) -> CheckResult:
    """Return what the check run of a report shows.

    Differences alone are a success: a required check that they made red would block every change.
    """
    return CheckResult(
        conclusion=_conclusion(code),
        title=one_line(verdict(report), _TITLE_LIMIT),
        summary=fullest(renderings(report, "", whole="check"), BUDGET).lstrip("\n"),
        annotations=tuple(_annotation(each) for each in findings(report) if each.file)[:ANNOTATIONS],
    )


def failed_check(error: GitOpsError) -> CheckResult:
    """Return what the check run of a run shows that ended before there was anything to report."""
    return CheckResult(
        conclusion=Conclusion.FAILURE,
        title=one_line(error.summary, _TITLE_LIMIT),
        summary=failure(error)[: BUDGET.characters],
    )


def _conclusion(code: ExitCode) -> Conclusion:
    match code:
        case ExitCode.OK:
            return Conclusion.SUCCESS
        case ExitCode.INTERRUPTED:
            return Conclusion.CANCELLED
        case _:
            return Conclusion.FAILURE


def _annotation(finding: Finding) -> CheckAnnotation:
    about = f"{finding.application}: {finding.kind} {finding.object}" if finding.object else finding.application
    parts = (finding.message or f"{about} {finding.headline}", finding.remedy)
    return CheckAnnotation(
        path=one_line(finding.file, _MESSAGE_LIMIT),
        line=max(1, finding.line),
        level="failure" if finding.level == "error" else "warning",
        title=one_line(f"{about}: {finding.headline}", _TITLE_LIMIT),
        message="\n".join(one_line(part, _MESSAGE_LIMIT) for part in parts if part),
    )
