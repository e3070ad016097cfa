"""A health script's answer → status and message, by Argo CD's rules for what scripts return (HLT-5, HLT-6).

In: a script and a live object. Out: the two words. Never decides which script a kind has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_action.lua.sandbox import LuaFailed

if TYPE_CHECKING:
    from gitops_action.lua.sandbox import Returned, Sandbox
    from gitops_action.resource import Resource

INVALID_STATUS = "Lua returned an invalid health status"
_STATUSES = frozenset({"Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"})


class ScriptHealth(NamedTuple):
    """A health status in the script's own words; an empty status is one that the script did not give."""

    status: str
    message: str = ""


def run_health_script(sandbox: Sandbox, script: str, live: Resource, *, now: float) -> ScriptHealth:
    """Return what the script says of the object; raises ``LuaFailed`` where it says nothing that counts."""
    try:
        return _read(sandbox.run(script, live.object, now=now))
    except UnicodeDecodeError as error:
        raise LuaFailed(f"the script returned text that is not UTF-8: {error.reason}") from error


def _read(returned: Returned) -> ScriptHealth:
    if returned.kind == "nil":
        return ScriptHealth("")
    if returned.kind != "table":
        raise LuaFailed(f"expect table output from Lua script, not {returned.kind}")
    entries = list(returned.value.items())
    if all(isinstance(name, int) for name, _ in entries):
        return ScriptHealth("")
    if not all(isinstance(name, str) for name, _ in entries):
        raise LuaFailed("cannot encode mixed or invalid key types")
    fields = {name.lower(): value for name, value in entries}
    status, message = _text(fields.get("status")), _text(fields.get("message"))
    if status is None or message is None:
        return ScriptHealth("")
    if status not in _STATUSES:
        return ScriptHealth("Unknown", INVALID_STATUS)
    return ScriptHealth(status, message)


def _text(value: Any) -> str | None:
    """Return a field's text; ``None`` for a value of another type."""
    if value is None:
        return ""
    if callable(value) and not hasattr(value, "items"):
        raise LuaFailed("cannot encode function to JSON")
    return value if isinstance(value, str) else None
