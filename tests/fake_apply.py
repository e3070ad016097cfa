"""Server-side apply and JSON patch as the fake cluster does them: pure, on copies."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from gitops_action.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.resource.resource import JsonObject

_IDENTITY = ("apiVersion", "kind")
_SERVERS_OWN = ("name", "namespace", "managedFields", "uid", "resourceVersion", "generation", "creationTimestamp")


def field_set(sent: JsonObject) -> JsonObject:
    """Return the ``fieldsV1`` of what was sent; lists are atomic."""
    return _fields({name: value for name, value in _owned(sent).items() if name not in _IDENTITY})


def applied(live: JsonObject | None, sent: JsonObject, manager: str) -> JsonObject:
    """Return the live object after an apply: ours set, what we applied before and no longer do taken away."""
    if live is None:
        return copy.deepcopy(sent)
    managed = live["metadata"].get("managedFields") or []
    ours = [entry for entry in managed if entry["manager"] == manager and entry["operation"] == "Apply"]
    live["metadata"]["managedFields"] = [entry for entry in managed if entry not in ours]
    for entry in ours:
        _drop(live, entry["fieldsV1"], field_set(sent))
    _merge(live, copy.deepcopy(_owned(sent)))
    return live


def patched(target: JsonObject, operations: Sequence[JsonObject]) -> JsonObject:
    """Return the object after an RFC 6902 patch of ``test``, ``add``, ``replace`` and ``remove``."""
    for operation in operations:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        place: Any = target
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else _child(place, part, operation)
        _patch_one(place, last, operation)
    return target


def merged(target: Any, patch: JsonObject) -> JsonObject:
    """Return a copy of an object after an RFC 7396 merge patch."""
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value) if isinstance(value, dict) else copy.deepcopy(value)
    return result


def _patch_one(place: Any, last: str, operation: JsonObject) -> None:
    at: Any = (len(place) if last == "-" else int(last)) if isinstance(place, list) else last
    present = at < len(place) if isinstance(place, list) else at in place
    match operation["op"]:
        case "test" if not present or place[at] != operation["value"]:
            raise _refused(operation)
        case "test":
            return
        case "add" if isinstance(place, list):
            place.insert(at, operation["value"])
        case "add":
            place[at] = operation["value"]
        case "replace" | "remove" if not present:
            raise _refused(operation)
        case "replace":
            place[at] = operation["value"]
        case _:
            del place[at]


def _child(place: Any, part: str, operation: JsonObject) -> Any:
    if part not in place:
        raise _refused(operation)
    return place[part]


def _refused(operation: JsonObject) -> Invalid:
    return Invalid(
        f"the server rejected our request due to an error in our request: {operation['op']} {operation['path']}",
        status=422,
        reason="Invalid",
    )


def _owned(sent: JsonObject) -> JsonObject:
    metadata = {name: value for name, value in sent.get("metadata", {}).items() if name not in _SERVERS_OWN}
    return {**sent, "metadata": metadata}


def _fields(value: Any) -> JsonObject:
    if not isinstance(value, dict) or not value:
        return {}
    return {f"f:{name}": _fields(child) for name, child in value.items() if name != "metadata" or child}


def _drop(live: JsonObject, before: JsonObject, now: JsonObject) -> None:
    for name, children in before.items():
        key = name.removeprefix("f:")
        if key not in live:
            continue
        if name not in now and (not children or not isinstance(live[key], dict)):
            del live[key]
        elif isinstance(live[key], dict):
            _drop(live[key], children, now.get(name, {}))
            if not live[key] and name not in now:
                del live[key]


def _merge(live: JsonObject, sent: JsonObject) -> None:
    for name, value in sent.items():
        if isinstance(value, dict) and isinstance(live.get(name), dict):
            _merge(live[name], value)
        elif value is not None:
            live[name] = value
