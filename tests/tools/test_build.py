"""Tools are built once, whoever asks and however many ask at once; a failure says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import build

SCRIPT = Path(build.__file__)


def environment(cache: Path, **more: str) -> dict[str, str]:
    """Return an environment with an empty cache for tools, and Go's own cache kept."""
    asked = [shutil.which("go") or "go", "env", "GOCACHE"]
    go_cache = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return {**os.environ, "GOCACHE": go_cache, "XDG_CACHE_HOME": str(cache), **more}


def start(name: str, env: dict[str, str]) -> subprocess.Popen[str]:
    argv = [sys.executable, str(SCRIPT), name]
    return subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_of_two_that_build_at_once_one_builds_and_both_have_the_program(tmp_path: Path) -> None:
    both = [start("applicationset-template", environment(tmp_path)) for _ in range(2)]
    said = sorted(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == "applicationset-template (ours): built already\n"
    assert said[1].startswith("applicationset-template (ours): built in ")
    program = tmp_path / "gitops-action/tools/bin/applicationset-template"
    request = json.dumps({"template": "{{ .who | title }}", "params": {"who": "world"}})
    assert subprocess.run([program], input=request, capture_output=True, text=True, check=True).stdout == '"World"\n'


def test_without_go_the_error_says_what_to_install(tmp_path: Path) -> None:
    process = start("kustomize", environment(tmp_path, PATH=str(tmp_path)))
    assert process.communicate() == (
        "",
        "error: kustomize needs Go to be built: install it (https://go.dev/dl/) and put it on PATH\n",
    )
    assert process.returncode == 1


@pytest.mark.parametrize(("version", "taken"), [("v4.0.1", True), ("v3.20.0", False)])
def test_a_helm_on_path_is_taken_if_its_major_version_is_the_pinned_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    helm = tmp_path / "helm"
    helm.write_text(f"#!/bin/sh\necho {version}\n")
    helm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.on_path(build.TOOLS["helm"]) == (helm if taken else None)


def test_an_unknown_name_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    process = start("heml", environment(tmp_path))
    message = process.communicate()[1]
    assert process.returncode == 2
    assert message.endswith(
        "no such tool: heml; there are helm, kustomize, applicationset-template, yaml-reader, catalogue, "
        "controlplane, kwok, actionlint, act\n"
    )


def test_a_program_that_is_not_built_is_named_with_the_command_that_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(build.BuildFailed) as failure:
        build.program("etcd")
    assert str(failure.value) == "etcd is not built. Run: python3 tools/build.py controlplane"


@pytest.mark.parametrize("name", [name for name, tool in build.TOOLS.items() if tool.pin])
def test_every_pin_gives_a_version(name: str) -> None:
    assert build.TOOLS[name].version.startswith("v")


def test_the_control_plane_tells_its_version_to_clients() -> None:
    tool = build.TOOLS["controlplane"]
    major, minor, _ = tool.version.removeprefix("v").split(".")
    assert f"-X k8s.io/component-base/version.gitVersion={tool.version}" in tool.ldflags
    assert f"-X k8s.io/component-base/version.gitMajor={major}" in tool.ldflags
    assert f"-X k8s.io/component-base/version.gitMinor={minor}" in tool.ldflags
