"""Annotations on the run and on the lines of a change.

In: a report. Out: at most ten errors and ten warnings, GitHub's limit for one step; where there are more, the last
one says how many. Each stands at the file and line of the manifest, or of the Application, where that is known.
"""

from typing import NamedTuple

from gitops_action.report.escape import one_line
from gitops_action.report.findings import Finding, findings
from gitops_action.report.model import Report
from gitops_action.report.phrases import numbered

LIMIT = 10
_MESSAGE_LIMIT = 2_000
_TITLE_LIMIT = 200


class Annotation(NamedTuple):
    """The arguments of ``Workflow.annotate``; ``file`` is empty and ``line`` 0 where no place is known."""

    level: str
    message: str
    title: str = ""
    file: str = ""
    line: int = 0


def annotations_of(report: Report) -> tuple[Annotation, ...]:
    """Return the errors, then the warnings."""
    found = tuple(findings(report))
    problems = [Annotation("error", one_line(problem, _MESSAGE_LIMIT)) for problem in report.problems]
    return tuple(
        annotation
        for level in ("error", "warning")
        for annotation in _limited(
            level,
            [*(problems if level == "error" else ()), *(_annotation(each) for each in found if each.level == level)],
        )
    )


def _limited(level: str, wanted: list[Annotation]) -> list[Annotation]:
    if len(wanted) <= LIMIT:
        return wanted
    rest = len(wanted) - LIMIT + 1
    return [*wanted[: LIMIT - 1], Annotation(level, f"and {numbered(rest, f'more {level}')}: see the job summary")]


def _annotation(finding: Finding) -> Annotation:
    about = f"{finding.application}: {finding.kind} {finding.object}" if finding.object else finding.application
    parts = (finding.message or f"{about} {finding.headline}", finding.remedy)
    return Annotation(
        level=finding.level,
        message="\n".join(one_line(part, _MESSAGE_LIMIT) for part in parts if part),
        title=one_line(f"{about}: {finding.headline}", _TITLE_LIMIT),
        file=one_line(finding.file, _TITLE_LIMIT),
        line=finding.line,
    )
