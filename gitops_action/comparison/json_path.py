"""Places in a JSON value: found by a JSON pointer, by jq or by ownership, and taken out.

In: a JSON value of the caller's own, which ``take`` changes, and a path. Out: what stood there. A place that does not
exist is no error (DIF-29).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gitops_action.resource.fields import Field, Item, find_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource import fields
    from gitops_action.resource.resource import Json

JsonPath: TypeAlias = tuple[Any, ...]
"""Names of fields and positions of items; jq has slices besides, as mappings of ``start`` and ``end``."""
ABSENT: Final = object()


def pointer(path: JsonPath) -> str:
    """Return the path as a JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def parse_pointer(text: str) -> tuple[str, ...]:
    """Return the steps of a JSON pointer; ``ValueError`` for what is none, or names the whole object."""
    if not text.startswith("/"):
        raise ValueError("a JSON pointer begins with /")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))


def pointed(value: Json, steps: Iterable[str]) -> JsonPath | None:
    """Return the path to what a pointer points to, ``None`` where nothing is; ``-1`` is a list's last item."""
    path: list[Any] = []
    node = value
    for step in steps:
        if isinstance(node, list):
            digits = step.removeprefix("-")
            if not (digits.isascii() and digits.isdigit() and str(int(digits)) == digits):
                return None
            position = int(step) + len(node) * (int(step) < 0)
            if not 0 <= position < len(node):
                return None
            path.append(position)
            node = node[position]
        elif isinstance(node, dict) and step in node:
            path.append(step)
            node = node[step]
        else:
            return None
    return tuple(path)


def owned(value: Json, path: fields.Path) -> JsonPath | None:
    """Return where the path of a ``fieldsV1`` tree leads; ``None`` where nothing is, or a member of a set."""
    found: list[Any] = []
    node = value
    for element in path:
        if isinstance(element, Field) and isinstance(node, dict) and element.name in node:
            step: Any = element.name
        elif isinstance(element, Item) and isinstance(node, list) and (at := find_item(node, element)) >= 0:
            step = at
        else:
            return None
        found.append(step)
        node = node[step]
    return tuple(found)


def get(value: Json, path: JsonPath) -> Json:
    """Return what stands at a path, ``ABSENT`` where nothing does."""
    node = value
    for step in path:
        is_there = step in node if isinstance(node, dict) else isinstance(node, list) and _is_position(node, step)
        if not is_there:
            return ABSENT
        node = node[step]
    return node


def take(value: Json, paths: Iterable[JsonPath]) -> dict[str, Json]:
    """Take what stands at these paths out of a value, all as it was; return it by JSON pointer (DIF-31)."""
    exact = {each for path in paths for each in _exact(value, path)}
    taken: dict[str, Json] = {}
    for path in sorted(exact, key=_order, reverse=True):
        parent = get(value, path[:-1])
        taken[pointer(path)] = parent.pop(path[-1])
    return dict(reversed(taken.items()))


def _exact(value: Json, path: JsonPath) -> Iterator[JsonPath]:
    """Yield the paths that exist, slices and positions from behind resolved."""
    places: list[tuple[JsonPath, Json]] = [((), value)]
    for step in path:
        places = [below for above, node in places for below in _below(above, node, step)]
    yield from (above for above, _ in places if above)


def _below(above: JsonPath, node: Json, step: Any) -> Iterator[tuple[JsonPath, Json]]:
    if isinstance(node, dict) and isinstance(step, str) and step in node:
        yield (*above, step), node[step]
    elif isinstance(node, list) and isinstance(step, dict):
        start, end = step.get("start"), step.get("end")
        # jq rounds outwards.
        whole = slice(None if start is None else math.floor(start), None if end is None else math.ceil(end))
        for position in range(len(node))[whole]:
            yield (*above, position), node[position]
    elif isinstance(node, list) and type(step) in (int, float):
        position = int(step) + len(node) * (step < 0)
        if _is_position(node, position):
            yield (*above, position), node[position]


def _is_position(node: list[Json], step: Any) -> bool:
    return type(step) is int and 0 <= step < len(node)


def _order(path: JsonPath) -> list[tuple[int, int, str]]:
    return [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in path]
