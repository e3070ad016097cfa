"""A comment that is too long for one, as several: first what everybody must see, then the diffs that had no room.

In: a report and a budget for each page. Out: the texts of the pages. The first page is a whole comment for itself;
the further ones hold diffs alone, cut between objects. What fits on no page stays folded to its counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report import phrases
from gitops_action.report.comment import COMMENT, Budget, comment, rendered
from gitops_action.report.diffs import diffs
from gitops_action.report.fold import words
from gitops_action.report.level import LEVELS
from gitops_action.report.view import view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_action.report.diffs import Diffs
    from gitops_action.report.model import Report

MOST = 5
"""Pages of one report: more would bury the conversation."""
_FRAME = Budget(characters=500, bytes=2_000)
"""What surrounds the diffs of a page: its title, its last line, and what the first page says of the others."""


def pages(report: Report, budget: Budget = COMMENT) -> tuple[str, ...]:
    """Return the texts of all pages; a report that one comment holds, or that pages do not help, has one."""
    alone = comment(report, "", budget).lstrip("\n")
    room = Budget(characters=budget.characters - _FRAME.characters, bytes=budget.bytes - _FRAME.bytes)
    changed = diffs(report, context=False)
    for level in LEVELS:
        if level.diff_characters is None:
            continue
        shown = changed.within(level.diff_characters)
        first = rendered("comment.md.j2", view=view(report, level, shown), whole="comment", further="")
        if alone == first or room.holds(first):
            break
    else:
        return (alone,)
    if len(alone) > len(first):  # a fuller form fits
        return (alone,)
    filled = _filled(_blocks(report, changed, shown), room)
    if not filled or not room.holds(first):
        return (alone,)
    total = len(filled) + 1
    told = sum(map(len, filled))
    follow = "follows" if told == 1 else "follow"
    further = f"{phrases.numbered(told, 'diff')} of them {follow} in further comments (this is 1 of {total})."
    page = rendered("comment.md.j2", view=view(report, level, shown), whole="comment", further=further)
    commit = phrases.short_commit(report.commit or report.head)
    titles = (f"{number} of {total} · more of the diff" for number in range(2, total + 1))
    return (
        page,
        *(
            rendered("page.md.j2", title=title, blocks=blocks, commit=commit)
            for title, blocks in zip(titles, filled, strict=True)
        ),
    )


def _blocks(report: Report, changed: Diffs, shown: Mapping[int, tuple[str, ...]]) -> Iterator[str]:
    """Yield the fold of each object whose diff has no room on the first page, what is dangerous and small first."""
    owners = {id(row): application.name for application in report.applications for row in application.resources}
    for resource in changed.ranked:
        if id(resource) not in shown:
            yield rendered(
                "page_diff.md.j2",
                application=owners[id(resource)],
                resource=resource,
                words=words(report.mode, resource),
                texts=changed.texts[id(resource)],
            )


def _filled(blocks: Iterator[str], room: Budget) -> list[list[str]]:
    """Return the blocks of each further page; a block that no page holds, or that comes too late, is left out."""
    filled: list[list[str]] = []
    characters = size = 0
    for block in blocks:
        length, encoded = len(block) + 1, len(block.encode()) + 1
        if length > room.characters or encoded > room.bytes:
            continue
        if not filled or characters + length > room.characters or size + encoded > room.bytes:
            if len(filled) == MOST - 1:
                break
            filled.append([])
            characters = size = 0
        filled[-1].append(block)
        characters += length
        size += encoded
    return filled
