"""The three globs of the git generator, each as its own program matches.

``directory``: Go's ``path.Match``; ``*`` stays within a name. ``pathspec``: what ``git ls-files`` takes; ``*`` crosses
``/``, and a folder's name means all below it. ``doublestar``: ``**`` crosses ``/``, ``{a,b}`` are alternatives.

In: a pattern. Out: a function that says which paths match. Patterns come from pull requests, so matching takes time in
proportion to pattern times path: what follows a ``*`` is searched once and never tried again (an atomic group).
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable

    Matches = Callable[[str], bool]

_GIT = re.compile(r"\\.|\[[!^]?\]?+(?:\\.|\[:[a-z]+:\]|[^\]\\])*\]|\*+|.", re.DOTALL)
_GO = re.compile(r"\\.|\[\^?(?![]-])(?:\\.|[^\]\\])+\]|\*+|.", re.DOTALL)
_DOUBLESTAR = re.compile(r"\\.|\[[!^]?(?!\])(?:\\.|[^\]\\])+\]|\*+|.", re.DOTALL)
"""The parts of a pattern; they differ in what may stand between brackets, and in what negates it."""

_IN_BRACKETS = re.compile(r"\\.|\[:[a-z]+:\]|.", re.DOTALL)
_CLASSES = {
    "[:alnum:]": "a-zA-Z0-9",
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:space:]": r"\s",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9a-fA-F",
}
_LONGEST = 1000
_MOST_ALTERNATIVES = 256


@lru_cache(maxsize=256)
def directory(pattern: str) -> Matches:
    """Return a matcher of whole directory paths; a pattern that is malformed matches nothing, as in Argo CD."""
    _check_length(pattern)
    expressions = [_compiled(part, "[^/]", _GO) for part in pattern.split("/")]
    if not all(expressions):
        return lambda _: False

    def matches(path: str) -> bool:
        parts = path.split("/")
        return len(parts) == len(expressions) and all(
            expression is not None and expression.fullmatch(part) is not None
            for expression, part in zip(expressions, parts, strict=True)
        )

    return matches


@lru_cache(maxsize=256)
def pathspec(pattern: str) -> Matches:
    """Return a matcher of files as ``git ls-files`` chooses them."""
    _check_length(pattern)
    if pattern.startswith((":", "/")):
        raise _invalid(pattern, "path magic and absolute paths are not supported")
    named = "" if (clean := posixpath.normpath(pattern)) == "." else clean
    if named.split("/")[0] == "..":
        raise _invalid(pattern, "it leaves the repository")
    below = f"{named}/" if named else ""
    is_folder = pattern.endswith("/")
    expression = _compiled(f"{named}/" if is_folder else named, ".", _GIT)

    def matches(path: str) -> bool:
        is_named = path == named and not is_folder
        return is_named or path.startswith(below) or (expression is not None and expression.fullmatch(path) is not None)

    return matches


@lru_cache(maxsize=256)
def doublestar(pattern: str) -> Matches:
    """Return a matcher of files as the new globbing of git files chooses them."""
    _check_length(pattern)
    alternatives = [posixpath.normpath(each).lstrip("/").split("/") for each in _alternatives(pattern)]
    compiled = [
        [None if part == "**" else _valid(_compiled(part, "[^/]", _DOUBLESTAR), pattern) for part in parts]
        for parts in alternatives
    ]

    def matches(path: str) -> bool:
        parts = path.split("/")
        return any(_walk(each, parts) for each in compiled)

    return matches


def _walk(expressions: list[re.Pattern[str] | None], parts: list[str]) -> bool:
    """Match part by part; ``None`` stands for any number of parts."""
    reached = {0}
    for expression in expressions:
        if expression is None:
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(parts) and expression.fullmatch(parts[at])}
    return len(parts) in reached


def _compiled(pattern: str, anything: str, parts: re.Pattern[str]) -> re.Pattern[str] | None:
    """Return the expression of a pattern in which ``anything`` is what a wildcard stands for; ``None`` if malformed."""
    segments = [""]
    for part in parts.findall(pattern):
        if part[0] == "*":
            segments.append("")
        elif part in ("[", "\\"):
            return None
        else:
            segments[-1] += _single(part, anything, parts)
    first, *rest = segments
    middle = "".join(f"(?>{anything}*?{segment})" for segment in rest[:-1])
    last = f"{anything}*{rest[-1]}" if rest else ""
    try:
        return re.compile(first + middle + last, re.DOTALL)
    except re.error:
        return None


def _single(part: str, anything: str, parts: re.Pattern[str]) -> str:
    """Return the expression of what matches one character."""
    if part == "?":
        return anything
    if len(part) > 1 and part[0] == "[":
        negated = part[1] == "^" or (part[1] == "!" and parts is not _GO)
        return f"[{'^' if negated else ''}{_set(part[1 + negated : -1])}]"
    return re.escape(part[-1])


def _set(text: str) -> str:
    """Return what stands between brackets as an expression has it."""
    tokens = _IN_BRACKETS.findall(text)
    items = []
    position = 0
    while position < len(tokens):
        ends = tokens[position : position + 3]
        if len(ends) == 3 and ends[1] == "-":
            items.append(f"{re.escape(ends[0][-1])}-{re.escape(ends[2][-1])}")
            position += 3
        else:
            items.append(_CLASSES.get(ends[0]) or re.escape(ends[0][-1]))
            position += 1
    return "".join(items)


def _alternatives(pattern: str) -> list[str]:
    """Return the patterns that one with ``{a,b}`` stands for."""
    depth, start, pieces = 0, 0, [""]
    inner: list[str] = []
    for position, part in _positions(pattern):
        if part == "{":
            depth += 1
            if depth == 1:
                start, inner = position + 1, []
        elif part == "," and depth == 1:
            inner.append(pattern[start:position])
            start = position + 1
        elif part == "}" and depth:
            depth -= 1
            if depth == 0:
                inner.append(pattern[start:position])
                choices = [choice for each in inner for choice in _alternatives(each)]
                pieces = [left + right for left, right in product(pieces, choices)]
                if len(pieces) > _MOST_ALTERNATIVES:
                    raise _invalid(pattern, f"more than {_MOST_ALTERNATIVES} alternatives")
        elif depth == 0:
            pieces = [piece + part for piece in pieces]
    if depth:
        raise _invalid(pattern, "a { is not closed")
    return pieces


def _positions(pattern: str) -> list[tuple[int, str]]:
    return [(match.start(), match[0]) for match in _DOUBLESTAR.finditer(pattern)]


def _valid(expression: re.Pattern[str] | None, pattern: str) -> re.Pattern[str]:
    if expression is None:
        raise _invalid(pattern, "a [ or \\ is not finished")
    return expression


def _check_length(pattern: str) -> None:
    if len(pattern) > _LONGEST:
        raise _invalid(pattern, f"longer than {_LONGEST} characters")


def _invalid(pattern: str, reason: str) -> ApplicationError:
    return ApplicationError(f"the glob {pattern[:80]!r} is not valid: {reason}", remedy="Correct the git generator.")
