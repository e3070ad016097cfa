"""A container that lives on: its docker client is killed, the runner gives up on it, and another run takes over."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, says
from tests.fault_proxy import fault_proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.docker_daemon import Docker
    from tests.e2e.scene import Scene
    from tests.fault_proxy import FaultProxy

pytestmark = [pytest.mark.container, pytest.mark.xdist_group("container")]

_LOCK = 3
"""Seconds that the lock lasts without a sign of life."""
_PROGRAM = "/opt/gitops-action/bin/gitops-action"


@pytest.fixture
def proxy(scene: Scene) -> Iterator[FaultProxy]:
    with fault_proxy(scene.cluster) as proxy:
        yield proxy


@pytest.fixture
def name(docker: Docker) -> Iterator[str]:
    """The name of a container that is gone after the test."""
    name = f"zombie-{os.getpid()}"
    yield name
    docker.run("rm", "--force", name, check=False)


def _until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _state(docker: Docker, name: str) -> dict[str, object]:
    state: dict[str, object] = json.loads(docker.run("inspect", "--format={{json .State}}", name).stdout)
    return state


def test_a_container_that_outlives_its_client_and_its_lock_writes_nothing_more(
    scene: Scene, docker: Docker, image: str, proxy: FaultProxy, name: str
) -> None:
    scene.add("web", deployment("web", pod="never-ready"), config_map("late", wave="1", from_the="zombie"))
    config = proxy.kubeconfig(scene.folder / "kubeconfig-of-the-zombie")
    argv = [
        *("run", f"--name={name}", "--network=host", f"--entrypoint={_PROGRAM}"),
        *(f"--volume={scene.git.path}:/repository:ro", f"--volume={config}:/kubeconfig:ro"),
        *("--workdir=/repository", "--env=KUBECONFIG=/kubeconfig", image),
        *("sync", "web", f"--lock-duration={_LOCK}s", "--wave-delay=0s"),
    ]
    client = subprocess.Popen(
        [docker.program, *argv], env=docker.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _until(lambda: any(each.is_watch for each in proxy.seen))
    client.kill()
    client.wait()
    assert _state(docker, name)["Running"] is True
    docker.run("pause", name)

    scene.add("web", config_map("late", from_the="successor"))
    says(
        scene.cli("sync", "web", "--lock-duration", f"{_LOCK}s"),
        ExitCode.OK,
        "took over the lock that the sync of",
    )
    stored = scene.get("v1/configmaps/late")
    before = len(proxy.seen)

    docker.run("unpause", name)
    _until(lambda: _state(docker, name)["Running"] is False)
    assert [each for each in proxy.seen[before:] if each.writes] == []
    assert scene.get("v1/configmaps/late") == stored
    assert scene.get("coordination.k8s.io/v1/leases")["items"] == []
    log = docker.run("logs", name)
    assert _state(docker, name)["ExitCode"] == ExitCode.SYNC_FAILED
    assert "the lock of web could not be renewed in time; stopped before the next write" in log.stdout + log.stderr
