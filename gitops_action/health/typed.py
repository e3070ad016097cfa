"""Typed reads of a live object: what is absent counts as Go's zero value, what has another type is an error.

In: an object and a path. Out: the value there. Never guesses: ``"3"`` is no integer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject

_T = TypeVar("_T")


class CannotAssess(Exception):
    """An object whose health cannot be decided; the message becomes that of the Unknown status."""


def integer(obj: JsonObject, *path: str) -> int:
    """Return the integer at a path, or 0."""
    return optional_integer(obj, *path) or 0


def optional_integer(obj: JsonObject, *path: str) -> int | None:
    """Return the integer at a path, or ``None`` where it is absent."""
    return _read(obj, path, int, "an integer")


def text(obj: JsonObject, *path: str) -> str:
    """Return the text at a path, or the empty one."""
    return _read(obj, path, str, "a string") or ""


def flag(obj: JsonObject, *path: str) -> bool:
    """Return the boolean at a path, or ``False``."""
    return _read(obj, path, bool, "a boolean") or False


def mapping(obj: JsonObject, *path: str) -> JsonObject | None:
    """Return the mapping at a path, or ``None`` where it is absent."""
    return _read(obj, path, dict, "a mapping")


def items(obj: JsonObject, *path: str) -> list[JsonObject]:
    """Return the list of mappings at a path; empty where it is absent."""
    found: list[Any] = _read(obj, path, list, "a list") or []
    if not all(isinstance(item, dict) for item in found):
        raise CannotAssess(f"{'.'.join(path)} is not a list of mappings")
    return found


def conditions(obj: JsonObject) -> list[JsonObject]:
    """Return ``status.conditions``."""
    return items(obj, "status", "conditions")


def condition(obj: JsonObject, kind: str) -> JsonObject | None:
    """Return the first condition of a type."""
    return next((item for item in conditions(obj) if text(item, "type") == kind), None)


def _read(obj: JsonObject, path: tuple[str, ...], kind: type[_T], words: str) -> _T | None:
    value: Any = obj
    for depth, name in enumerate(path):
        if value is None:
            return None
        if not isinstance(value, dict):
            raise CannotAssess(f"{'.'.join(path[:depth])} is not a mapping")
        value = value.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise CannotAssess(f"{'.'.join(path)} is not {words}")
    return value
