"""What a run shows on GitHub: the comment, the job summary, annotations and step outputs.

GitHub in trouble loses nothing: the summary, the log and the report are written first, and the trouble is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.outputs import OUTPUTS
from gitops_action.report.annotations import annotations_of
from gitops_action.report.outputs import outputs
from gitops_action.report.summary import summary
from gitops_action.report.text import text

if TYPE_CHECKING:
    from gitops_action.commands.report_files import ReportFiles
    from gitops_action.ports import Workflow
    from gitops_action.report.model import Report


def show(report: Report, workflow: Workflow) -> None:
    """Write the report to the log, the job summary and the annotations."""
    workflow.log(text(report))
    workflow.write_summary(summary(report))
    for annotation in annotations_of(report):
        workflow.annotate(
            annotation.level,
            annotation.message,
            title=annotation.title,
            file=annotation.file,
            line=annotation.line,
        )


def write_outputs(report: Report, workflow: Workflow, *, files: ReportFiles, comment_url: str) -> None:
    """Set every declared step output; the matrix is that of ``affected`` alone."""
    values = {**outputs(report), "matrix": "", "comment-url": comment_url}
    values |= {"report-json": files.json, "report-html": files.html}
    for name in OUTPUTS:
        workflow.set_output(name, values[name])
