"""Strict equality of JSON values (W-2): same type, same value, lists in order, maps in any order.

Python's own ``==`` says ``1 == True == 1.0``; the API server does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json


def same(first: Json, second: Json) -> bool:
    """Return whether two JSON values are strictly equal.

    What is not JSON (an integer beyond 64 bits, a key that is no text) raises ``TypeError``: no answer would be sure.
    """
    if type(first) is not type(second):
        return False
    if type(first) is str:
        return bool(first == second)
    return canonical(first) == canonical(second) if first == second else False


def canonical(value: Json) -> bytes:
    """Return the JSON text of a value with sorted keys; ``1``, ``1.0`` and ``true`` have different ones."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
