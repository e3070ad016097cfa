"""Whether an application renders the same twice: what is random or asks the clock differs at every run.

In: two renderings of the same sources. Out: a condition that names the objects and their fields, never their values.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.rendering.context import Rendered
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json

_SHOWN = 10
"""Fields in one message."""


def unrepeatable(first: Rendered, second: Rendered) -> tuple[ApplicationCondition, ...]:
    """Return what differs between two renderings as a condition; nothing where they are the same."""
    found = list(_differences(first, second))
    if not found:
        return ()
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return (
        ApplicationCondition(
            type=ConditionType.UNREPEATABLE_WARNING,
            message=f"two renderings of the same sources differ in {', '.join(found[:_SHOWN])}{more}",
            remedy="Look for random values, dates and `lookup` in its templates; give them fixed values instead.",
        ),
    )


def _differences(first: Rendered, second: Rendered) -> Iterator[str]:
    one, other = ({_title(target): target for target in each.targets} for each in (first, second))
    for title in dict.fromkeys(chain(one, other)):
        if title not in one or title not in other:
            yield f"{title} (in one of them only)"
        else:
            yield from (f"{title} {path}" for path in _paths(one[title].object, other[title].object, ""))


def _title(target: Resource) -> str:
    place = f"{target.namespace}/{target.name}" if target.namespace else target.name
    return f"{target.kind} {place or target.metadata.get('generateName', '')}"


def _paths(one: Json, other: Json, path: str) -> Iterator[str]:
    """Yield the deepest fields that differ; lists of different lengths are one field."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys(chain(one, other)):
            if name not in one or name not in other:
                yield f"{path}.{name}".lstrip(".")
            else:
                yield from _paths(one[name], other[name], f"{path}.{name}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _paths(left, right, f"{path}[{index}]")
    elif one != other or type(one) is not type(other):
        yield path
