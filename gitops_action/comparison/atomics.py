"""Values that one manager owns as a whole, in built-in kinds: what the server adds to them and drops from them.

In: target, live and their path. Out: whether live is what the server makes of the target (W-8, W-13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison import tables
from gitops_action.comparison.quantity import canonical_quantity
from gitops_action.comparison.strict import same
from gitops_action.comparison.trail import escaped

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject

_VANISHING_NULLS = (tables.OMITTED_LISTS, tables.OMITTED_MAPS, tables.OMITTED_ZEROS, tables.OMITTED_NULLS)
_RBAC = "rbac.authorization.k8s.io"


def vanishes(target: Json, path: str, *, is_owned: bool) -> bool:
    """Return whether the server drops this empty value of a built-in kind, known by its name (W-8).

    An earlier apply of ours left the path in our ownership, or the path leaves no trace there: else the field
    may be one that does not exist in that place, which the server refuses.
    """
    parent, _, name = path.rpartition("/")
    if tables.STRING_MAPS.search(parent) or not (is_owned or tables.TRACELESS.search(path)):
        return False
    if target is None:
        return any(name in table for table in _VANISHING_NULLS)
    if target == [] and isinstance(target, list):
        return name in tables.OMITTED_LISTS
    if target == {} and isinstance(target, dict):
        return name in tables.OMITTED_MAPS
    return name in tables.OMITTED_ZEROS and same(tables.OMITTED_ZEROS[name], target)


def equal_atomic(target: Json, live: Json, path: str) -> bool:
    """Return whether live is the target with defaults of the table, names that vanish, and canonical quantities."""
    if type(target) is dict and type(live) is dict:
        return _equal_map(target, live, path)
    if type(target) is list and type(live) is list:
        return len(target) == len(live) and all(
            equal_atomic(item, other, f"{path}/*") for item, other in zip(target, live, strict=True)
        )
    if same(target, live):
        return True
    return isinstance(live, str) and bool(tables.QUANTITIES.search(path)) and canonical_quantity(target) == live


def _equal_map(target: JsonObject, live: JsonObject, path: str) -> bool:
    for name, value in target.items():
        below = f"{path}/{escaped(name)}"
        if name in live:
            if not equal_atomic(value, live[name], below):
                return False
        elif not vanishes(value, below, is_owned=False) and not _is_dropped_subject_group(target, below, value):
            return False
    return all(_is_default(live[name], f"{path}/{escaped(name)}", target) for name in live.keys() - target.keys())


def _is_default(live: Json, path: str, target: JsonObject) -> bool:
    if path == "/subjects/*/apiGroup":
        return target.get("kind") in ("User", "Group") and same(live, _RBAC)
    return any(same(default, live) and regex.search(path) for regex, default in tables.ATOMIC_DEFAULTS)


def _is_dropped_subject_group(target: JsonObject, path: str, value: Json) -> bool:
    return path == "/subjects/*/apiGroup" and target.get("kind") == "ServiceAccount" and same(value, "")
