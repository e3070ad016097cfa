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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.resource import Resource
from gitops_action.resource.yaml import load_documents
from tools import build
from tools.affected_repository import build_repository
from tools.bench_objects import PRODUCT, Row, product, run, write_manifests
from tools.bench_rendering import reading, rendering
from tools.bench_scale import Scale, lua
from tools.bench_waits import Waits
from tools.cluster import Cluster, ControlPlane

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 16


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
            print(f"{options.objects} objects, median of {options.runs} runs, {os.cpu_count()} cores\n")
            met = [_shown(row) for row in _rows(bench, cluster, Path(folder), options.runs)]
    return 0 if all(met) else 1


def _rows(bench: Bench, cluster: Cluster, folder: Path, runs: int) -> Iterator[Row]:
    """Yield each figure as soon as it is measured: all of them take a while."""
    yield bench.start_up()
    yield bench.sync()
    yield from bench.diff()
    yield _affected(folder, runs)
    yield lua()
    yield from rendering(folder, runs)
    yield reading()
    yield from Waits(cluster=cluster, folder=folder, runs=runs).rows()
    yield from Scale(cluster, folder, runs).rows()


def _shown(row: Row) -> bool:
    name, measured, goal, is_met = row
    print(f"{name:44} {measured:60} {goal:12} {'' if is_met else 'missed'}".rstrip(), flush=True)
    return is_met


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
        seconds = statistics.median(run([*PRODUCT, "--version"]).seconds for _ in range(self._runs * 2))
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
            ours.append(run(self._product("sync", self._manifests(), "--timeout", "5m")).seconds)
        wait = statistics.median(settling)
        ratio = (statistics.median(ours) - wait) / statistics.median(bare)
        figures = f"({statistics.median(ours):.2f} − {wait:.2f}) s / bare {statistics.median(bare):.2f} s = {ratio:.2f}"
        return "sync of new objects, until healthy", figures, "≤ 1.3", ratio <= 1.3

    def diff(self) -> list[Row]:
        """Time a diff where all is in sync, against kubectl's; and its memory."""
        manifests = self._manifests()
        run(self._product("sync", manifests, "--timeout", "5m"))
        rendered = self._folder / "rendered.yaml"
        rendered.write_bytes(
            subprocess.run(self._product("render", manifests), check=True, stdout=subprocess.PIPE).stdout
        )
        kubectl = [str(build.program("kubectl")), "--kubeconfig", str(self._cluster.kubeconfig()), "diff"]
        kubectl += ["--server-side", "--force-conflicts", "--field-manager=gitops-action", "--filename", str(rendered)]
        again, ours, peer = [], [], []
        for _ in range(self._runs):
            ours.append(run(self._product("diff", manifests)))
            peer.append(run(kubectl).seconds)
            again.append(run(self._product("sync", manifests)).seconds)
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
        self._namespaces += 1
        return write_manifests(self._cluster, self._folder, f"bench-{self._namespaces}", self._objects)

    def _product(self, verb: str, manifests: Path, *flags: str) -> list[str]:
        return product(self._cluster, verb, manifests, *flags)

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
    measured = [run([*PRODUCT, "affected", "--working-directory", str(place)]) for _ in range(runs)]
    seconds = statistics.median(each.seconds for each in measured)
    memory = max(each.mebibytes for each in measured)
    name = "affected, 2,000 applications, 20,000 files"
    return name, f"{seconds:.2f} s, {memory:.0f} MiB", "≤ 1.0 s, ≤ 200 MiB", seconds <= 1.0 and memory <= 200


if __name__ == "__main__":
    sys.exit(main())
