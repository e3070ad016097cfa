"""Argo CD's globs for files of a directory source: ``*`` crosses ``/``, ``{a,b}`` are alternatives.

In: a pattern. Out: a compiled expression that matches whole relative paths. Backtracking stays small: every ``*`` is a
plain ``.*`` and the pattern's length is limited.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gitops_action.errors import ApplicationError

_LIMIT = 1000
_STARS = re.compile(r"\*+")


@lru_cache(maxsize=256)
def compile_glob(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern (RND-26)."""
    if len(pattern) > _LIMIT or pattern.count("*") > 20:
        raise ApplicationError(f"the glob {pattern[:80]!r}… is too long or has too many '*'")
    try:
        return re.compile("".join(_translate(_STARS.sub("*", pattern))), re.DOTALL)
    except re.error as error:
        raise ApplicationError(f"the glob {pattern!r} is not valid: {error}") from error


def _translate(pattern: str) -> list[str]:
    parts: list[str] = []
    depth = 0
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        match char:
            case "*":
                parts.append(".*")
            case "?":
                parts.append(".")
            case "[":
                text, position = _character_class(pattern, position)
                parts.append(text)
            case "{":
                depth += 1
                parts.append("(?:")
            case "}" if depth:
                depth -= 1
                parts.append(")")
            case "," if depth:
                parts.append("|")
            case "\\" if position < len(pattern):
                parts.append(re.escape(pattern[position]))
                position += 1
            case _:
                parts.append(re.escape(char))
    if depth:
        raise ApplicationError(f"the glob {pattern!r} is not valid: a {{ is not closed")
    return parts


def _character_class(pattern: str, start: int) -> tuple[str, int]:
    end = pattern.find("]", start + 1)
    if end < 0:
        raise ApplicationError(f"the glob {pattern!r} is not valid: a [ is not closed")
    body = pattern[start:end]
    negated = body[:1] in ("!", "^")
    chars = re.sub(r"([\\\[\]^&~|])", r"\\\1", body[negated:])
    return f"[{'^' if negated else ''}{chars}]", end + 1
