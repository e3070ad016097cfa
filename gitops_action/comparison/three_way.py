"""What an apply would leave, worked out here: for who may not ask the server (DIF-14, DIF-16 to DIF-19).

In: a prepared target, live in the same apiVersion, what an earlier apply had set, and the schema of a custom kind. Out:
a ``ThreeWay``: live, what it would become, and the paths at which only the server could tell. Fields that Git never set
stay; what it had set and no longer has goes, or falls back to the server's default. Never takes a doubt for equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.comparison import tables
from gitops_action.comparison.atomics import equal_atomic
from gitops_action.comparison.defaults import filled_in
from gitops_action.comparison.field_types import FieldType, type_of
from gitops_action.comparison.given_up import Pruner
from gitops_action.comparison.json_path import ABSENT
from gitops_action.comparison.merge_keys import by_keys, member_token, ordered
from gitops_action.comparison.quantity import canonical_quantity
from gitops_action.comparison.strict import same
from gitops_action.comparison.trail import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.comparison.schema import Schema
    from gitops_action.resource.resource import Json, JsonObject


_CLAIMS = "/spec/volumeClaimTemplates"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeWay:
    """Both sides of a comparison; ``doubts`` are paths at which only a server could tell what becomes of live."""

    live: JsonObject
    predicted: JsonObject
    doubts: tuple[str, ...] = ()


def three_way(
    target: JsonObject,
    live: JsonObject,
    originals: Sequence[JsonObject] = (),
    *,
    schema: Schema | None = None,
    trusting: bool = False,
) -> ThreeWay:
    """Return live and what an apply of the target would make of it.

    ``originals`` are what earlier applies had set; without any, nothing is known to have been taken out of Git.
    ``trusting`` takes the target's word where only the server could tell, so that a doubt is a difference.
    """
    root = type_of(target, schema)
    merge = _Merge(kind=_kind(target), has_schema=schema is not None or not root.is_custom, trusting=trusting)
    wanted = _without_namespace(target)
    if not wanted.get("status"):
        wanted = {name: value for name, value in wanted.items() if name != "status"}
    predicted = live
    pruner = Pruner(kind=merge.kind)
    for original in originals:
        predicted = pruner.map(predicted, _without_namespace(original), wanted, root, "")
    return ThreeWay(live=live, predicted=merge.map(predicted, wanted, root, ""), doubts=tuple(merge.doubts))


def _kind(target: JsonObject) -> str:
    api_version = str(target.get("apiVersion"))
    return f"{api_version if '/' in api_version else '/' + api_version}/{target.get('kind')}"


def _without_namespace(side: JsonObject) -> JsonObject:
    """Leave out where the object is, and annotations without content (DIF-16)."""
    metadata = side.get("metadata")
    if not isinstance(metadata, dict):
        return side
    kept = {name: value for name, value in metadata.items() if name != "namespace" and (name != "annotations" or value)}
    return {**side, "metadata": kept}


@dataclass(slots=True, kw_only=True)
class _Merge:
    kind: str
    has_schema: bool
    trusting: bool
    doubts: list[str] = field(default_factory=list)

    def map(self, live: JsonObject, target: JsonObject, kind: FieldType, path: str) -> JsonObject:
        """Return a map of live with the target's fields."""
        merged = dict(live)
        for name, value in target.items():
            where = f"{path}/{escaped(name)}"
            if name in live:
                merged[name] = self._value(live[name], value, kind.field(name), where)
            elif (added := self._added(value, kind, name, where)) is not ABSENT:
                merged[name] = added
        return merged

    def _added(self, value: Json, parent: FieldType, name: str, path: str) -> Json:
        """Return what becomes of a field that live lacks; ``ABSENT`` where the server drops it."""
        kind = parent.field(name)
        is_member = parent.is_map and not parent.is_struct
        if parent.is_custom:
            return self._doubt(ABSENT, value, path) if value is None else value
        if value is None:
            return "" if is_member else ABSENT if kind.is_declared else self._doubt(ABSENT, value, path)
        if same(filled_in(self.kind, parent, name, path, {}), value):
            return ABSENT  # live has it unless it was written by hand, for the server fills it in
        if is_member or value:
            return self._spelled(value, kind)
        if (isinstance(value, list) and kind.is_list) or (
            isinstance(value, dict) and kind.is_map and not kind.is_struct
        ):
            return ABSENT
        if isinstance(value, dict) and kind.is_struct:
            return value
        if name in tables.OMITTED_ZEROS and same(tables.OMITTED_ZEROS[name], value):
            return ABSENT
        return self._doubt(ABSENT, value, path)

    def _spelled(self, value: Json, kind: FieldType) -> Json:
        return canonical_quantity(value) or value if kind.is_quantity else value

    def _value(self, live: Json, target: Json, kind: FieldType, path: str) -> Json:
        if same(live, target):
            return live
        if isinstance(live, dict) and isinstance(target, dict):
            if kind.is_atomic:
                return self._atomic(live, target, kind, path)
            if kind.is_custom and not self.has_schema and live.keys() - target.keys():
                self.doubts.append(path)  # it may be one value, which an apply replaces (W-6)
            return self.map(live, target, kind, path)
        if isinstance(live, list) and isinstance(target, list):
            return self._list(live, target, kind, path)
        return self._scalar(live, target, kind, path)

    def _scalar(self, live: Json, target: Json, kind: FieldType, path: str) -> Json:
        if target is None:
            return self._null(live, path)
        if kind.is_quantity:
            spelled = canonical_quantity(target)
            if spelled is None:
                return self._doubt(live, target, path)
            return live if spelled == canonical_quantity(live) else spelled
        if not target and live is None:  # ``rules: []`` is stored as null
            return live
        if kind.is_custom and float in (type(live), type(target)) and live == target:
            return self._doubt(live, target, path)  # 1 and 1.0
        return target

    def _null(self, live: Json, path: str) -> Json:
        """W-10: null is stored as "" among texts, and as the default elsewhere."""
        parent = path.rpartition("/")[0]
        if live == "" and tables.STRING_MAPS.search(parent):
            return live
        if path == "/spec/replicas" and same(live, 1):
            return live
        return self._doubt(live, None, path)

    def _list(self, live: list[Json], target: list[Json], kind: FieldType, path: str) -> Json:
        if kind.is_set:
            there = {member_token(member) for member in live}
            return ordered(
                live, [*target], [member_token(each) for each in target], [member_token(each) for each in live], there
            )
        if kind.keys:
            return self._keyed(live, target, kind, path)
        if kind.is_declared:
            return self._atomic(live, target, kind, path)
        return self._undeclared(live, target, path)

    def _keyed(self, live: list[Json], target: list[Json], kind: FieldType, path: str) -> Json:
        old, new = by_keys(live, kind), by_keys(target, kind)
        if old is None or new is None or len(old) != len(live) or len(new) != len(target):
            return self._doubt(live, target, path)
        merged = [
            self.map(old[key], item, kind.items, f"{path}/*") if key in old else item for key, item in new.items()
        ]
        return ordered(live, merged, list(new), list(old), set(old))

    def _atomic(self, live: Json, target: Json, kind: FieldType, path: str) -> Json:
        """Return one value: the target's, unless live is what the server makes of it."""
        if not kind.is_custom and equal_atomic(target, live, path):
            return live
        filled = self._filled(target, live, kind, path)
        if same(filled, live):
            return live
        if path == _CLAIMS and _covers(live, target):  # nobody can change them: the rest is the server's (DIF-18)
            self.doubts.append(path)
            return live
        return filled

    def _filled(self, target: Json, live: Json, kind: FieldType, path: str) -> Json:
        """Return an atomic value with the defaults that the server writes into it, where live has them."""
        if isinstance(target, list) and isinstance(live, list) and len(target) == len(live):
            return [self._filled(t, other, kind.items, f"{path}/*") for t, other in zip(target, live, strict=True)]
        if not isinstance(target, dict) or not isinstance(live, dict):
            return self._spelled(target, kind)
        filled: JsonObject = {}
        for name, value in target.items():
            where = f"{path}/{escaped(name)}"
            if name in live:
                filled[name] = self._filled(value, live[name], kind.field(name), where)
            elif (added := self._added(value, kind, name, where)) is not ABSENT:
                filled[name] = added
        for name, value in live.items():
            where = f"{path}/{escaped(name)}"
            if name not in target and (value is None or same(filled_in(self.kind, kind, name, where, target), value)):
                filled[name] = value
        return filled

    def _undeclared(self, live: list[Json], target: list[Json], path: str) -> Json:
        """Return a list of a kind without a schema: what live's items have besides may be defaults (DIF-19)."""
        if (
            self.has_schema
            or len(live) != len(target)
            or not all(_covers(old, new) for old, new in zip(live, target, strict=True))
        ):
            return target
        self.doubts.append(path)
        return live

    def _doubt(self, live: Json, target: Json, path: str) -> Json:
        self.doubts.append(path)
        return target if self.trusting else live


def _covers(live: Json, target: Json) -> bool:
    """Return whether live has all that the target has."""
    if isinstance(live, dict) and isinstance(target, dict):
        return all(name in live and _covers(live[name], value) for name, value in target.items())
    if isinstance(live, list) and isinstance(target, list):
        return len(live) == len(target) and all(map(_covers, live, target))
    return same(live, target)
