"""Argo CD's own health cases, all of them, against its own scripts: the contract of the sandbox."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gitops_action.lua.catalogue import ScriptFolder, ScriptLibrary
from gitops_action.lua.health_script import ScriptHealth, run_health_script
from gitops_action.resource import Resource
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from tests.conftest import Tools

NOW = 1_700_000_000


class Case(NamedTuple):
    folder: str
    file: str
    expected: ScriptHealth


@pytest.fixture(scope="module")
def upstream(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue with its test cases, unpacked by the program that unpacks the scripts."""
    folder = tmp_path_factory.mktemp("catalogue")
    program = Path(tools.path("catalogue")).resolve().parent / "catalogue"
    subprocess.run([str(program), "-tests", str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def library(upstream: Path) -> ScriptLibrary:
    return ScriptLibrary(ScriptFolder(upstream))


def cases(upstream: Path) -> list[Case]:
    found = []
    for file in sorted(upstream.rglob("health_test.yaml")):
        [(listed, _)] = load_documents(file.read_bytes(), source=str(file))
        folder = file.parent.relative_to(upstream).as_posix()
        found += [case(folder, listed_case) for listed_case in listed["tests"]]
    return found


def case(folder: str, listed: dict[str, Any]) -> Case:
    # Go's reader does not mind the case of a key, which two upstream cases rely on.
    fields = {name.lower(): value for name, value in listed.items()}
    health = fields["healthstatus"]
    return Case(folder, fields["inputpath"], ScriptHealth(health.get("status") or "", health.get("message") or ""))


def test_every_upstream_health_case_gives_the_status_and_message_it_names(
    upstream: Path, library: ScriptLibrary
) -> None:
    """HLT-1, HLT-3, HLT-4, HLT-5."""
    unreadable, wrong = [], []
    all_cases = cases(upstream)
    for folder, file, expected in all_cases:
        try:
            (value, _), *_ = load_documents((upstream / folder / file).read_bytes(), source=f"{folder}/{file}")
        except YamlError as error:
            unreadable.append(str(error))
            continue
        live = Resource(value)
        script = library.health_script(live.group_kind)
        assert script is not None, f"{folder}/{file}"
        found = run_health_script(library.open_sandbox, script, live, now=NOW)
        if found != expected:
            wrong.append((folder, file, expected, found))
    assert wrong == []
    # The one upstream file that says a key twice, which we refuse where Go takes the last one (W-19).
    assert unreadable == ["rabbitmq.com/User/testdata/unknown.yaml:25: duplicate key 'status'"]
    assert len(all_cases) > 1100
