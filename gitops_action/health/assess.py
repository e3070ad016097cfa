"""One live object → its health, in Argo CD's order: deletion, the user's script, Argo CD's script, the built-in check.

In: a live object, the settings, the scripts. Out: health, or ``None`` for a kind that has none (which is not Healthy).
A failing script or check is Unknown, with the reason in ``error``. Never asks the cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops_action.health.builtin import assess_builtin
from gitops_action.health.conditions import assess_conditions, is_custom
from gitops_action.health.overrides import HealthOverrides, HealthScript
from gitops_action.health.status import HealthStatus, HealthStatusCode, progressing
from gitops_action.health.typed import CannotAssess
from gitops_action.lua.catalogue import ScriptLibrary
from gitops_action.lua.health_script import run_health_script
from gitops_action.lua.sandbox import LuaFailed

if TYPE_CHECKING:
    from gitops_action.resource import Resource

HOOK_FINALIZER: Final = "argocd.argoproj.io/hook-finalizer"
NO_OVERRIDES: Final = HealthOverrides()


def assess(
    live: Resource,
    overrides: HealthOverrides = NO_OVERRIDES,
    scripts: ScriptLibrary | None = None,
    *,
    now: float = 0.0,
) -> HealthStatus | None:
    """Return the health of a live object; ``now`` (seconds since the epoch) is the time that scripts see.

    Pass one library to all calls of a run: it keeps Lua and the compiled scripts.
    """
    if live.is_terminating and HOOK_FINALIZER not in (live.metadata.get("finalizers") or ()):
        return progressing("Pending deletion")
    try:
        script = overrides.script(live.group_kind) or _catalogue_script(live, scripts)
        if script is not None:
            return _assess_script(live, script, scripts, now)
        health = assess_builtin(live)
    except (CannotAssess, LuaFailed) as error:
        return HealthStatus(
            code=HealthStatusCode.UNKNOWN,
            message=str(error),
            error=f"failed to get resource health for {live.namespace}/{live.name}: {error}",
        )
    if health is None and overrides.generic_conditions and is_custom(live):
        return assess_conditions(live)
    return health


def _catalogue_script(live: Resource, scripts: ScriptLibrary | None) -> HealthScript | None:
    found = scripts.health_script(live.group_kind) if scripts else None
    return HealthScript(found, use_open_libs=True) if found else None


def _assess_script(live: Resource, script: HealthScript, scripts: ScriptLibrary | None, now: float) -> HealthStatus:
    library = scripts or ScriptLibrary()
    sandbox = library.open_sandbox if script.use_open_libs else library.closed_sandbox
    answer = run_health_script(sandbox, script.lua, live, now=now)
    return HealthStatus(code=HealthStatusCode(answer.status), message=answer.message)
