"""Argo CD's own action cases, all of them, against its own scripts."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.lua.action_scripts import ActionScripts
from gitops_action.lua.actions import ActionParameter, ImpactedResource, Operation, ResourceAction, discover, run_action
from gitops_action.lua.catalogue import ScriptFolder
from gitops_action.lua.sandbox import LuaFailed, Sandbox
from gitops_action.resource import Resource
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from tests.conftest import Tools

NOW = 1_700_000_000
TIMES = ("restartedAt", "restartAt", "requestedAt", "reloadedAt", "force-sync", "targetPrimaryTimestamp",
         "lastTransitionTime", "scheduled-time", "creationTimestamp", "generation")  # fmt: skip
"""Fields that hold the time of the action, or that the expected outputs leave out: Argo CD's own test passes over
these."""


@pytest.fixture(scope="module")
def upstream(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue with its test cases, unpacked by the program that unpacks the scripts."""
    folder = tmp_path_factory.mktemp("catalogue")
    program = Path(tools.path("catalogue")).resolve().parent / "catalogue"
    subprocess.run([str(program), "-tests", str(folder)], check=True)
    return folder


def cases(upstream: Path, kind: str) -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for file in sorted(upstream.rglob("action_test.yaml")):
        [(listed, _)] = load_documents(file.read_bytes(), source=str(file))
        found += [(file.parent, case) for case in listed.get(kind) or ()]
    return found


def documents(file: Path) -> list[Any]:
    values = [value for value, _ in load_documents(file.read_bytes(), source=str(file))]
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def test_every_upstream_discovery_case_names_the_actions_it_lists(upstream: Path) -> None:
    """HLT-7."""
    scripts, sandbox = ActionScripts(builtin=ScriptFolder(upstream).read), Sandbox(open_libs=False)
    all_cases, wrong = cases(upstream, "discoveryTests"), []
    for folder, case in all_cases:
        [value] = documents(folder / case["inputPath"])
        live = Resource(value)
        found = discover(sandbox, scripts.discovery(live.group_kind), live, now=NOW)
        expected = {action(each) for each in case["result"]}
        if not set(map(without_defaults, found)) <= expected:
            wrong.append((folder.relative_to(upstream), case["inputPath"], found, expected))
    assert wrong == []
    assert len(all_cases) > 60


def action(listed: dict[str, Any]) -> ResourceAction:
    return ResourceAction(
        name=listed["name"],
        disabled=listed.get("disabled", False),
        parameters=tuple(ActionParameter(each["name"]) for each in listed.get("params") or ()),
        icon_class=listed.get("iconClass") or "",
        display_name=listed.get("displayName") or "",
    )


def without_defaults(found: ResourceAction) -> ResourceAction:
    """The expected outputs leave the defaults of parameters out."""
    return replace(found, parameters=tuple(ActionParameter(each.name) for each in found.parameters))


def test_every_upstream_action_case_gives_the_objects_or_the_error_it_names(upstream: Path) -> None:
    """HLT-9, HLT-10."""
    scripts, sandbox = ActionScripts(builtin=ScriptFolder(upstream).read), Sandbox(open_libs=False)
    all_cases, wrong = cases(upstream, "actionTests"), []
    for folder, case in all_cases:
        [value] = documents(folder / case["inputPath"])
        live = Resource(value)
        script = scripts.action(live.group_kind, case["action"])
        assert script is not None, case
        try:
            impacted = run_action(sandbox, script, live, case.get("parameters") or {}, now=NOW)
        except LuaFailed as error:
            found: Any = str(error)
            expected: Any = case.get("expectedErrorMessage")
        else:
            found = [comparable(each.resource.object, each) for each in impacted]
            outputs = documents(folder / case["expectedOutputPath"])
            expected = [comparable(value, impacted[at]) for at, value in enumerate(outputs)]
        if not is_within(expected, found):
            wrong.append((str(folder.relative_to(upstream)), case["action"], found, expected))
    assert wrong == []
    assert len(all_cases) > 90


def is_within(expected: Any, found: Any) -> bool:
    """Return whether all that is expected is there: the expected outputs leave out what the server sets."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(name in found and is_within(item, found[name]) for name, item in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(is_within, expected, found))
    return bool(expected == found)


def comparable(value: Any, impacted: ImpactedResource) -> Any:
    """Leave out what depends on the time of the action, and the name of what it creates, which does so too."""
    cleaned = timeless(value.get("unstructuredObj", value))
    if impacted.operation is Operation.CREATE:
        cleaned["metadata"].pop("name", None)
    if impacted.resource.kind == "Deployment":
        cleaned.pop("status", None)
    return cleaned


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: timeless(item) for name, item in value.items() if item is not None and not name.endswith(TIMES)}
        return {name: item for name, item in kept.items() if item not in ({}, [])}
    return [timeless(item) for item in value] if isinstance(value, list) else value
