from __future__ import annotations

import pytest

from gitops_action.lua.health_script import ScriptHealth, run_health_script
from gitops_action.lua.sandbox import LuaFailed, Sandbox
from gitops_action.resource import Resource

SANDBOX = Sandbox(open_libs=True)
LIVE = Resource({"kind": "Widget", "status": {"phase": "Ready"}})


@pytest.mark.parametrize(
    ("script", "health"),
    [
        ('return {status = "Healthy", message = obj.status.phase}', ScriptHealth("Healthy", "Ready")),
        ('return {status = "Degraded"}', ScriptHealth("Degraded", "")),
        ("", ScriptHealth("", "")),
        ("return nil", ScriptHealth("", "")),
        ("return {}", ScriptHealth("", "")),
        ('return {"Healthy"}', ScriptHealth("", "")),
        ("return {status = 1}", ScriptHealth("", "")),
        ('return {status = "Healthy", message = {}}', ScriptHealth("", "")),
        ('return {message = "no status"}', ScriptHealth("Unknown", "Lua returned an invalid health status")),
        ('return {status = "healthy"}', ScriptHealth("Unknown", "Lua returned an invalid health status")),
        ('return {Status = "Missing", MESSAGE = "x"}', ScriptHealth("Missing", "x")),
    ],
)
def test_what_a_script_returns_becomes_status_and_message(script: str, health: ScriptHealth) -> None:
    """HLT-5."""
    assert run_health_script(SANDBOX, script, LIVE, now=0) == health


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("return 5", "expect table output from Lua script, not number"),
        ('return "Healthy"', "expect table output from Lua script, not string"),
        ("return true", "expect table output from Lua script, not boolean"),
        ("return print", "expect table output from Lua script, not function"),
        ("return {status = print}", "cannot encode function to JSON"),
        ('return {[1] = 1, status = "Healthy"}', "cannot encode mixed or invalid key types"),
        ('return {status = "\\255"}', "the script returned text that is not UTF-8: invalid start byte"),
        ("error('boom')", "<string>:1: boom"),
    ],
)
def test_any_other_answer_is_a_failure(script: str, problem: str) -> None:
    """HLT-5, HLT-6."""
    with pytest.raises(LuaFailed) as caught:
        run_health_script(SANDBOX, script, LIVE, now=0)
    assert str(caught.value) == problem
