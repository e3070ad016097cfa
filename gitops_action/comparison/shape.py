"""Reading fields of objects whose shape nobody vouches for: another shape than expected counts as absent.

In: a JSON value and a path. Out: what stands there, as the type that is wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.strict import same

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject


def at(value: Json, *path: str) -> Json:
    """Return what stands at a path of map fields, ``None`` where nothing does."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def mapping(value: Json, *path: str) -> JsonObject:
    """Return the map at a path, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def items(value: Json, *path: str) -> list[JsonObject]:
    """Return the maps among the items of the list at a path."""
    found = at(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts(value: Json, *path: str) -> list[str]:
    """Return the texts among the items of the list at a path."""
    found = at(value, *path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def text(value: Json, *path: str) -> str:
    """Return the text at a path, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def number(value: Json, *path: str) -> int | None:
    """Return the integer at a path; ``None`` where none stands there."""
    found = at(value, *path)
    return found if type(found) is int else None


def equal(first: Json, second: Json) -> bool:
    """Return whether two values are surely strictly equal; what is not JSON equals nothing."""
    try:
        return same(first, second)
    except TypeError:
        return False
