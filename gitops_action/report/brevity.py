"""A report whose texts are short, for the place where nothing else fits.

In: a report. Out: the same report with every text of its applications and its notes cut to so many characters. What
names the run itself (commits, branch, address), and how to repeat it, stays whole: it is the proof line's.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from gitops_action.report.escape import clip

if TYPE_CHECKING:
    from gitops_action.report.model import Report


def shortened(report: Report, limit: int) -> Report:
    """Return the report with its texts cut to ``limit`` characters."""
    applications = (replace(_short(each, limit), reproduce=each.reproduce) for each in report.applications)
    return replace(
        report,
        problems=_short(report.problems, limit),
        notes=_short(report.notes, limit),
        applications=tuple(applications),
    )


def _short(value: Any, limit: int) -> Any:
    if isinstance(value, str) and not isinstance(value, Enum):
        return clip(value, limit)
    if isinstance(value, tuple):
        return tuple(_short(each, limit) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _short(getattr(value, each.name), limit) for each in fields(value)})
    return value
