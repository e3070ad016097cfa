"""The parent of the control plane's processes: starts them in order, watches them, and never leaves one behind.

In: an empty folder and the programs. Out: a ready cluster, described in ``cluster.json`` of that folder, until the
last owner is gone, a program dies, or SIGTERM comes. The kernel kills the programs if the supervisor itself is killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tools.cluster import components
from tools.cluster.cluster import Cluster, RequestRefused
from tools.cluster.credentials import create_credentials
from tools.cluster.ownership import locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.cluster.components import Component
    from tools.cluster.ownership import Owners

NODES = ("node-0", "node-1")
_STAGES = Path(__file__).parents[1] / "stages"
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class StartFailed(Exception):
    """The cluster did not come up; the message ends with the log that says why."""


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """One control plane and its processes."""

    directory: Path
    binaries: Path
    owners: Owners
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Bring everything up; return when pods can be scheduled. Raises ``StartFailed``."""
        shutil.rmtree(self.directory / "etcd", ignore_errors=True)
        ports = components.Ports(**dict(zip(components.Ports.__slots__, _free_ports(), strict=True)))
        cluster = Cluster(
            directory=self.directory,
            server=f"https://127.0.0.1:{ports.apiserver}",
            kubectl=str(self.binaries / "kubectl"),
        )
        create_credentials(self.directory, cluster.server)
        _write_stages(self.directory)
        self._spawn(components.etcd(self.directory, self.binaries, ports))
        self._spawn(components.apiserver(self.directory, self.binaries, ports))
        self._wait("kube-apiserver", lambda: cluster.request("GET", "/readyz") == "ok")
        for component in components.controllers(self.directory, self.binaries, ports):
            self._spawn(component)
        cluster.request("POST", "/apis/storage.k8s.io/v1/storageclasses", _STORAGE_CLASS)
        for name in NODES:
            cluster.request("POST", "/api/v1/nodes", _node(name))
        self._wait("kwok", lambda: _nodes_ready(cluster))
        self._wait("kube-controller-manager", lambda: _default_namespace_ready(cluster))
        self._announce(cluster)

    def watch(self) -> str:
        """Return the reason to stop, as soon as there is one."""
        while True:
            if self.owners.gone(within=0.5):
                with locked(self.directory):
                    if self.owners.gone():
                        self._retire()
                        return "the last owner is gone"
            if dead := self._dead():
                return f"{dead} ended by itself"

    def stop(self) -> None:
        """End every process and throw the store away.

        They are killed, not asked: nothing they hold outlives them, and a graceful API server waits for its watchers.
        """
        self._retire()
        for process in reversed(self._running.values()):
            process.kill()
        for process in self._running.values():
            process.wait()
        self._running.clear()
        shutil.rmtree(self.directory / "etcd", ignore_errors=True)

    def _spawn(self, component: Component) -> None:
        with self._log(component.name).open("wb") as log:
            self._running[component.name] = subprocess.Popen(
                component.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                env={"PATH": os.defpath, "HOME": str(self.directory)},
                preexec_fn=_die_with_parent,  # noqa: PLW1509  the supervisor has one thread
            )

    def _wait(self, blamed: str, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        problem = "no answer"
        while time.monotonic() < deadline:
            if dead := self._dead():
                raise StartFailed(f"{dead} ended by itself; its log ends:\n{self._tail(dead)}")
            try:
                if condition():
                    return
                problem = "not ready"
            except (OSError, RequestRefused) as error:
                problem = str(error)
            if self.owners.gone(within=0.05):
                raise StartFailed("nobody waits for the cluster any more")
        raise StartFailed(
            f"{blamed} is not ready after {seconds:.0f} s ({problem}); its log ends:\n{self._tail(blamed)}"
        )

    def _dead(self) -> str:
        return next((name for name, process in self._running.items() if process.poll() is not None), "")

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _tail(self, name: str) -> str:
        return "\n".join(self._log(name).read_text(errors="replace").splitlines()[-15:])

    def _announce(self, cluster: Cluster) -> None:
        partial = self.directory / "cluster.json.partial"
        facts = {"server": cluster.server, "kubectl": cluster.kubectl, "supervisor": os.getpid()}
        partial.write_text(json.dumps(facts))
        partial.rename(self.directory / "cluster.json")

    def _retire(self) -> None:
        (self.directory / "cluster.json").unlink(missing_ok=True)
        self.owners.close()


_STORAGE_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "simulated", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "provisioner": "gitops-action.test/simulated",
}


def _node(name: str) -> dict[str, object]:
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def _nodes_ready(cluster: Cluster) -> bool:
    """Whether pods can be scheduled: every node has capacity, and the taints of a new node are gone."""
    nodes = cluster.request("GET", "/api/v1/nodes")["items"]
    return all(node["status"].get("allocatable") and not node["spec"].get("taints") for node in nodes)


def _default_namespace_ready(cluster: Cluster) -> bool:
    """Whether the controllers have begun: they give each namespace its service account."""
    return bool(cluster.request("GET", "/api/v1/namespaces/default/serviceaccounts/default"))


def _write_stages(directory: Path) -> None:
    """Copy the stages, and tell kwok what a crashed container logged (which must be an absolute path)."""
    stages = directory / "stages"
    shutil.copytree(_STAGES, stages, dirs_exist_ok=True)
    log = str(stages / "crash-loop.log")
    document = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": {"name": "logs"},
        "spec": {"logs": [{"logsFile": log, "previousLogsFile": log}]},
    }
    (stages / "logs.yaml").write_text(json.dumps(document))


def _free_ports() -> list[int]:
    """Return free ports below the range that the kernel hands out, so that no client takes one before its server."""
    free: list[int] = []
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        free.append(port)
        if len(free) == len(components.Ports.__slots__):
            return free
    raise StartFailed("no free port between 20000 and 32000")


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
