"""Run the scripts of actions: what can be done with an object, and what one action makes of it (HLT-7, HLT-9, HLT-10).

In: scripts and a live object. Out: the actions by name, or the objects that an action patches or creates. Scripts run
without the open libraries, as in Argo CD. Never talks to a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gitops_action.lua.sandbox import LuaFailed, without_nulls
from gitops_action.lua.to_json import to_json
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.lua.sandbox import Sandbox
    from gitops_action.resource.resource import Json, JsonObject

_TEXTS: Final = ("iconClass", "displayName")


class ActionParameter(NamedTuple):
    """What an action wants to be told; ``None`` as its default: it has to be told."""

    name: str
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceAction:
    """Something that can be done with an object; a disabled one not in its present state."""

    name: str
    disabled: bool = False
    parameters: tuple[ActionParameter, ...] = ()
    icon_class: str = ""
    display_name: str = ""


class Operation(StrEnum):
    """What becomes of an object that an action returns."""

    PATCH = "patch"
    CREATE = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactedResource:
    """An object that an action returns: the live one as it is to be, or a new one."""

    operation: Operation
    resource: Resource


def discover(sandbox: Sandbox, scripts: Sequence[str], live: Resource, *, now: float) -> tuple[ResourceAction, ...]:
    """Return the actions of an object by name; raises ``LuaFailed`` where a script does not name them."""
    found: dict[str, ResourceAction] = {}
    for script in scripts:
        table = _run(sandbox, script, live, now, {})
        if table == []:
            continue
        if not isinstance(table, dict):
            raise LuaFailed("the discovery script returned a list, not a table of actions by name")
        for name, entry in table.items():
            found.setdefault(name, _action(name, entry))
    return tuple(found[name] for name in sorted(found))


def run_action(
    sandbox: Sandbox, script: str, live: Resource, parameters: Mapping[str, str], *, now: float
) -> tuple[ImpactedResource, ...]:
    """Return the objects that an action patches or creates; raises ``LuaFailed`` where it fails."""
    returned = _run(sandbox, script, live, now, parameters)
    impacted = (
        tuple(map(_impacted, returned))
        if isinstance(returned, list)
        else (ImpactedResource(operation=Operation.PATCH, resource=_resource(returned)),)
    )
    return tuple(_cleaned(each, live) for each in impacted)


def _run(sandbox: Sandbox, script: str, live: Resource, now: float, parameters: Mapping[str, str]) -> Json:
    returned = sandbox.run(script, live.object, now=now, parameters=parameters)
    if returned.kind != "table":
        raise LuaFailed(f"expect table output from Lua script, not {returned.kind}")
    return to_json(returned.value)


def _action(name: str, entry: Json) -> ResourceAction:
    if not isinstance(entry, dict):
        return ResourceAction(name=name)
    icon, display = (entry.get(field) or "" for field in _TEXTS)
    parameters = entry.get("params") or []
    if not isinstance(parameters, list) or not all(isinstance(each, dict) for each in parameters):
        raise LuaFailed(f"action {name}: params is not a list of tables")
    return ResourceAction(
        name=name,
        disabled=entry.get("disabled") is True,
        parameters=tuple(map(_parameter, parameters)),
        icon_class=str(icon),
        display_name=str(display),
    )


def _parameter(entry: JsonObject) -> ActionParameter:
    default = entry.get("default")
    return ActionParameter(str(entry.get("name") or ""), None if default is None else str(default))


def _impacted(entry: Json) -> ImpactedResource:
    operation = entry.get("operation") if isinstance(entry, dict) else None
    if operation not in set(Operation):
        raise LuaFailed(f"unsupported operation: {operation!r}")
    return ImpactedResource(operation=Operation(operation), resource=_resource(entry.get("resource")))


def _resource(value: Json) -> Resource:
    if not isinstance(value, dict) or not (value.get("apiVersion") and value.get("kind")):
        raise LuaFailed("the action returned something that is no object with apiVersion and kind")
    return Resource(value)


def _cleaned(impacted: ImpactedResource, live: Resource) -> ImpactedResource:
    if impacted.operation is not Operation.PATCH:
        return impacted
    if impacted.resource.key != live.key:
        raise LuaFailed(f"the action patches {impacted.resource.key}, and may patch {live.key} alone")
    cleaned = _restored(impacted.resource.object, without_nulls(live.object))
    return ImpactedResource(operation=Operation.PATCH, resource=Resource(cleaned))


def _restored(new: Json, old: Json) -> Json:
    """Return a value with what its way through Lua made of it undone: empty maps, and digits beyond a double's."""
    match new, old:
        case dict(), dict():
            return _restored_map(new, old)
        case [], dict():
            return {}
        case list(), list():
            return [_restored(item, old[at]) if at < len(old) else item for at, item in enumerate(new)]
        case int() | float(), int() | float() if not isinstance(new, bool) and float(old) == float(new):
            return old
        case _:
            return new


def _restored_map(new: JsonObject, old: JsonObject) -> JsonObject:
    return {name: _restored(item, old[name]) if name in old else item for name, item in new.items()}


def merge_patch(old: Any, new: Any) -> JsonObject:
    """Return the merge patch (RFC 7396) that makes one object the other; an empty one where they are the same."""
    patch: JsonObject = {name: None for name in old if name not in new}
    for name, item in new.items():
        if name in old and isinstance(item, dict) and isinstance(old[name], dict):
            if inner := merge_patch(old[name], item):
                patch[name] = inner
        elif name not in old or item != old[name] or type(item) is not type(old[name]):
            patch[name] = item
    return patch
