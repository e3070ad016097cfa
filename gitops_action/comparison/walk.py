"""The walk over target, live and what our manager owns, node by node; it may only ever say "nothing would change".

In: JSON values and a ``fieldsV1`` tree. Out: nothing where both are surely equal, else ``Unsure`` is raised at the
first node that no rule covers. Rules W-2 to W-11 stand at the code that keeps them. Never asks a server.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from gitops_action.comparison import tables
from gitops_action.comparison.atomics import equal_atomic, vanishes
from gitops_action.comparison.quantity import canonical_quantity
from gitops_action.comparison.strict import same
from gitops_action.comparison.trail import Trail, pattern
from gitops_action.resource.fields import SELF, Item, Member, parse_element, token

if TYPE_CHECKING:
    from gitops_action.comparison.schema import Schema
    from gitops_action.resource.resource import Json, JsonObject

Tree: TypeAlias = "dict[str, Any]"
_MISSING: Any = object()
_LEAF: Tree = {}


class Unsure(Exception):
    """No rule says that this node stays as it is."""

    def __init__(self, reason: str, trail: Trail | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.trail = trail


def walk_map(target: JsonObject, live: JsonObject, owned: Tree, trail: Trail | None, schema: Schema | None) -> None:
    """Walk a granular map; ``schema`` is ``None`` for built-in kinds, whose ownership is believed (W-6)."""
    for name, value in target.items():
        other = live.get(name, _MISSING)
        kind = type(value)
        if kind is dict:
            tree = owned.get("f:" + name)
            _map_value(value, other, tree, (trail, name, ""), schema.field(name) if schema else None)
        elif kind is list:
            tree = owned.get("f:" + name)
            _list_value(value, other, tree, (trail, name, ""), schema.field(name) if schema else None)
        elif kind is not type(other) or value != other:
            _scalar(value, other, owned.get("f:" + name), (trail, name, ""), schema)
    for element in owned:
        name = element[2:]
        if name in target or element == SELF:
            continue
        if element[:2] != "f:":
            raise Unsure("list ownership where the target has a map", trail)
        if name in live:
            raise Unsure("set by an earlier apply, and no longer in the target (W-4)", (trail, name, ""))


def _map_value(target: JsonObject, live: Json, owned: Tree | None, trail: Trail, schema: Schema | None) -> None:
    if type(live) is not dict:
        _absent(target, live, owned, trail, schema)
    elif owned and SELF not in owned and (schema is None or schema.is_granular_map):
        walk_map(target, live, owned, trail, schema)
    elif same(target, live):  # W-3
        return
    elif schema is not None:
        raise Unsure("a map of a custom resource without a schema that says how it is merged (W-6)", trail)
    elif not target:
        if not tables.GRANULAR_MAPS.search(pattern(trail)):  # W-9
            raise Unsure("an empty map over a filled one (W-9)", trail)
    elif owned != _LEAF or not equal_atomic(target, live, pattern(trail)):  # W-13
        raise Unsure("a map that differs", trail)


def _list_value(target: list[Json], live: Json, owned: Tree | None, trail: Trail, schema: Schema | None) -> None:
    if type(live) is not list:
        _absent(target, live, owned, trail, schema)
    elif owned and SELF not in owned:
        _owned_items(target, live, owned, trail, schema)
    elif same(target, live):  # W-3
        if owned is None and _has_duplicates(target):
            raise Unsure("the same item twice in the target", trail)
    elif schema is not None or owned != _LEAF or not equal_atomic(target, live, pattern(trail)):  # W-13
        raise Unsure("a list that differs", trail)


def _owned_items(target: list[Json], live: list[Json], owned: Tree, trail: Trail, schema: Schema | None) -> None:
    identity = _identity(tuple(owned))
    if identity is not None and identity.names and (schema is None or schema.is_list_by(identity.names)):
        keyed = _Keyed(identity.names, trail, schema.items if schema else None)
        keyed.walk(target, live, dict(zip(identity.tokens, owned.values(), strict=True)))
    elif identity is not None and not identity.names and (schema is None or schema.is_set):
        _members(target, live, set(identity.tokens), trail)
    # A changed CRD may have made the list atomic (W-6).
    elif schema is None or not same(target, live):
        raise Unsure("a list whose items are owned in a way that its schema does not tell (W-6)", trail)


class _Identity(NamedTuple):
    """How owned items of a list are told apart: by key fields, or (no names) as members of a set."""

    names: tuple[str, ...]
    tokens: tuple[object, ...]


@lru_cache(maxsize=8192)
def _identity(keys: tuple[str, ...]) -> _Identity | None:
    """Return how the items of an ownership tree are told apart; ``None`` where they are a mixture."""
    elements = [parse_element(key) for key in keys]
    items = [element for element in elements if isinstance(element, Item)]
    members = [element for element in elements if isinstance(element, Member)]
    if items and len(items) == len(elements) and len({item.names for item in items}) == 1:
        return _Identity(items[0].names, tuple(item.token for item in items))
    if members and len(members) == len(elements):
        return _Identity((), tuple(token(member.value) for member in members))
    return None


class _Keyed(NamedTuple):
    """A list whose items are told apart by key fields (W-5); ``items`` is their schema in a custom resource."""

    names: tuple[str, ...]
    trail: Trail
    items: Schema | None

    def walk(self, target: list[Json], live: list[Json], owned: dict[object, Tree]) -> None:
        positions = {self.token(item, may_default=False): position for position, item in enumerate(live)}
        if len(positions) != len(live):
            raise Unsure("the same item twice in live (W-5)", self.trail)
        seen: set[object] = set()
        last = -1
        for item in target:
            key = self.token(item, may_default=True)
            found = positions.get(key, -1)
            if found <= last:
                reason = "an item that live lacks, has elsewhere, or that stands twice in the target (W-5)"
                raise Unsure(reason, self.trail)
            last = found
            seen.add(key)
            self._item(item, live[found], owned.get(key))
        if any(gone not in seen and gone in positions for gone in owned):
            raise Unsure("an item of an earlier apply, no longer in the target (W-4)", self.trail)

    def _item(self, target: JsonObject, live: JsonObject, owned: Tree | None) -> None:
        where = (self.trail, "*", str(target.get(self.names[0], "")))
        if owned and (self.items is None or self.items.is_granular_map):
            walk_map(target, live, owned, where, self.items)
        elif not same(target, live):
            raise Unsure("an item that differs and is not ours", where)

    def token(self, item: JsonObject, *, may_default: bool) -> tuple[object, ...]:
        """Return the item's identity; W-7: an absent key is the default, never "whatever live has"."""
        values = []
        for name in self.names:
            value = item.get(name)
            if value is None and may_default:
                value = self.items.field(name).default if self.items else _BUILT_IN_KEYS.get((self.trail[1], name))
            if value is None or isinstance(value, dict | list):
                raise Unsure(f"an item without its key {name!r} (W-7)", self.trail)
            values.append(token(value))
        return tuple(values)


_BUILT_IN_KEYS = {("ports", "protocol"): "TCP"}


def _members(target: list[Json], live: list[Json], owned: set[object], trail: Trail) -> None:
    positions = {token(member): position for position, member in enumerate(live)}
    if len(positions) != len(live):
        raise Unsure("the same member twice in live (W-5)", trail)
    last = -1
    for member in target:
        found = positions.get(token(member), -1)
        if found <= last:
            raise Unsure("a member that live lacks, has elsewhere, or that stands twice in the target (W-5)", trail)
        last = found
    if any(member in positions for member in owned - {token(member) for member in target}):
        raise Unsure("a member of an earlier apply, no longer in the target (W-4)", trail)


def _has_duplicates(items: list[Json]) -> bool:
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    texts = [name for name in names if isinstance(name, str)]
    return len(set(texts)) != len(texts)


def _scalar(target: Json, live: Json, owned: Tree | None, trail: Trail, schema: Schema | None) -> None:
    if live is _MISSING:
        _absent(target, live, owned, trail, schema)
        return
    if schema is not None or owned is None:
        raise Unsure("a value that differs", trail)
    where = pattern(trail)
    if target is None:
        _null(live, where, trail)
    elif not (tables.QUANTITIES.search(where) and isinstance(live, str) and canonical_quantity(target) == live):  # W-11
        raise Unsure("a value that differs", trail)


def _null(live: Json, where: str, trail: Trail) -> None:
    """W-10: null in a map of texts is stored as "", null replicas as 1."""
    parent = trail[0]
    if live == "" and parent is not None and tables.STRING_MAPS.search(pattern(parent)):
        return
    if where != "/spec/replicas" or not same(live, 1):
        raise Unsure("null over a value (W-10)", trail)


def _absent(target: Json, live: Json, owned: Tree | None, trail: Trail, schema: Schema | None) -> None:
    """W-8, W-9: empty in the target and absent from live, by name and for built-in kinds only."""
    if schema is not None:
        raise Unsure("not in live", trail)
    if live is _MISSING:
        if not vanishes(target, pattern(trail), is_owned=owned is not None):
            raise Unsure("not in live", trail)
    elif live is not None or target != [] or trail[1] not in tables.NULL_LISTS:
        raise Unsure("another type than in live", trail)
