"""Who set which field: the ``fieldsV1`` trees of ``metadata.managedFields``.

In: a live object. Out: its entries, and the paths in them as values. Never decides what ownership means.

A tree maps an element to the tree below it: ``f:name`` a field of a map, ``k:{…}`` a list item by its keys, ``v:…`` a
member of a set, ``i:n`` an item by position, and ``.`` the node itself. An empty tree is a leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource.resource import Json, JsonObject, Resource

SELF = "."


class Field(NamedTuple):
    """``f:``: a field of a map."""

    name: str

    def __str__(self) -> str:
        """Return ``.name``."""
        return f".{self.name}"


class Item(NamedTuple):
    """``k:``: a list item, by the values of its key fields, sorted by name."""

    keys: tuple[tuple[str, Json], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The key fields."""
        return tuple(name for name, _ in self.keys)

    @property
    def token(self) -> tuple[object, ...]:
        """The values as something that is equal only for strictly equal values."""
        return tuple(token(value) for _, value in self.keys)

    def __str__(self) -> str:
        """Return ``[app]``, or ``[53,UDP]`` for several keys."""
        return f"[{','.join(str(value) for _, value in self.keys)}]"


class Member(NamedTuple):
    """``v:``: a member of a set."""

    value: Json

    def __str__(self) -> str:
        """Return ``[member]``."""
        return f"[{self.value}]"


class Index(NamedTuple):
    """``i:``: a list item by its position."""

    position: int

    def __str__(self) -> str:
        """Return ``[3]``."""
        return f"[{self.position}]"


Element: TypeAlias = Field | Item | Member | Index
Path: TypeAlias = tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsEntry:
    """One entry of ``managedFields``: who wrote, how, and the tree of what is theirs."""

    manager: str
    operation: str
    api_version: str
    subresource: str
    fields: JsonObject


def token(value: Json) -> object:
    """Return a hashable that is equal for strictly equal scalars only: ``1``, ``1.0`` and ``true`` differ (W-2)."""
    return value if type(value) is str else (type(value).__name__, value)


@lru_cache(maxsize=65536)
def parse_element(text: str) -> Element:
    """Return the path element that a key of a tree says; ``ValueError`` for what is none."""
    prefix, rest = text[:2], text[2:]
    if prefix == "f:":
        return Field(rest)
    if prefix == "k:":
        keys = orjson.loads(rest)
        if not isinstance(keys, dict) or not keys:
            raise ValueError(f"not the keys of a list item: {text}")
        return Item(tuple(sorted(keys.items())))
    if prefix == "v:":
        return Member(orjson.loads(rest))
    if prefix == "i:":
        return Index(int(rest))
    raise ValueError(f"not an element of a fieldsV1 path: {text}")


def entries(live: Resource) -> tuple[FieldsEntry, ...]:
    """Return the entries of an object's ``managedFields``; empty where it carries none."""
    return tuple(
        FieldsEntry(
            manager=entry.get("manager") or "",
            operation=entry.get("operation") or "",
            api_version=entry.get("apiVersion") or "",
            subresource=entry.get("subresource") or "",
            fields=entry.get("fieldsV1") or {},
        )
        for entry in live.metadata.get("managedFields") or ()
    )


def applied_by(live: Resource, manager: str) -> tuple[FieldsEntry, ...]:
    """Return the entries that a manager's server-side apply of the whole object left: none, one, or one a version."""
    return tuple(
        entry
        for entry in entries(live)
        if entry.manager == manager and entry.operation == "Apply" and not entry.subresource
    )


def is_leaf(tree: JsonObject) -> bool:
    """Return whether nothing stands below."""
    return not tree or (len(tree) == 1 and SELF in tree)


def leaves(tree: JsonObject, prefix: Path = ()) -> Iterator[Path]:
    """Yield the paths of a tree that have nothing below."""
    for key, below in tree.items():
        if key == SELF:
            continue
        path = (*prefix, parse_element(key))
        if is_leaf(below):
            yield path
        else:
            yield from leaves(below, path)


def contains(tree: JsonObject, path: Path) -> bool:
    """Return whether a tree names the path, or something below it, or a leaf above it."""
    node = tree
    for element in path:
        for key, below in node.items():
            if key != SELF and parse_element(key) == element:
                node = below
                break
        else:
            return False
        if is_leaf(node):
            return True
    return True


def union(first: JsonObject, second: JsonObject) -> JsonObject:
    """Return the tree that names what either names."""
    merged = dict(first)
    for key, below in second.items():
        merged[key] = union(merged[key], below) if key in merged else below
    return merged


def subtract(tree: JsonObject, paths: Iterable[Path]) -> JsonObject:
    """Return the tree without these paths and what is below them."""
    for path in paths:
        key, below = format_element(path[0]), path[1:]
        if key in tree:
            rest = {name: node for name, node in tree.items() if name != key}
            tree = {**rest, key: subtract(tree[key], [below])} if below else rest
    return tree


def tree_of(paths: Iterable[Path]) -> JsonObject:
    """Return the tree that names these paths."""
    tree: JsonObject = {}
    for path in paths:
        node = tree
        for element in path:
            node = node.setdefault(format_element(element), {})
    return tree


def format_element(element: Element) -> str:
    """Return the element as a key of a tree."""
    match element:
        case Field():
            return f"f:{element.name}"
        case Item():
            return f"k:{orjson.dumps(dict(element.keys)).decode()}"
        case Member():
            return f"v:{orjson.dumps(element.value).decode()}"
        case Index():
            return f"i:{element.position}"


def format_path(path: Path) -> str:
    """Return the path as people write it: ``spec.template.spec.containers[app].image``."""
    return "".join(map(str, path)).removeprefix(".")


def find_item(items: Iterable[Json], wanted: Item, defaults: JsonObject | None = None) -> int:
    """Return the position of the list item with these keys, -1 where there is none; absent keys may have defaults."""
    for position, item in enumerate(items):
        if isinstance(item, dict) and all(
            token(item.get(name, (defaults or {}).get(name))) == token(value) for name, value in wanted.keys
        ):
            return position
    return -1


def step(node: Json, element: Element) -> Json:
    """Return what stands at an element below a node, ``None`` where nothing does."""
    match element:
        case Field(name) if isinstance(node, dict):
            return node.get(name)
        case Item() if isinstance(node, list) and (position := find_item(node, element)) >= 0:
            return node[position]
        case Index(position) if isinstance(node, list) and position < len(node):
            return node[position]
        case _:
            return None


def without(value: JsonObject, paths: Iterable[Path], *, kept: JsonObject | None = None) -> JsonObject:
    """Return a deep copy of an object without what stands at these paths; a path that is not there is passed over.

    Maps and lists that get empty go too, as in a server-side apply, unless ``kept`` has them.
    """
    copy: JsonObject = orjson.loads(orjson.dumps(value))
    for path in paths:
        _remove(copy, path, kept)
    return copy


def _remove(node: Json, path: Path, kept: Json) -> None:
    element, rest = path[0], path[1:]
    if not rest:
        _delete(node, element)
    elif (below := step(node, element)) is not None:
        below_kept = step(kept, element)
        _remove(below, rest, below_kept)
        if below in ({}, []) and below_kept is None:
            _delete(node, element)


def _delete(node: Json, element: Element) -> None:
    match element:
        case Field(name) if isinstance(node, dict):
            node.pop(name, None)
        case Item() if isinstance(node, list) and (position := find_item(node, element)) >= 0:
            del node[position]
        case Member(value) if isinstance(node, list) and value in node:
            node.remove(value)
        case _:
            return
