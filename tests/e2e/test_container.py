"""The image is what GitHub asks of a container action, and holds all that the action needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import gitops_action

if TYPE_CHECKING:
    from tests.conftest import Tools
    from tests.e2e.docker_daemon import Docker

pytestmark = [pytest.mark.container, pytest.mark.xdist_group("container")]


def in_container(docker: Docker, image: str, *argv: str) -> str:
    program, *arguments = argv
    return docker.run("run", "--rm", "--network=host", f"--entrypoint={program}", image, *arguments).stdout


def test_the_image_runs_as_root_in_no_folder_of_its_own_and_starts_the_action(docker: Docker, image: str) -> None:
    config = json.loads(docker.run("image", "inspect", image).stdout)[0]["Config"]
    assert (config["User"], config["WorkingDir"], config["Entrypoint"], config["Cmd"]) == (
        "",
        "",
        ["/opt/gitops-action/bin/gitops-action", "run"],
        None,
    )


def test_the_program_tells_its_version(docker: Docker, image: str) -> None:
    said = in_container(docker, image, "/opt/gitops-action/bin/gitops-action", "--version")
    assert said == f"gitops-action {gitops_action.__version__}\n"


def test_the_program_finds_its_tools_and_the_catalogue(docker: Docker, image: str) -> None:
    script = (
        "from gitops_action.adapters.tools import *\n"
        "print(find_tool('helm'), find_tool('kustomize'), find_tool('applicationset-template'), find_tool('git'))\n"
        "print(catalogue_dir(), (catalogue_dir() / 'argoproj.io/Rollout/health.lua').is_file())"
    )
    tools = "/opt/gitops-action/tools"
    assert in_container(docker, image, "/opt/gitops-action/bin/python", "-c", script) == (
        f"{tools}/bin/helm {tools}/bin/kustomize {tools}/bin/applicationset-template /usr/bin/git\n"
        f"{tools}/catalogue True\n"
    )


@pytest.mark.parametrize("argv", [("helm", "version"), ("kustomize", "version")])
def test_the_tools_run_in_the_image(docker: Docker, image: str, tools: Tools, argv: tuple[str, str]) -> None:
    program, verb = argv
    assert "v" in in_container(docker, image, f"/opt/gitops-action/tools/bin/{program}", verb)


def test_nothing_that_installs_packages_is_left_for_the_action(docker: Docker, image: str) -> None:
    script = "import importlib.util as u; print([n for n in ('pip', 'setuptools', 'hatchling') if u.find_spec(n)])"
    assert in_container(docker, image, "/opt/gitops-action/bin/python", "-c", script) == "[]\n"
