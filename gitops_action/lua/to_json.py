"""What a script returned → JSON, by the rules of the library that Argo CD uses for it.

In: a value of Lua. Out: a JSON value; a table is a list where its keys are 1 to n, and so is an empty one. Raises
``LuaFailed`` for what JSON cannot say.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from lupa import lua52

from gitops_action.lua.sandbox import LuaFailed

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json

_DEEPEST: Final = 100
"""Tables in tables; deeper ones hold themselves, or are meant to do harm."""


def to_json(value: Any, depth: int = 0) -> Json:
    """Return the JSON value of what a script returned."""
    kind = lua52.lua_type(value)
    if kind == "table":
        if depth >= _DEEPEST:
            raise LuaFailed("cannot encode recursively nested tables to JSON")
        try:
            return _table(list(value.items()), depth + 1)
        except UnicodeDecodeError as error:
            raise LuaFailed(f"the script returned text that is not UTF-8: {error.reason}") from error
    if kind is not None:
        raise LuaFailed(f"cannot encode {kind} to JSON")
    if isinstance(value, float) and not math.isfinite(value):
        raise LuaFailed("cannot encode a number that is not finite to JSON")
    return value


def _table(entries: list[tuple[Any, Any]], depth: int) -> Json:
    names = [name for name, _ in entries]
    if all(isinstance(name, str) for name in names) and names:
        return {name: to_json(item, depth) for name, item in entries}
    if not all(type(name) is int for name in names):
        raise LuaFailed("cannot encode mixed or invalid key types")
    entries.sort(key=lambda entry: entry[0])
    if [name for name, _ in entries] != list(range(1, len(entries) + 1)):
        raise LuaFailed("cannot encode sparse array")
    return [to_json(item, depth) for _, item in entries]
