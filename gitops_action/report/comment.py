"""The pull request comment, from its fullest form to its smallest.

In: a report, the hidden first line as a finished string, and a budget. Out: Markdown as GitHub reads it. Never posts
anything.

The templates run with autoescape on, and with a ``finalize`` that refuses any text which no filter of ``escape`` has
made safe: forgetting to escape is an error in the tests and not a hole. What must give way for size gives way between
objects: first unchanged lines, then the diffs that are largest and least dangerous, then the list of objects, then
the folds. The heading, the open remarks and the last line stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gitops_action.report import escape, phrases
from gitops_action.report.brevity import shortened
from gitops_action.report.diffs import diffs
from gitops_action.report.findings import object_name
from gitops_action.report.level import LEVELS
from gitops_action.report.view import view

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.report.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a place takes: characters and bytes in UTF-8, whichever ends first."""

    characters: int
    bytes: int

    def holds(self, text: str) -> bool:
        """Whether a text fits."""
        return len(text) <= self.characters and len(text.encode()) <= self.bytes


COMMENT = Budget(characters=65_000, bytes=260_000)


def comment(report: Report, header: str, budget: Budget = COMMENT) -> str:
    """Return the fullest comment that the budget holds; the smallest there is where none fits."""
    return fullest(candidates(report, header), budget)


def candidates(report: Report, header: str) -> Iterator[str]:
    """Yield the comment from its fullest form to its smallest, each shorter than the one before."""
    return renderings(report, header, whole="comment")


def renderings(report: Report, header: str, *, whole: str) -> Iterator[str]:
    """Yield the Markdown of a report, ever shorter; ``whole`` says what is being shortened."""
    full, changed = diffs(report, context=True), diffs(report, context=False)
    shortest: int | None = None
    for level in LEVELS:
        source = report if level.text is None else shortened(report, level.text)
        shown = (full if level.context else changed).within(level.diff_characters) if level.folds else {}
        text = header + "\n" + rendered("comment.md.j2", view=view(source, level, shown), whole=whole, further="")
        if shortest is None or len(text) < shortest:
            shortest = len(text)
            yield text


def rendered(template: str, **values: object) -> str:
    """Return what a template makes of these values; a text that it does not escape is an error."""
    return _environment().get_template(template).render(values).strip("\n") + "\n"


def fullest(texts: Iterable[str], budget: Budget) -> str:
    """Return the first text that the budget holds, or the last."""
    text = ""
    for text in texts:
        if budget.holds(text):
            break
    return text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gitops_action.report"),
        autoescape=True,
        finalize=_only_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "prose": escape.prose,
        "code": escape.code,
        "html_code": escape.html_code,
        "diff": lambda text: escape.fence(text, "diff"),
        "url": _url,
        "ours": Markup,
        "numbered": phrases.numbered,
        "object_name": object_name,
    }
    return environment


def _only_escaped(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        raise TypeError(f"a template shows a text that was not escaped: {value[:40]!r}")
    return value


def _url(address: str) -> Markup:
    """Return an address of GitHub's for an HTML attribute; anything but https or http gives nothing."""
    is_web = address.startswith(("https://", "http://"))
    return escape.attribute(address) if is_web else Markup("")
