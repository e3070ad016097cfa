"""The benchmark's figures that need no cluster: rendering many small applications, and reading YAML.

Each is a ratio against the bare work, done by the same programs on the same files at the same time of day.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import yaml

from gitops_action.resource.yaml import load_documents
from tools import build
from tools.bench_objects import PRODUCT, run

if TYPE_CHECKING:
    from pathlib import Path

    from tools.bench_objects import Row

_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: app-{n}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: https://github.com/acme/shop, targetRevision: main, path: deploy/app-{n}}}
  destination: {{server: https://kubernetes.default.svc, namespace: team-{n}}}
"""
_CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  key: value\n"
_DOCUMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: shop
  labels:
    app.kubernetes.io/name: app-{n}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: registry.example/app:1.{n}
          args: ["--listen", ":8080"]
          env:
            - name: LEVEL
              value: "info"
"""


def rendering(folder: Path, runs: int, applications: int = 200) -> list[Row]:
    """Time many small applications without a cache, against the bare programs, and with what was kept."""
    place, cache = folder / "small", folder / "cache"
    _write(place, applications)
    renders = [_bare(place / f"deploy/app-{n}", n) for n in range(applications)]
    product = [*PRODUCT, "diff", "--no-cluster", "--working-directory", str(place)]
    cold, bare, warm = [], [], []
    for number in range(max(2, runs // 2)):
        bare.append(_together(renders))
        kept = [*product, "--cache-dir", str(cache / str(number))]
        cold.append(run(kept).seconds)
        warm.append(run(kept).seconds)
    ratio = statistics.median(cold) / statistics.median(bare)
    seconds = statistics.median(warm)
    return [
        (
            f"{applications} small applications, cold",
            f"{statistics.median(cold):.2f} s / bare {statistics.median(bare):.2f} s = {ratio:.2f}",
            "≤ 1.2",
            ratio <= 1.2,
        ),
        (f"{applications} small applications, warm", f"{seconds:.2f} s", "≤ 1 s", seconds <= 1.0),
    ]


def reading(documents: int = 10_000) -> Row:
    """Time the YAML reader against PyYAML's own, both in this process."""
    text = "---\n".join(_DOCUMENT.format(n=n) for n in range(documents))
    started = time.perf_counter()
    assert len(load_documents(text, source="bench")) == documents  # noqa: S101 - a benchmark that reads nothing is fast
    ours = time.perf_counter() - started
    part = "---\n".join(_DOCUMENT.format(n=n) for n in range(documents // 20))
    started = time.perf_counter()
    assert len(list(yaml.load_all(part, Loader=yaml.SafeLoader))) == documents // 20  # noqa: S101
    theirs = (time.perf_counter() - started) * 20
    ratio = theirs / ours
    figures = f"{ours:.2f} s, PyYAML {theirs:.1f} s = {ratio:.0f}×"
    return f"reading {documents:,} YAML documents", figures, "≥ 5×", ratio >= 5


def _write(place: Path, applications: int) -> None:
    for n in range(applications):
        folder = place / f"deploy/app-{n}"
        folder.mkdir(parents=True)
        if n % 2:
            (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: app-{n}\nversion: 1.0.0\n")
            (folder / "values.yaml").write_text("key: value\n")
            (folder / "templates").mkdir()
            (folder / "templates/config.yaml").write_text(_CONFIG.replace("value", "{{ .Values.key }}"))
        else:
            (folder / "kustomization.yaml").write_text("resources: [config.yaml]\nnamePrefix: x-\n")
            (folder / "config.yaml").write_text(_CONFIG)
        (place / "apps").mkdir(exist_ok=True)
        (place / f"apps/app-{n}.yaml").write_text(_APPLICATION.format(n=n))
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("remote", "add", "origin", "https://github.com/acme/shop"),
        ("add", "--all"),
        ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-qm", "begin"),
    ):
        subprocess.run(["git", *arguments], cwd=place, check=True)  # noqa: S607 - git of the PATH is meant


def _bare(folder: Path, n: int) -> list[str]:
    if n % 2:
        return [str(build.program("helm")), "template", f"app-{n}", str(folder), "--namespace", f"team-{n}"]
    return [str(build.program("kustomize")), "build", str(folder)]


def _together(renders: list[list[str]]) -> float:
    """Return the seconds of all renders, as many at once as the product has."""
    started = time.monotonic()
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        list(pool.map(lambda argv: subprocess.run(argv, check=True, capture_output=True), renders))
    return time.monotonic() - started
