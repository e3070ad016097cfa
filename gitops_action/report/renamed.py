"""Objects that a generator names by their content, shown as the one change that they are.

In: the reports of an application's objects, and its rows. Out: the same, without what only makes room for its
successor, whose diff is from the one to the other. Masks as every diff does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.comparison.diff import unified
from gitops_action.comparison.display import shown_sides
from gitops_action.comparison.mask import mask_pair
from gitops_action.comparison.renames import renames
from gitops_action.report.model import ChangeKind, ResourceReport

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitops_action.comparison.model import ResourceComparison


def with_renames(
    reports: Sequence[ResourceReport], rows: Sequence[ResourceComparison], annotations: Collection[str]
) -> tuple[ResourceReport, ...]:
    """Return the reports, in the order of ``rows``, with renamed objects as changed ones."""
    pairs = renames(rows)
    gone = {old.key for old in pairs.values()}
    shown: list[ResourceReport] = []
    by_key = {row.key: report for row, report in zip(rows, reports, strict=True)}
    for row, report in zip(rows, reports, strict=True):
        old = pairs.get(row.key)
        if old is not None and by_key[old.key].change is ChangeKind.REMOVED and report.change is ChangeKind.ADDED:
            shown.append(_changed(report, old, row, annotations))
        elif row.key not in gone or report.change is not ChangeKind.REMOVED:
            shown.append(report)
    return tuple(shown)


def _changed(
    report: ResourceReport, old: ResourceComparison, new: ResourceComparison, annotations: Collection[str]
) -> ResourceReport:
    diff = unified(*mask_pair(shown_sides(old)[0], shown_sides(new)[1], annotations=annotations))
    return replace(
        report,
        change=ChangeKind.CHANGED,
        renamed_from=old.key.name,
        diff=diff.text,
        added_lines=diff.added,
        removed_lines=diff.removed,
    )
