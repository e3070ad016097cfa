"""First contact with objects of kubectl, Helm, Flux or Argo CD: the fields that a server-side apply of ours cannot see.

In: target and live. Out: the paths that an old writer set and the target no longer has, and the patch that makes them
ours, so that the next apply removes them (W-21). Never touches what a controller or a person owns as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.tables import LAST_APPLIED, OLD_WRITERS
from gitops_action.resource.fields import (
    SELF,
    Field,
    FieldsEntry,
    Item,
    Member,
    applied_by,
    contains,
    entries,
    find_item,
    is_leaf,
    leaves,
    parse_element,
    subtract,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource import Resource
    from gitops_action.resource.fields import Element, Path
    from gitops_action.resource.resource import Json, JsonObject

_NOT_OF_GIT: tuple[Path, ...] = ((Field("metadata"), Field("annotations"), Field(LAST_APPLIED)),)
_SPARED = frozenset({"apiVersion", "kind", "metadata", "status"})
_METADATA = ("labels", "annotations", "finalizers", "ownerReferences")
_ITEM_DEFAULTS = {"protocol": "TCP"}


def dropped_paths(
    target: Resource, live: Resource, *, manager: str, writers: frozenset[str] = OLD_WRITERS
) -> tuple[Path, ...]:
    """Return what an old writer owns, live has, the target lacks, and no third manager owns (W-21.1)."""
    managed = live.metadata.get("managedFields") or ()
    if not any(entry.get("manager") in writers and entry.get("manager") != manager for entry in managed):
        return ()
    every = entries(live)
    old = [entry for entry in every if _is_old(entry, manager, writers)]
    third = [entry for entry in every if entry not in old and entry.manager != manager]
    found: dict[Path, None] = {}
    for entry in old:
        for path in lacking(entry.fields, target.object, live.object):
            found.update(dict.fromkeys(_alone(path, entry.fields, third)))
    return tuple(path for path in found if path not in _NOT_OF_GIT)


def migration(live: Resource, *, manager: str, writers: frozenset[str] = OLD_WRITERS) -> tuple[JsonObject, ...]:
    """Return the JSON patch that hands the old writers' fields to our manager; empty where there is nothing to do.

    Sent before the apply: what the target lacks is then seen as removed (W-21.3). Entries of another apiVersion than
    live's are left alone. The patch fails where the object changed meanwhile.
    """
    every = entries(live)
    old = [e for e in every if _is_old(e, manager, writers) and e.api_version == live.api_version]
    own = applied_by(live, manager)
    if not old or any(entry.api_version != live.api_version for entry in own):
        return ()
    fields: JsonObject = {}
    for entry in (*own, *old):
        fields = union(fields, subtract(entry.fields, _NOT_OF_GIT))
    taken = {(entry.manager, entry.operation, entry.api_version) for entry in (*own, *old)}
    kept = [
        raw
        for raw in live.metadata.get("managedFields") or ()
        if raw.get("subresource")
        or (raw.get("manager") or "", raw.get("operation") or "", raw.get("apiVersion") or "") not in taken
    ]
    ours = {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": live.api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return (
        {"op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version},
        {"op": "replace", "path": "/metadata/managedFields", "value": [*kept, ours]},
    )


def removal(live: Resource, paths: Iterable[Path]) -> tuple[JsonObject, ...]:
    """Return the JSON patch that removes fields which nobody owns; empty where live has none of them any more."""
    found = [
        {"op": "remove", "path": "".join(f"/{_pointer(element)}" for element in path)}
        for path in paths
        if _is_there(live.object, path)
    ]
    test = {"op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version}
    return (test, *found) if found else ()


def _pointer(element: Element) -> str:
    return element.name.replace("~", "~0").replace("/", "~1") if isinstance(element, Field) else str(element)


def _is_there(live: Json, path: Path) -> bool:
    for element in path:
        if not isinstance(live, dict) or not isinstance(element, Field) or element.name not in live:
            return False
        live = live[element.name]
    return True


def replacement(live: Resource, wanted: JsonObject) -> tuple[JsonObject, ...]:
    """Return the JSON patch that makes live what is wanted: a replace that needs no right but ``patch``.

    The server's own fields and status stay. It is a ``Conflict`` where the object changed since it was read.
    """
    metadata = wanted.get("metadata") or {}
    return (
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live.resource_version},
        *_replaced("", live.object, wanted, (*live.object, *wanted), spared=_SPARED),
        *_replaced("/metadata", live.metadata, metadata, _METADATA, spared=frozenset()),
    )


def _replaced(
    above: str, old: JsonObject, new: JsonObject, names: Iterable[str], *, spared: frozenset[str]
) -> Iterator[JsonObject]:
    for name in dict.fromkeys(names):
        if name in spared:
            continue
        path = f"{above}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in new:
            yield {"op": "add", "path": path, "value": new[name]}
        elif name in old:
            yield {"op": "remove", "path": path}


def _is_old(entry: FieldsEntry, manager: str, writers: frozenset[str]) -> bool:
    return entry.manager in writers and entry.manager != manager and not entry.subresource


def lacking(tree: JsonObject, target: Json, live: Json, prefix: Path = ()) -> Iterator[Path]:
    """Yield where the tree goes on in live and the target does not."""
    for key, below in tree.items():
        if key == SELF:
            continue
        element = parse_element(key)
        path = (*prefix, element)
        match element:
            case Field(name) if isinstance(live, dict) and name in live:
                if not isinstance(target, dict) or name not in target:
                    yield path
                elif not is_leaf(below):
                    yield from lacking(below, target[name], live[name], path)
            case Item() if isinstance(live, list) and (there := find_item(live, element)) >= 0:
                here = find_item(target, element, _ITEM_DEFAULTS) if isinstance(target, list) else -1
                if here < 0:
                    yield path
                else:
                    keyless = {name: sub for name, sub in below.items() if name[2:] not in element.names}
                    yield from lacking(keyless, target[here], live[there], path)
            case Member(value) if isinstance(live, list) and value in live:
                if not isinstance(target, list) or value not in target:
                    yield path
            case _:
                continue


def _alone(path: Path, tree: JsonObject, third: list[FieldsEntry]) -> Iterator[Path]:
    """Yield the path, or where others own something in it, those leaves of ours that nobody else owns."""
    node = tree
    for element in path:
        node = next(below for key, below in node.items() if key != SELF and parse_element(key) == element)
    is_whole = is_leaf(node) or SELF in node
    if is_whole and not any(contains(entry.fields, path) for entry in third):
        yield path
        return
    keys = path[-1].names if isinstance(path[-1], Item) else ()
    for leaf in leaves(node, path):
        is_key = len(leaf) == len(path) + 1 and isinstance(leaf[-1], Field) and leaf[-1].name in keys
        if not is_key and not any(contains(entry.fields, leaf) for entry in third):
            yield leaf
