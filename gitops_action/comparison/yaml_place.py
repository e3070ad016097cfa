"""Where a line of a YAML text stands, by its indentation: ``server.tls``.

In: the lines and a position. Out: the keys around it, outermost first; empty where there are none. The text is not
parsed: it may be a template, or no YAML at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = re.compile(r"(?P<indent> *)(?P<dash>- +)?(?P<name>[\w./-]{1,80}):(?:\s|$)")
_DEEPEST = 10


def enclosing(lines: Sequence[str], position: int) -> str:
    """Return the keys around a line; what lies too deep, or too far above, is left out."""
    depth = _depth(lines[position]) if position < len(lines) else 0
    names: list[str] = []
    for line in reversed(lines[:position]):
        if not depth or len(names) == _DEEPEST:
            break
        if _indent(line) >= depth or not line.strip() or line.lstrip().startswith("#"):
            continue
        depth = _depth(line)
        found = _KEY.match(line)
        if found and not found["dash"]:
            names.append(found["name"])
    return ".".join(reversed(names))


def _depth(line: str) -> int:
    """Return the indentation below which a line's parent stands; a list may be as far in as its key."""
    return _indent(line) + line.lstrip(" ").startswith("- ")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
