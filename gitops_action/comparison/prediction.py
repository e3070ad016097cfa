"""What an apply would leave, as Argo CD judges it: only fields that we own count (W-18, DIF-24).

In: live and the server's answer to a dry run. Out: both as they are compared and shown. Never asks a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison import tables
from gitops_action.comparison.strict import same
from gitops_action.comparison.trail import escaped
from gitops_action.resource.fields import SELF, Item, Member, applied_by, parse_element, token, union

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject

_SERVER_METADATA = frozenset({"managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"})


def comparable(resource: Resource, *, has_status: bool) -> JsonObject:
    """Return an object without what the server alone writes; ``status`` goes where it is a subresource (DIF-11)."""
    metadata = {name: value for name, value in resource.metadata.items() if name not in _SERVER_METADATA}
    kept = {name: value for name, value in resource.object.items() if name != "status" or not has_status}
    return {**kept, "metadata": metadata}


def owned_tree(resource: Resource, manager: str) -> JsonObject | None:
    """Return the tree of what the manager's applies own; ``None`` where it has no entry."""
    trees = [entry.fields for entry in applied_by(resource, manager)]
    merged: JsonObject = {}
    for tree in trees:
        merged = union(merged, tree)
    return merged if trees else None


def differs(first: JsonObject, second: JsonObject) -> bool:
    """Return whether two comparable objects are not strictly equal."""
    return not same(first, second)


def keep_owned(predicted: JsonObject, live: JsonObject, owned: JsonObject, lost: JsonObject) -> JsonObject:
    """Return the prediction with live's value wherever we neither own the field now nor gave it up.

    ``owned`` is our tree in the prediction, ``lost`` what was ours (or an old writer's, taken over) before. What a
    webhook or a controller changes beside us is thereby no difference.
    """
    kept = _map(predicted, live, owned, lost, "")
    if live.get("kind") in tables.ATOMIC_DATA and "f:data" in owned and "data" in predicted:
        kept["data"] = predicted["data"]
    return kept


def _map(predicted: JsonObject, live: JsonObject, owned: JsonObject, lost: JsonObject, path: str) -> JsonObject:
    result: JsonObject = {}
    for name in dict.fromkeys((*live, *predicted)):
        now, before = owned.get("f:" + name), lost.get("f:" + name)
        if now is None and before is None:
            if name in live:
                result[name] = live[name]
        elif name in predicted and name in live:
            result[name] = _value(predicted[name], live[name], now, before, f"{path}/{escaped(name)}")
        elif name in predicted:
            result[name] = predicted[name]
    return result


def _value(predicted: Json, live: Json, now: JsonObject | None, before: JsonObject | None, path: str) -> Json:
    if isinstance(predicted, dict) and isinstance(live, dict):
        if _has_below(now) or _has_below(before):
            return _map(predicted, live, now or {}, before or {}, path)
        # An owned empty map says nothing of what others put into it (W-9).
        return live if now is not None and tables.GRANULAR_MAPS.search(path) else predicted
    if isinstance(predicted, list) and isinstance(live, list) and (_has_below(now) or _has_below(before)):
        return _list(predicted, live, now or {}, before or {}, path)
    return predicted


def _has_below(tree: JsonObject | None) -> bool:
    return bool(tree) and any(key != SELF for key in tree or ())


def _list(predicted: list[Json], live: list[Json], owned: JsonObject, lost: JsonObject, path: str) -> list[Json]:
    now = {parse_element(key): below for key, below in owned.items() if key != SELF}
    before = {parse_element(key): below for key, below in lost.items() if key != SELF}
    elements = (*now, *before)
    names = next((element.names for element in elements if isinstance(element, Item)), ())
    if not all(isinstance(e, Member) or (isinstance(e, Item) and e.names == names) for e in elements):
        return predicted
    ours_now = {_element_token(element): below for element, below in now.items()}
    ours_before = {_element_token(element): below for element, below in before.items()}
    there = {_item_token(item, names): item for item in live}
    result: list[Json] = []
    for item in predicted:
        key = _item_token(item, names)
        if key in ours_now or key in ours_before:
            if key in there and isinstance(item, dict):
                item_now, item_before = ours_now.get(key) or {}, ours_before.get(key) or {}
                merged = _map(item, there[key], item_now, item_before, f"{path}/*")
                # Its key fields stay, whoever owns them: without them it could not be told from others.
                result.append({**merged, **{name: item[name] for name in names if name in item}})
            else:
                result.append(item)
        elif key in there:
            result.append(there[key])
    return _with_foreign(result, live, {*ours_now, *ours_before}, names)


def _with_foreign(result: list[Json], live: list[Json], ours: set[object], names: tuple[str, ...]) -> list[Json]:
    """Put back what others own in live and the prediction lacks, behind the item that it follows in live."""
    keys = [_item_token(item, names) for item in result]
    previous = -1
    for item in live:
        key = _item_token(item, names)
        if key in keys:
            previous = keys.index(key)
        elif key not in ours:
            previous += 1
            result.insert(previous, item)
            keys.insert(previous, key)
    return result


def _element_token(element: object) -> object:
    return (
        element.token if isinstance(element, Item) else token(element.value) if isinstance(element, Member) else element
    )


def _item_token(item: Json, names: tuple[str, ...]) -> object:
    if isinstance(item, dict):
        return tuple(token(item.get(name)) for name in names)
    return token(item)
