"""Which diffs are shown in full when not all of them fit.

In: a report and a budget of characters. Out: the text to show for each object, or nothing for those that are folded
to their counts. What is dangerous is kept before what is not, small before large, so that most objects stay visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.report.escape import lines
from gitops_action.report.outcome import is_dangerous

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.report.model import Report, ResourceReport

OVERHEAD = 120
"""Characters that surround a diff: its title and its fence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diffs:
    """The texts of each object's diff by the object's ``id``, sanitized once for all budgets.

    An object has one text, or two where this change's part and the drift are told apart.
    """

    ranked: tuple[ResourceReport, ...]
    texts: Mapping[int, tuple[str, ...]]

    def within(self, characters: int | None) -> Mapping[int, tuple[str, ...]]:
        """Return the diffs that fit into so many characters; all of them for ``None``."""
        if characters is None:
            return self.texts
        kept: dict[int, tuple[str, ...]] = {}
        left = characters
        for resource in self.ranked:
            texts = self.texts[id(resource)]
            size = sum(len(text) + OVERHEAD for text in texts)
            if size <= left:
                kept[id(resource)] = texts
                left -= size
        return kept


def diffs(report: Report, *, context: bool) -> Diffs:
    """Prepare the diffs of all objects, with or without unchanged lines."""
    shown = [resource for application in report.applications for resource in application.resources if resource.diff]
    texts = {id(resource): tuple(_text(part, context=context) for part in parts(resource)) for resource in shown}
    ranked = sorted(shown, key=lambda resource: (not is_dangerous(resource), sum(map(len, texts[id(resource)]))))
    return Diffs(ranked=tuple(ranked), texts=texts)


def parts(resource: ResourceReport) -> tuple[str, ...]:
    """Return an object's diff, or its two parts: this change's, then the drift."""
    split = tuple(filter(None, (resource.change_diff, resource.drift_diff)))
    return split if len(split) > 1 else (resource.diff,)


def without_context(diff: str) -> str:
    """Return a unified diff without its unchanged lines; the headings of its hunks stay."""
    return "\n".join(line for line in diff.split("\n") if line[:1] in {"+", "-", "@"})


def _text(diff: str, *, context: bool) -> str:
    text = "\n".join(lines(diff))
    return text if context else without_context(text)
