"""A sync that is killed at any request: the next one brings about what an undisturbed one would have.

``--nightly`` kills at every request, before and after the API server has done it; else at twelve, spread.
"""

from __future__ import annotations

import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.killed import Copy, Creations, both, spread
from tests.e2e.program import start
from tests.e2e.scene import says
from tests.fault_proxy import CUT, FaultProxy, Hook, fault_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.scene import Scene
    from tools.cluster import Cluster

_MOST = 60
"""Requests that the undisturbed sync may make."""
_AT_ONCE = 4
_LOCK = "4s"


class Copies:
    """The copies of one test in one repository."""

    def __init__(self, scene: Scene, number: int) -> None:
        prefix = f"kill-{secrets.token_hex(3)}"
        self.scene = scene
        self.all = [Copy(name=f"{prefix}-{each}", namespace=f"{prefix}-{each}") for each in range(number)]
        for copy in self.all:
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": copy.namespace}}
            scene.cluster.request("POST", "/api/v1/namespaces", body)
        scene.write({f"apps/{copy.name}.yaml": copy.application() for copy in self.all})

    def commit(self, manifests: dict[str, str]) -> None:
        self.scene.write({f"{name}/manifests.yaml": text for name, text in manifests.items()})

    def sync(self, *names: str) -> None:
        ran = self.scene.cli("sync", *names, "--lock-duration", _LOCK, "--wave-delay", "0s", "--allow-older")
        says(ran, ExitCode.OK)

    def remove(self) -> None:
        for copy in self.all:
            self.scene.cluster.request("DELETE", f"/api/v1/namespaces/{copy.namespace}")
            crd = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{copy.group}"
            if self.scene.read(crd) is not None:
                self.scene.cluster.request("DELETE", crd)


def killed_at(copy: Copy, index: int, moment: str, scene: Scene, folder: Path) -> int:
    """Sync one copy through a proxy that kills at a request, and return how the process ended."""
    with fault_proxy(scene.cluster) as proxy:
        config = proxy.kubeconfig(folder / f"{copy.name}.json")
        process = start(
            *("sync", copy.name, "--lock-duration", _LOCK, "--wave-delay", "0s"),
            environ=scene.desk(config),
            folder=scene.git.path,
        )
        if moment == "before":
            proxy.fail(index, CUT)
            proxy.hooks[index] = Hook(arrived=process.kill)
        else:
            proxy.hooks[index] = Hook(answered=process.kill)
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL or len(proxy.seen) <= index + 1
        return int(process.returncode)


def requests_of(copy: Copy, scene: Scene, proxy: FaultProxy, folder: Path) -> int:
    """Sync a copy undisturbed, and return how many requests that took."""
    config = proxy.kubeconfig(folder / "undisturbed.json")
    ran = scene.cli("sync", copy.name, "--wave-delay", "0s", kubeconfig=config)
    says(ran, ExitCode.OK)
    return len(proxy.seen)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_whatever_request_a_sync_is_killed_at_the_next_one_converges(
    scene: Scene, cluster: Cluster, tmp_path: Path, stack: ExitStack, pytestconfig: pytest.Config
) -> None:
    is_nightly = bool(pytestconfig.getoption("--nightly"))
    copies = Copies(scene, 1 + (2 * _MOST if is_nightly else 12))
    stack.callback(copies.remove)
    undisturbed, *others = copies.all
    copies.commit({copy.name: copy.before() for copy in copies.all})
    copies.sync()
    kept = {copy.name: copy.uid(cluster, "kept") for copy in copies.all}
    created = stack.enter_context(Creations(cluster, frozenset(copy.namespace for copy in copies.all)))
    copies.commit({copy.name: copy.after() for copy in copies.all})

    proxy = stack.enter_context(fault_proxy(cluster))
    count = requests_of(undisturbed, scene, proxy, tmp_path)
    assert count <= _MOST
    expected = undisturbed.state(cluster)
    moments = list(both(range(count) if is_nightly else spread(count, 12), all_of_them=is_nightly))
    chosen = others[: len(moments)]
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        kills = list(executor.map(lambda copy, at: killed_at(copy, at[0], at[1], scene, tmp_path), chosen, moments))
    assert kills.count(-signal.SIGKILL) >= len(moments) - 2

    copies.sync()
    for copy, (index, moment) in zip(chosen, moments, strict=True):
        place = f"killed {moment} request {index} of {count}"
        assert copy.state(cluster) == expected, place
        assert copy.uid(cluster, "kept") == kept[copy.name], place
        runs = {name: created.of(copy.namespace, name) for name in ("migrate", "tell")}
        assert runs == {"migrate": 1, "tell": 1}, place

    copies.commit({copy.name: copy.after(a="3") for copy in copies.all})
    copies.sync()
    assert [copy.leases(cluster) for copy in copies.all] == [[]] * len(copies.all)
