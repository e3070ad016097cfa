"""How a sync waits: how soon it ends once all is healthy, what it asks meanwhile, and many applications at once.

In: a cluster and a folder. Out: rows for the table of ``tools.bench``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from tools.bench_objects import PRODUCT, Row

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster import Cluster

_APPLICATIONS = 50
_OBJECTS = 20
_ALONE = 5
"""Applications that are synced one after another; the others would take as long each."""
_WAIT = 20


@dataclass(slots=True, kw_only=True)
class Waits:
    """The measurements."""

    cluster: Cluster
    folder: Path
    runs: int
    _namespaces: list[str] = field(default_factory=list)

    def rows(self) -> list[Row]:
        """Return all rows."""
        return [self.reaction(), self.requests(), self.many()]

    def reaction(self) -> Row:
        """Time from the last object that becomes healthy, as a watch of our own tells, to the end of the process."""
        seconds = statistics.median(self._reaction() for _ in range(self.runs))
        return "reaction to the last object healthy", f"{seconds:.2f} s", "≤ 0.5 s", seconds <= 0.5

    def requests(self) -> Row:
        """Count the requests of a wait that lasts: those of a long one, less those of a short one."""
        short, long = (self._requests(seconds) for seconds in (_WAIT // 4, _WAIT))
        rate = (long - short) / (_WAIT - _WAIT // 4)
        return "requests while waiting", f"{rate:.2f} a second", "≤ 2 a second", rate <= 2

    def many(self) -> Row:
        """Time many applications at once, against one after another."""
        together = [self._application(n) for n in range(_APPLICATIONS)]
        alone = [self._application(_APPLICATIONS + n) for n in range(_ALONE)]
        began = time.monotonic()
        self._sync(*together)
        at_once = time.monotonic() - began
        began = time.monotonic()
        for name in alone:
            self._sync(name)
        one_by_one = (time.monotonic() - began) / _ALONE * _APPLICATIONS
        ratio = one_by_one / at_once
        figures = f"{at_once:.1f} s, one after another {one_by_one:.1f} s = {ratio:.1f}×"
        return f"{_APPLICATIONS} applications of {_OBJECTS} objects", figures, "≥ 3×", ratio >= 3

    def _reaction(self) -> float:
        name = self._application(len(self._namespaces) + 1000)
        server = ApiServer(load(ClusterInputs(kubeconfig=str(self.cluster.kubeconfig())), os.environ).connect())
        kind = server.catalog().kinds["apps/v1", "Deployment"]
        healthy: list[float] = []

        def follow() -> None:
            version = server.list(kind, namespace=name).resource_version
            for event in server.watch(kind, namespace=name, resource_version=version, timeout=60):
                if (event.object.object.get("status") or {}).get("availableReplicas"):
                    healthy.append(time.monotonic())
                    return

        watcher = threading.Thread(target=follow)
        watcher.start()
        self._sync(name)
        ended = time.monotonic()
        watcher.join()
        return ended - healthy[0]

    def _requests(self, seconds: int) -> int:
        name = self._application(len(self._namespaces) + 2000, pod="never-ready")
        ran = self._run(name, "--timeout", f"{seconds}s", "--output", "json")
        return int(json.loads(ran.stdout)["requests"])

    def _application(self, number: int, *, pod: str = "") -> str:
        """Write an application with a namespace of its own, whose one Deployment is what is waited for."""
        name = f"wait-{number}"
        self._namespaces.append(name)
        self.cluster.request(
            "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        )
        folder = self.folder / "waits" / name
        folder.mkdir(parents=True)
        application = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd"},
            "spec": {
                "project": "default",
                "source": {"path": f"{name}/m"},
                "destination": {"server": "https://kubernetes.default.svc", "namespace": name},
            },
        }
        (folder / "application.json").write_text(json.dumps(application))
        (folder / "m").mkdir()
        objects = [_config_map(n) for n in range(_OBJECTS - 1)] + [_deployment(pod)]
        for n, found in enumerate(objects):
            (folder / "m" / f"{n}.json").write_text(json.dumps(found))
        return name

    def _sync(self, *names: str) -> None:
        self._run(*names, "--timeout", "5m").check_returncode()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        place = ["--working-directory", str(self.folder / "waits"), "--kubeconfig", str(self.cluster.kubeconfig())]
        return subprocess.run([*PRODUCT, "sync", *arguments, *place], check=False, capture_output=True)


def _config_map(number: int) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c-{number}"}, "data": {"a": "1"}}


def _deployment(pod: str) -> dict[str, object]:
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels, "annotations": {"gitops-action.test/pod": pod} if pod else {}},
        "spec": {"containers": [{"name": "main", "image": "registry.example/web:1"}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
