"""Where a walk stands: a chain of steps that costs nothing until somebody asks for its text."""

from __future__ import annotations

from typing import TypeAlias, Union

Trail: TypeAlias = tuple[Union["Trail", None], str, str]
"""What is above, the field's name (``*`` for a list item), and the item's key."""


def pattern(trail: Trail | None) -> str:
    """Return ``/spec/template/spec/containers/*/image``, as the tables write paths; a ``/`` in a name is ``~1``."""
    names: list[str] = []
    while trail is not None:
        names.append(escaped(trail[1]))
        trail = trail[0]
    return "".join(f"/{name}" for name in reversed(names))


def escaped(name: str) -> str:
    """Return a name as one step of a pattern: an annotation may be called ``example.com/value``."""
    return name.replace("/", "~1")


def readable(trail: Trail | None) -> str:
    """Return ``spec.template.spec.containers[app].image``, as people write paths."""
    names: list[str] = []
    while trail is not None:
        names.append(f"[{trail[2]}]" if trail[1] == "*" else f".{trail[1]}")
        trail = trail[0]
    return "".join(reversed(names)).removeprefix(".")
