"""What an earlier apply had set and Git no longer has: taken out of live, or back at the server's default.

In: live, the manifest of the earlier apply, the target and its type. Out: live as it is without what was given up. What
nobody applied stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.comparison.defaults import filled_in
from gitops_action.comparison.json_path import ABSENT
from gitops_action.comparison.merge_keys import by_keys, key_of, member_token
from gitops_action.comparison.trail import escaped

if TYPE_CHECKING:
    from gitops_action.comparison.field_types import FieldType
    from gitops_action.resource.resource import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruner:
    """Takes out what was given up; ``kind`` is the object's, for its defaults."""

    kind: str

    def map(self, live: JsonObject, original: JsonObject, target: Json, kind: FieldType, path: str) -> JsonObject:
        """Return a map of live without what only the original has."""
        wanted = target if isinstance(target, dict) else {}
        pruned: JsonObject = {}
        for name, value in live.items():
            where = f"{path}/{escaped(name)}"
            if name not in original or (not path and name in ("apiVersion", "kind")):
                pruned[name] = value
            elif name in wanted:
                pruned[name] = self._value(value, original[name], wanted[name], kind.field(name), where)
            elif not path and name == "metadata":
                pruned[name] = self._value(value, original[name], {}, kind.field(name), where)
            elif (default := filled_in(self.kind, kind, name, where, wanted)) is not ABSENT:
                pruned[name] = default
        return pruned

    def _value(self, live: Json, original: Json, target: Json, kind: FieldType, path: str) -> Json:
        if isinstance(live, dict) and isinstance(original, dict) and not kind.is_atomic:
            return self.map(live, original, target, kind, path)
        if not (isinstance(live, list) and isinstance(original, list) and isinstance(target, list)):
            return live
        if kind.is_set:
            kept = {member_token(member) for member in target} | (
                {member_token(m) for m in live} - {member_token(m) for m in original}
            )
            return [member for member in live if member_token(member) in kept]
        if not kind.keys:
            return live
        old, new = by_keys(original, kind), by_keys(target, kind)
        if old is None or new is None:
            return live
        pruned: list[Json] = []
        for item in live:
            key = key_of(item, kind)
            if key in old and key in new:
                pruned.append(self.map(item, old[key], new[key], kind.items, f"{path}/*"))
            elif key not in old:
                pruned.append(item)
        return pruned
