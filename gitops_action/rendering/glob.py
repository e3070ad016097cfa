"""Argo CD's globs for files of a directory source: ``*`` crosses ``/``, ``{a,b}`` are alternatives.

In: a pattern. Out: a compiled expression that matches whole relative paths. Patterns come from pull requests, so
matching takes time proportional to pattern and path: braces are written out, and what follows a ``*`` is searched once,
never tried again (an atomic group).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from gitops_action.errors import ApplicationError

_LIMIT = 1000
_ALTERNATIVES = 256
_PART = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|\*+|.", re.DOTALL)
_STAR = "*"


@lru_cache(maxsize=256)
def compile_glob(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern (RND-26)."""
    if len(pattern) > _LIMIT:
        raise _invalid(pattern, f"longer than {_LIMIT} characters")
    parts = [_STAR if part[0] == _STAR else part for part in _PART.findall(pattern)]
    alternatives, _ = _expand(parts, 0, pattern, depth=0)
    try:
        return re.compile("|".join(map(_expression, alternatives)), re.DOTALL)
    except re.error as error:
        raise _invalid(pattern, str(error)) from error


def _expand(parts: list[str], position: int, pattern: str, *, depth: int) -> tuple[list[list[str]], int]:
    """Return the brace-free patterns from ``position`` to the end of this pair of braces, and where that is."""
    finished: list[list[str]] = []
    current: list[list[str]] = [[]]
    while position < len(parts):
        part = parts[position]
        position += 1
        if part == "{":
            inner, position = _expand(parts, position, pattern, depth=depth + 1)
            current = [[*left, *right] for left, right in product(current, inner)]
        elif part == "}" and depth:
            return [*finished, *current], position
        elif part == "," and depth:
            finished, current = [*finished, *current], [[]]
        elif part == "[":
            raise _invalid(pattern, "a [ is not closed")
        else:
            current = [[*each, part] for each in current]
        if len(current) + len(finished) > _ALTERNATIVES:
            raise _invalid(pattern, f"more than {_ALTERNATIVES} alternatives")
    if depth:
        raise _invalid(pattern, "a { is not closed")
    return [*finished, *current], position


def _expression(parts: list[str]) -> str:
    segments = [""]
    for part in parts:
        if part == _STAR:
            segments.append("")
        else:
            segments[-1] += _single(part)
    first, *rest = segments
    if not rest:
        return f"(?:{first})"
    *middle, last = rest
    return f"(?:{first}{''.join(f'(?>.*?{segment})' for segment in middle)}.*{last})"


def _single(part: str) -> str:
    """Return the expression of what matches one character."""
    if part == "?":
        return "."
    if len(part) > 1 and part[0] == "[":
        negated = part[1] in "!^"
        characters = re.sub(r"([\\\[^&~|])", r"\\\1", part[1 + negated : -1])
        return f"[{'^' if negated else ''}{characters}]"
    return re.escape(part[-1])


def _invalid(pattern: str, reason: str) -> ApplicationError:
    return ApplicationError(f"the glob {pattern[:80]!r} is not valid: {reason}")
