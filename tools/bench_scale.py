"""The part of ``make bench`` that is about size: many objects, many changes, a full cluster, and Lua's pace."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.adapters.tools import catalogue_dir
from gitops_action.health.assess import assess
from gitops_action.lua.catalogue import ScriptFolder, ScriptLibrary
from gitops_action.resource import Resource
from tools import build
from tools.bench_objects import Measured, Row, product, run, write_manifests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tools.cluster import Cluster

_MANY: Final = 5000
_SOME: Final = 1000
_DEFINITIONS: Final = 200
_FOREIGN: Final = 10_000
_ASSESSMENTS: Final = 5000
_KINDS: Final = (
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("policy/v1", "PodDisruptionBudget"),
    ("apps/v1", "Deployment"),
)


class Scale:
    """The measurements that need many objects in one cluster."""

    def __init__(self, cluster: Cluster, folder: Path, runs: int) -> None:
        self._cluster = cluster
        self._folder = folder
        self._runs = runs

    def rows(self) -> list[Row]:
        """Return all rows; the cluster is filled with foreign objects last."""
        return [*self.many(), *self.changes()]

    def many(self) -> list[Row]:
        """Time a diff of 5,000 objects in sync, against kubectl's and against listing them and nothing else."""
        manifests = self._synced("many", _MANY)
        ours = [run(product(self._cluster, "diff", manifests)) for _ in range(self._runs)]
        bare = statistics.median(self._bare_list(manifests.parent.name) for _ in range(self._runs))
        peer = run(self._kubectl(manifests)).seconds
        told = subprocess.run(
            product(self._cluster, "diff", manifests, "--output", "json"), check=True, capture_output=True
        )
        requests = json.loads(told.stdout)["requests"]
        seconds, memory = _median(ours), max(each.mebibytes for each in ours)
        extra, ratio = seconds - bare, peer / seconds
        return [
            (
                f"diff, {_MANY:,} in sync",
                f"{seconds:.2f} s, kubectl {peer:.1f} s = {ratio:.1f}×",
                "≥ 25×",
                ratio >= 25,
            ),
            (
                "the same over bare LISTs",
                f"{seconds:.2f} − {bare:.2f} = {extra:.2f} s; {requests} requests",
                "≤ 1.0 s",
                extra <= 1,
            ),
            ("peak memory of that", f"{memory:.0f} MiB", "≤ 300 MiB", memory <= 300),
        ]

    def changes(self) -> list[Row]:
        """Time a diff of 1,000 objects: with one of them changed, all changed, and in a cluster full of others."""
        manifests = self._synced("changes", _SOME)
        files = {file: file.read_text() for file in sorted(manifests.iterdir())}
        first = next(iter(files))
        none, one = [], []
        for _ in range(self._runs):  # one right after the other, so that both meet the same noise
            first.write_text(files[first])
            none.append(self._diff(manifests))
            first.write_text(files[first].replace("LOG_LEVEL: info", "LOG_LEVEL: debug", 1))
            one.append(self._diff(manifests))
        for file, text in files.items():
            file.write_text(_changed(text))
        every = [self._diff(manifests) for _ in range(self._runs)]
        peer = run(self._kubectl(manifests), allowed=(1,)).seconds
        for file, text in files.items():
            file.write_text(text)
        self._fill()
        full = [self._diff(manifests) for _ in range(self._runs)]
        ratios = _median(one) / _median(none), peer / _median(every), _median(full) / _median(none)
        return [
            (
                f"diff, 1 of {_SOME:,} changed",
                f"{_median(one):.2f} s / in sync {_median(none):.2f} s = {ratios[0]:.2f}",
                "≤ 1.1",
                ratios[0] <= 1.1,
            ),
            (
                f"diff, all of {_SOME:,} changed",
                f"{_median(every):.2f} s, kubectl {peer:.1f} s = {ratios[1]:.1f}×",
                "≥ 3×",
                ratios[1] >= 3,
            ),
            (
                f"with {_DEFINITIONS} CRDs, {_FOREIGN:,} foreign objects",
                f"{_median(full):.2f} s / without {_median(none):.2f} s = {ratios[2]:.2f}",
                "≤ 1.1",
                ratios[2] <= 1.1,
            ),
        ]

    def _synced(self, name: str, objects: int) -> Path:
        manifests = write_manifests(self._cluster, self._folder, f"scale-{name}", objects)
        run(product(self._cluster, "sync", manifests, "--no-wait", "--timeout", "10m"))
        run(product(self._cluster, "sync", manifests, "--timeout", "10m"))
        return manifests

    def _diff(self, manifests: Path) -> Measured:
        return run(product(self._cluster, "diff", manifests), allowed=(0, 1))

    def _kubectl(self, manifests: Path) -> list[str]:
        """Return kubectl's comparison of the same objects, as our manager."""
        rendered = manifests.parent / "rendered.yaml"
        rendered.write_bytes(
            subprocess.run(product(self._cluster, "render", manifests), check=True, capture_output=True).stdout
        )
        flags = ["--server-side", "--force-conflicts", "--field-manager=gitops-action", "--filename", str(rendered)]
        return [str(build.program("kubectl")), "--kubeconfig", str(self._cluster.kubeconfig()), "diff", *flags]

    def _bare_list(self, namespace: str) -> float:
        """Return the seconds that it takes to list all kinds at once, and to parse the answers."""
        server = self._server()
        kinds = [server.catalog().kinds[kind] for kind in _KINDS]
        started = time.monotonic()
        with ThreadPoolExecutor(len(kinds)) as pool:
            list(pool.map(lambda kind: server.list(kind, namespace=namespace), kinds))
        return time.monotonic() - started

    def _fill(self) -> None:
        """Create kinds and objects that are nobody's business, some of them in the same namespace."""
        self._create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", map(_definition, range(_DEFINITIONS)))
        foreign = [{"metadata": {"name": f"foreign-{n}"}, "data": {"key": "value" * 20}} for n in range(_FOREIGN // 2)]
        for namespace in ("scale-changes", "default"):
            self._create(f"/api/v1/namespaces/{namespace}/configmaps", foreign)

    def _create(self, path: str, bodies: Iterable[dict[str, Any]]) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda body: self._cluster.request("POST", path, body), bodies))

    def _server(self) -> ApiServer:
        return ApiServer(load(ClusterInputs(kubeconfig=str(self._cluster.kubeconfig())), os.environ).connect())


def lua() -> Row:
    """Time Argo CD's own script for an object that a cluster has many of."""
    folder = catalogue_dir()
    if folder is None:
        raise RuntimeError("there is no catalogue of scripts; run: python3 tools/build.py catalogue")
    library = ScriptLibrary(ScriptFolder(folder))
    budget = Resource(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web", "namespace": "shop", "generation": 1, "labels": {"app": "web"}},
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
            "status": {
                "conditions": [{"type": "DisruptionAllowed", "status": "True", "reason": "SufficientPods"}],
                "observedGeneration": 1,
            },
        }
    )
    assess(budget, scripts=library)
    started = time.process_time()
    for _ in range(_ASSESSMENTS):
        assess(budget, scripts=library)
    pace = _ASSESSMENTS / (time.process_time() - started)
    return "health by Lua", f"{pace:,.0f} assessments a second of one core", "≥ 1,000", pace >= 1000


def _definition(n: int) -> dict[str, Any]:
    names = {"plural": f"widget{n}s", "singular": f"widget{n}", "kind": f"Widget{n}", "listKind": f"Widget{n}List"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    group = f"group{n % 20}.example.com"
    return {
        "metadata": {"name": f"widget{n}s.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    }


def _changed(text: str) -> str:
    """Return manifests in which every object has another content."""
    return text.replace("\nmetadata:\n", "\nmetadata:\n  annotations:\n    changed: 'yes'\n")


def _median(measured: Iterable[Measured]) -> float:
    return statistics.median(each.seconds for each in measured)
