"""The job summary: the comment's renderer with the room that a summary has.

In: a report. Out: Markdown of at most 1 MiB, which is what GitHub takes of one step. Never writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report.comment import Budget, fullest, renderings

if TYPE_CHECKING:
    from gitops_action.report.model import Report

SUMMARY = Budget(characters=1_000_000, bytes=1_048_576)


def summary(report: Report, budget: Budget = SUMMARY) -> str:
    """Return the fullest summary that the budget holds."""
    return fullest(renderings(report, "", whole="summary"), budget).lstrip("\n")
