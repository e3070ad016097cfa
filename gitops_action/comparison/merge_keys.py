"""Items of lists that are told apart by keys or as members, whoever wrote them: found, and put in order.

In: lists and their type. Out: items by key, and one list of two. A list with an item without keys is not taken apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.json_path import ABSENT
from gitops_action.resource.fields import token

if TYPE_CHECKING:
    from gitops_action.comparison.field_types import FieldType
    from gitops_action.resource.resource import Json, JsonObject


def member_token(value: Json) -> object:
    """Return what tells a set's members apart."""
    return token(value) if not isinstance(value, dict | list) else repr(value)


def by_keys(items: list[Json], kind: FieldType) -> dict[object, JsonObject] | None:
    """Return items by their keys; ``None`` where one has none."""
    found: dict[object, JsonObject] = {}
    for item in items:
        key = key_of(item, kind)
        if key is None:
            return None
        found[key] = item
    return found


def key_of(item: Json, kind: FieldType) -> tuple[object, ...] | None:
    """Return an item's keys; one that is missing is the default (W-7)."""
    if not isinstance(item, dict):
        return None
    values: list[object] = []
    for name in kind.keys:
        value = item.get(name)
        if value is None:
            default = kind.items.field(name).default
            value = "TCP" if name == "protocol" and not kind.is_custom else None if default is ABSENT else default
        if value is None or isinstance(value, dict | list):
            return None
        values.append(token(value))
    return tuple(values)


def ordered(
    live: list[Json], merged: list[Json], new: list[object], old: list[object], there: set[object]
) -> list[Json]:
    """Return the target's items in its order, and those of others behind what they follow in live (W-5)."""
    result, keys = list(merged), list(new)
    previous = -1
    for key, item in zip(old, live, strict=True):
        if key in keys:
            previous = keys.index(key)
        elif key in there:
            previous += 1
            result.insert(previous, item)
            keys.insert(previous, key)
    return result
