"""A repository of thousands of applications, for the benchmark of ``affected``.

A third each are manifests, kustomizations on shared bases, and charts; there are ten files an application, and the last
commit changes one of them.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BASES = 20
_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: app-{n}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://github.com/acme/shop
    targetRevision: main
    path: {path}
{helm}  destination:
    server: https://kubernetes.default.svc
    namespace: team-{n}
  syncPolicy:
    automated:
      prune: true
    syncOptions:
      - CreateNamespace=true
"""
_HELM = "    helm:\n      valueFiles:\n        - values-production.yaml\n"
_CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-{n}\ndata:\n  key: value\n"
_OVERLAY = """\
resources:
  - ../../bases/{base}
  - extra.yaml
patches:
  - path: patch.yaml
configMapGenerator:
  - name: made
    files: [a.txt, b.txt]
"""


def build_repository(place: Path, applications: int) -> None:
    """Write and commit the repository into an empty directory."""
    for path, text in _files(applications):
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    _git(place, "init", "--quiet", "--initial-branch=main")
    _git(place, "remote", "add", "origin", "https://github.com/acme/shop")
    for changed in ("before", "after"):
        (place / "deploy/app-0/config-0.yaml").write_text(_CONFIG.format(n=changed))
        _git(place, "add", "--all")
        _git(place, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-qm", changed)


def _files(applications: int) -> Iterator[tuple[str, str]]:
    for base in range(_BASES):
        yield f"bases/{base}/kustomization.yaml", "resources: [a.yaml, b.yaml]\n"
        yield from ((f"bases/{base}/{name}.yaml", _CONFIG.format(n=name)) for name in "ab")
    for n in range(applications):
        path = f"deploy/app-{n}"
        yield f"apps/app-{n}.yaml", _APPLICATION.format(n=n, path=path, helm=_HELM if n % 3 == 2 else "")
        match n % 3:
            case 0:
                yield from ((f"{path}/config-{i}.yaml", _CONFIG.format(n=i)) for i in range(9))
            case 1:
                yield f"{path}/kustomization.yaml", _OVERLAY.format(base=n % _BASES)
                yield from ((f"{path}/{name}.txt", "text\n") for name in "ab")
                yield from ((f"{path}/{name}.yaml", _CONFIG.format(n=name)) for name in ("extra", "patch", *"cdef"))
            case _:
                yield f"{path}/Chart.yaml", f"apiVersion: v2\nname: app-{n}\nversion: 1.0.0\n"
                yield from ((f"{path}/{name}.yaml", "a: 1\n") for name in ("values", "values-production"))
                yield from ((f"{path}/templates/{i}.yaml", _CONFIG.format(n=i)) for i in range(6))


def _git(place: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=place, check=True)  # noqa: S607 - git of the PATH is meant
