"""The job summary: the comment's renderer with the room that a summary has.

In: a report. Out: Markdown of at most 1 MiB, which is what GitHub takes of one step. Never writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report.comment import Budget, fullest, renderings
from gitops_action.report.escape import fence, prose

if TYPE_CHECKING:
    from gitops_action.errors import GitOpsError
    from gitops_action.report.model import Report

SUMMARY = Budget(characters=1_000_000, bytes=1_048_576)


def summary(report: Report, budget: Budget = SUMMARY) -> str:
    """Return the fullest summary that the budget holds."""
    return fullest(renderings(report, "", whole="summary"), budget).lstrip("\n")


def failure(error: GitOpsError) -> str:
    """Return the summary of a run that ended before there was anything to report."""
    parts = [f"### ❌ {prose(error.summary)}", *(fence(text) for text in (error.detail, error.remedy) if text)]
    return "\n\n".join(parts) + "\n"
