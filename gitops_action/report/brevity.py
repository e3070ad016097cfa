"""A report whose texts are short, for the place where nothing else fits.

In: a report. Out: the same report with every text of its applications and its notes cut to so many characters. What
names the run itself (commits, branch, address), and how to repeat it, stays whole: it is the proof line's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.report.escape import clip
from gitops_action.report.texts import with_texts

if TYPE_CHECKING:
    from gitops_action.report.model import Report


def shortened(report: Report, limit: int) -> Report:
    """Return the report with its texts cut to ``limit`` characters."""

    def short(text: str) -> str:
        return clip(text, limit)

    return replace(
        report,
        problems=with_texts(report.problems, short),
        notes=with_texts(report.notes, short),
        applications=tuple(replace(with_texts(each, short), reproduce=each.reproduce) for each in report.applications),
    )
