"""What Argo CD's own cases of actions leave open: settings, limits, and what Lua makes of values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gitops_action.errors import UsageError
from gitops_action.lua.action_scripts import ActionOverride, ActionScripts, parse_action_overrides
from gitops_action.lua.actions import (
    ActionParameter,
    ImpactedResource,
    Operation,
    ResourceAction,
    discover,
    merge_patch,
    run_action,
)
from gitops_action.lua.sandbox import LuaFailed, Sandbox
from gitops_action.resource import GroupKind, Resource
from gitops_action.resource.yaml import load_documents

SANDBOX = Sandbox(open_libs=False)
WIDGET = GroupKind("example.com", "Widget")
LIVE = Resource(
    {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop", "annotations": {}},
        "spec": {"size": 1, "big": 9007199254740993, "empty": {}, "none": None, "items": [{"env": {}}, {"env": {}}]},
    }
)
CONFIGURED = """\
mergeBuiltinActions: true
discovery.lua: |
  return {restart = {disabled = true}, polish = {params = {{name = "colour"}, {name = "coats", default = "2"}}}}
definitions:
  - name: polish
    action.lua: |
      obj.spec.colour = actionParams.colour
      return obj
"""
CATALOGUE = {
    "example.com/Widget/actions/discovery.lua": """
        return {restart = {}, stop = {iconClass = "fa", displayName = "Stop"}}
    """,
    "example.com/Widget/actions/stop/action.lua": "obj.spec.size = 0\nreturn obj",
    "example.com/Widget/actions/polish/action.lua": "error('not this one')",
}


def scripts(**data: str) -> ActionScripts:
    return ActionScripts(overrides=parse_action_overrides(data), builtin=CATALOGUE.get)


def run(script: str, live: Resource = LIVE, **parameters: str) -> tuple[ImpactedResource, ...]:
    return run_action(SANDBOX, script, live, parameters, now=1_700_000_000)


def test_without_settings_the_catalogue_names_the_actions() -> None:
    found = discover(SANDBOX, scripts().discovery(WIDGET), LIVE, now=0)
    assert found == (
        ResourceAction(name="restart"),
        ResourceAction(name="stop", icon_class="fa", display_name="Stop"),
    )
    assert scripts().discovery(GroupKind("", "ConfigMap")) == ()


def test_merged_with_the_catalogue_the_settings_own_actions_win() -> None:
    """HLT-8."""
    merged = scripts(**{"resource.customizations.actions.example.com_Widget": CONFIGURED})
    assert discover(SANDBOX, merged.discovery(WIDGET), LIVE, now=0) == (
        ResourceAction(name="polish", parameters=(ActionParameter("colour"), ActionParameter("coats", "2"))),
        ResourceAction(name="restart", disabled=True),
        ResourceAction(name="stop", icon_class="fa", display_name="Stop"),
    )
    [polished] = run(merged.action(WIDGET, "polish") or "", colour="red")
    assert polished.resource.object["spec"]["colour"] == "red"


def test_not_merged_the_settings_hide_the_catalogues_discovery_yet_its_actions_are_found() -> None:
    """HLT-8."""
    alone = scripts(**{"resource.customizations.actions.example.com_Widget": CONFIGURED.replace("true", "false", 1)})
    assert [action.name for action in discover(SANDBOX, alone.discovery(WIDGET), LIVE, now=0)] == ["polish", "restart"]
    assert alone.action(WIDGET, "stop") == CATALOGUE["example.com/Widget/actions/stop/action.lua"]


def test_the_older_key_of_the_settings_is_read_and_the_newer_one_wins() -> None:
    older = {"resource.customizations": f"example.com/Widget:\n  actions: |\n{indented(CONFIGURED)}"}
    assert parse_action_overrides(older)["example.com/Widget"].merges_builtin
    both = {**older, "resource.customizations.actions.example.com_Widget": 'discovery.lua: "return {}"'}
    assert parse_action_overrides(both) == {"example.com/Widget": ActionOverride(discovery="return {}")}


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a", "argocd-cm: resource.customizations.actions.Pod is not a mapping"),
        ("discovery.lua: 1", "argocd-cm: resource.customizations.actions.Pod: discovery.lua is missing or not a text"),
        (
            "{discovery.lua: x, definitions: [{name: a}]}",
            "argocd-cm: resource.customizations.actions.Pod: action.lua is missing or not a text",
        ),
        (
            "{discovery.lua: x, definitions: {}x}",
            "argocd-cm: resource.customizations.actions.Pod:1: ",
        ),
        (
            "{discovery.lua: x, definitions: [a]}",
            "argocd-cm: resource.customizations.actions.Pod: definitions is not a list of mappings",
        ),
        (
            "{discovery.lua: x, mergeBuiltinActions: maybe}",
            "argocd-cm: resource.customizations.actions.Pod: mergeBuiltinActions is not a boolean",
        ),
    ],
)
def test_settings_that_cannot_be_read_are_named(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_action_overrides({"resource.customizations.actions.Pod": text})
    assert caught.value.summary.startswith(problem)


@pytest.mark.parametrize("name", ["../stop", "stop/../../x", "", ".", "a/b"])
def test_a_name_that_would_leave_the_folder_of_the_kind_is_no_action(name: str) -> None:
    asked: list[str] = []

    def builtin(path: str) -> str:
        asked.append(path)
        return "return obj"

    assert ActionScripts(builtin=builtin).action(WIDGET, name) is None
    assert asked == []


def test_what_lua_loses_of_an_object_is_put_back() -> None:
    """HLT-10."""
    [patched] = run("obj.spec.size = 2\nobj.spec.fresh = {}\nobj.spec.items[3] = {env = {}}\nreturn obj")
    assert (patched.operation, patched.resource.object["spec"]) == (
        Operation.PATCH,
        {
            "size": 2,
            "big": 9007199254740993,
            "empty": {},
            "fresh": [],
            "items": [{"env": {}}, {"env": {}}, {"env": []}],
        },
    )


def test_an_action_may_create_objects_beside_its_patch() -> None:
    """HLT-9."""
    script = """
    local job = {apiVersion = "batch/v1", kind = "Job", metadata = {name = "j", namespace = "shop"}}
    obj.spec.size = 5
    return {{operation = "create", resource = job}, {operation = "patch", resource = obj}}
    """
    created, patched = run(script)
    assert (created.operation, created.resource.key) == (Operation.CREATE, ("batch", "Job", "shop", "j"))
    assert (patched.operation, patched.resource.object["spec"]["size"]) == (Operation.PATCH, 5)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("return 1", "expect table output from Lua script, not number"),
        ("error('no good', 0)", "no good"),
        ("return {{operation = 'delete', resource = obj}}", "unsupported operation: 'delete'"),
        ("return {{resource = obj}}", "unsupported operation: None"),
        ("return {1}", "unsupported operation: None"),
        ("return {spec = {}}", "the action returned something that is no object with apiVersion and kind"),
        ("return {{operation = 'create'}}", "the action returned something that is no object with apiVersion and kind"),
        ("obj.x = print\nreturn obj", "cannot encode function to JSON"),
        ("obj.x = obj\nreturn obj", "cannot encode recursively nested tables to JSON"),
        ("obj.x = {1, nil, 3, y = 1}\nreturn obj", "cannot encode mixed or invalid key types"),
        ("obj.x = {[1] = 1, [3] = 3}\nreturn obj", "cannot encode sparse array"),
        ("obj.x = 0 / 0\nreturn obj", "cannot encode a number that is not finite to JSON"),
        ("obj.x = '\\255'\nreturn obj", "the script returned text that is not UTF-8: invalid start byte"),
        (
            "obj.metadata.name = 'other'\nreturn obj",
            "the action patches Widget shop/other, and may patch Widget shop/w alone",
        ),
        ("return string.upper('x')", "<string>:1: attempt to index global 'string' (a nil value)"),
        ("while true do end", "script exceeded its limit of 1 s or 20000000 instructions"),
    ],
)  # fmt: skip
def test_an_action_that_fails_or_answers_wrongly_says_how(script: str, problem: str) -> None:
    with pytest.raises(LuaFailed) as caught:
        run(script)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("return {{}}", "the discovery script returned a list, not a table of actions by name"),
        ("return {a = {params = {b = 1}}}", "action a: params is not a list of tables"),
        ("return nil", "expect table output from Lua script, not nil"),
    ],
)
def test_a_discovery_that_names_no_actions_says_so(script: str, problem: str) -> None:
    with pytest.raises(LuaFailed) as caught:
        discover(SANDBOX, [script], LIVE, now=0)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a": {"c": 3}}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": None}}),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
        ({"a": True}, {"a": 1}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": [1], "d": {}}, {"a": [1], "d": {}}),
    ],
)
def test_a_merge_patch_says_what_differs_and_nothing_else(old: Any, new: Any, patch: Any) -> None:
    assert merge_patch(old, new) == patch


def test_the_example_of_the_documentation_works() -> None:
    text = (Path(__file__).parents[2] / "docs" / "actions.md").read_text()
    [block] = [each for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if each.startswith("data:")]
    [(value, _)] = load_documents(block, source="docs/actions.md")
    documented = ActionScripts(overrides=parse_action_overrides(value["data"]))
    containers = [{"name": "main", "image": "a"}, {"name": "side", "image": "b"}]
    deployment = Resource(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {"template": {"spec": {"containers": containers}}},
        }
    )
    [action] = discover(SANDBOX, documented.discovery(deployment.group_kind), deployment, now=0)
    assert action == ResourceAction(name="image-pull-always", parameters=(ActionParameter("container", "main"),))
    [patched] = run(documented.action(deployment.group_kind, action.name) or "", deployment, container="main")
    assert patched.resource.object["spec"]["template"]["spec"]["containers"] == [
        {"name": "main", "image": "a", "imagePullPolicy": "Always"},
        {"name": "side", "image": "b"},
    ]
