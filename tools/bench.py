"""``make bench``: how fast the product is, as ratios against a peer or the bare work, in one run on this machine.

Each figure is the median of some whole processes, so start-up counts. The peers do the same work on the same objects of
the same API server, one right after the other: a slow or busy machine slows both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.resource import Resource
from gitops_action.resource.yaml import load_documents
from tools import build
from tools.affected_repository import build_repository
from tools.cluster import Cluster, ControlPlane

_AT_ONCE = 16
_KINDS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: config-{n}
  namespace: {ns}
  labels:
    app: app-{n}
data:
  LOG_LEVEL: info
  PORT: "8080"
  application.properties: |
    first=1
    second=2
---
apiVersion: v1
kind: Secret
metadata:
  name: secret-{n}
  namespace: {ns}
  labels:
    app: app-{n}
stringData:
  PASSWORD: value-{n}
---
apiVersion: v1
kind: Service
metadata:
  name: service-{n}
  namespace: {ns}
  labels:
    app: app-{n}
spec:
  selector:
    app: app-{n}
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: account-{n}
  namespace: {ns}
  labels:
    app: app-{n}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: budget-{n}
  namespace: {ns}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: app-{n}
"""
_DEPLOYMENT = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: {ns}
  labels:
    app: app-{n}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: app-{n}
  template:
    metadata:
      labels:
        app: app-{n}
    spec:
      serviceAccountName: account-{n}
      containers:
        - name: app
          image: registry.example/app:1.{n}
          ports:
            - name: http
              containerPort: 8080
          envFrom:
            - configMapRef:
                name: config-{n}
            - secretRef:
                name: secret-{n}
          env:
            - name: POD
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 32Mi
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {{}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One process: wall time in seconds, peak memory in MiB."""

    seconds: float
    mebibytes: float


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table; exit 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gitops-bench-") as folder:
        binaries = build.cache_directory() / "tools" / "bin"
        with ControlPlane(Path(folder, "cluster"), binaries=binaries) as cluster:
            bench = Bench(cluster, Path(folder), options.objects, options.runs)
            rows = [bench.start_up(), bench.sync(), *bench.diff(), _affected(Path(folder), options.runs)]
    print(f"\n{options.objects} objects, median of {options.runs} runs, {os.cpu_count()} cores\n")
    for name, measured, goal, _ in rows:
        print(f"{name:44} {measured:52} {goal}")
    return 0 if all(is_met for *_, is_met in rows) else 1


Row: TypeAlias = tuple[str, str, str, bool]
"""Name, figures, goal, and whether it is met."""


class Bench:
    """The measurements; each returns rows of name, figures, goal, and whether it is met."""

    def __init__(self, cluster: Cluster, folder: Path, objects: int, runs: int) -> None:
        self._cluster = cluster
        self._folder = folder
        self._objects = objects
        self._runs = runs
        self._namespaces = 0

    def start_up(self) -> Row:
        """Time ``--version``."""
        seconds = statistics.median(_run([*_PRODUCT, "--version"]).seconds for _ in range(self._runs * 2))
        return "gitops-action --version", f"{seconds:.3f} s", "≤ 0.15 s", seconds <= 0.15

    def sync(self) -> Row:
        """Time a sync of new objects until they are healthy, against the bare dry runs and applies.

        How long the cluster takes to make the bare objects healthy, once all are applied, is nobody's work: it is
        taken off ours.
        """
        ours, bare, settling = [], [], []
        for _ in range(max(2, self._runs // 2)):
            applied, settled = self._bare_applies(self._manifests())
            bare.append(applied)
            settling.append(settled)
            ours.append(_run(self._product("sync", self._manifests(), "--timeout", "5m")).seconds)
        wait = statistics.median(settling)
        ratio = (statistics.median(ours) - wait) / statistics.median(bare)
        figures = f"({statistics.median(ours):.2f} − {wait:.2f}) s / bare {statistics.median(bare):.2f} s = {ratio:.2f}"
        return "sync of new objects, until healthy", figures, "≤ 1.3", ratio <= 1.3

    def diff(self) -> list[Row]:
        """Time a diff where all is in sync, against kubectl's; and its memory."""
        manifests = self._manifests()
        _run(self._product("sync", manifests, "--timeout", "5m"))
        rendered = self._folder / "rendered.yaml"
        rendered.write_bytes(subprocess.run(self._product("render", manifests), check=True, capture_output=True).stdout)
        kubectl = [str(build.program("kubectl")), "--kubeconfig", str(self._cluster.kubeconfig()), "diff"]
        kubectl += ["--server-side", "--force-conflicts", "--field-manager=gitops-action", "--filename", str(rendered)]
        again, ours, peer = [], [], []
        for _ in range(self._runs):
            ours.append(_run(self._product("diff", manifests)))
            peer.append(_run(kubectl).seconds)
            again.append(_run(self._product("sync", manifests)).seconds)
        seconds = statistics.median(each.seconds for each in ours)
        ratio = statistics.median(peer) / seconds
        memory = max(each.mebibytes for each in ours)
        extra = statistics.median(again) - seconds
        return [
            (
                "diff, all in sync",
                f"{seconds:.2f} s, kubectl diff --server-side {statistics.median(peer):.2f} s = {ratio:.1f}×",
                "≥ 15×",
                ratio >= 15,
            ),
            ("sync, nothing to do", f"{extra:+.2f} s over the diff", "≤ 0.3 s", extra <= 0.3),
            ("peak memory of the diff", f"{memory:.0f} MiB", "≤ 300 MiB", memory <= 300),
        ]

    def _manifests(self) -> Path:
        """Write manifests for a namespace of their own, which exists, and return their folder."""
        self._namespaces += 1
        namespace = f"bench-{self._namespaces}"
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        self._cluster.request("POST", "/api/v1/namespaces", body)
        folder = self._folder / namespace / "manifests"
        folder.mkdir(parents=True)
        each = self._objects // 10  # ten objects an application: five kinds twice less one, and a Deployment
        for n in range(each):
            text = _KINDS.format(n=n, ns=namespace) + _DEPLOYMENT.format(n=n, ns=namespace)
            extra = _KINDS.format(n=f"{n}-b", ns=namespace).rpartition("---\n")[0]
            (folder / f"app-{n}.yaml").write_text(f"{text}---\n{extra}")
        return folder

    def _product(self, verb: str, manifests: Path, *flags: str) -> list[str]:
        namespace = manifests.parent.name
        described = ["--name", namespace, "--path", "manifests", "--namespace", namespace]
        where = ["--working-directory", str(manifests.parent), "--kubeconfig", str(self._cluster.kubeconfig())]
        return [*_PRODUCT, verb, *described, *where, *flags]

    def _bare_applies(self, manifests: Path) -> tuple[float, float]:
        """Return the seconds of the bare dry runs and applies, 16 at a time, and from then until all is available."""
        server = ApiServer(load(ClusterInputs(kubeconfig=str(self._cluster.kubeconfig())), os.environ).connect())
        catalog = server.catalog()
        targets = [
            Resource(value)
            for file in sorted(manifests.iterdir())
            for value, _ in load_documents(file.read_bytes(), source=file.name)
        ]
        kinds = [catalog.kinds[target.api_version, target.kind] for target in targets]
        started = time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for apply in (partial(server.apply, dry_run=True), server.apply):
                list(pool.map(apply, kinds, targets))
        applied = time.monotonic()
        deployments = catalog.kinds["apps/v1", "Deployment"]
        while any(
            not live.object.get("status", {}).get("availableReplicas")
            for live in server.list(deployments, namespace=manifests.parent.name).items
        ):
            time.sleep(0.05)
        return applied - started, time.monotonic() - applied


def _affected(folder: Path, runs: int) -> Row:
    """Time ``affected`` on a large repository of which one file changed."""
    place = folder / "repository"
    place.mkdir()
    build_repository(place, 2000)
    measured = [_run([*_PRODUCT, "affected", "--working-directory", str(place)]) for _ in range(runs)]
    seconds = statistics.median(each.seconds for each in measured)
    memory = max(each.mebibytes for each in measured)
    name = "affected, 2,000 applications, 20,000 files"
    return name, f"{seconds:.2f} s, {memory:.0f} MiB", "≤ 1.0 s, ≤ 200 MiB", seconds <= 1.0 and memory <= 200


_PRODUCT = [str(Path(sys.executable).with_name("gitops-action"))]


def _run(command: list[str]) -> Measured:
    """Run a process to its end; raise where it fails."""
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        errors = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{errors.decode()[-2000:]}")
    return Measured(seconds=seconds, mebibytes=usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
