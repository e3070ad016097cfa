"""What of a report is this change's and what is drift: the split of counts, and the words for it.

In: the frozen report. Out: objects by where their difference comes from, and plain text in our own words with names
and times; whatever is quoted is escaped by the renderer. Where nobody can tell, a difference counts as the change's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report.model import ChangeKind, Mode

if TYPE_CHECKING:
    from gitops_action.report.model import ApplicationReport, Report, ResourceReport

DRIFT = "drift"
_PARTS = {"drift", "both"}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def is_attributed(report: Report) -> bool:
    """Whether the report tells this change from drift."""
    return report.mode is Mode.DIFF and any(
        resource.attribution for application in report.applications for resource in application.resources
    )


def changed(application: ApplicationReport) -> tuple[ResourceReport, ...]:
    """Return the objects whose difference is, or may be, this change's."""
    return tuple(each for each in application.resources if each.attribution != DRIFT)


def drifted(application: ApplicationReport) -> tuple[ResourceReport, ...]:
    """Return the objects that differ, at least in part, whatever this change does."""
    return tuple(each for each in application.resources if each.attribution in _PARTS)


def drift_words(resource: ResourceReport, now: float) -> str:
    """Return how an object drifted, who did it as far as that is known, and what becomes of it; empty for no drift."""
    if resource.attribution not in _PARTS:
        return ""
    match resource.change:
        case ChangeKind.ADDED:
            return "drift, missing live before this change"
        case ChangeKind.REMOVED:
            return "drift, not in Git before this change either"
        case _:
            who = f" with {resource.drift_writer}" if resource.drift_writer else ""
            when = f" {ago(now - resource.drift_time)}" if resource.drift_time else ""
            return f"drift{f', edited live{who}{when}' if who or when else ''}, and undone by the next sync"


def ago(seconds: float) -> str:
    """Return ``3 days ago``, ``1 hour ago``; clocks differ, so what lies ahead is ``just now`` too."""
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        count = int(seconds // length)
        if count > 0:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
