"""What the benchmarks have in common: manifests of many small applications, and how a process is timed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tools.cluster import Cluster

Row: TypeAlias = tuple[str, str, str, bool]
"""Name, figures, goal, and whether it is met."""

PRODUCT = [str(Path(sys.executable).with_name("gitops-action"))]
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


def write_manifests(cluster: Cluster, folder: Path, namespace: str, objects: int) -> Path:
    """Write manifests for a namespace of their own, which is created, and return their folder."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    cluster.request("POST", "/api/v1/namespaces", body)
    manifests = folder / namespace / "manifests"
    manifests.mkdir(parents=True)
    for n in range(objects // 10):  # ten objects an application: five kinds twice less one, and a Deployment
        text = _KINDS.format(n=n, ns=namespace) + _DEPLOYMENT.format(n=n, ns=namespace)
        extra = _KINDS.format(n=f"{n}-b", ns=namespace).rpartition("---\n")[0]
        (manifests / f"app-{n}.yaml").write_text(f"{text}---\n{extra}")
    return manifests


def product(cluster: Cluster, verb: str, manifests: Path, *flags: str) -> list[str]:
    """Return the command line that does something with such manifests."""
    namespace = manifests.parent.name
    described = ["--name", namespace, "--path", "manifests", "--namespace", namespace]
    where = ["--working-directory", str(manifests.parent), "--kubeconfig", str(cluster.kubeconfig())]
    return [*PRODUCT, verb, *described, *where, *flags]


def run(command: list[str], *, allowed: tuple[int, ...] = (0,)) -> Measured:
    """Run a process to its end; raise where it ends with another status than those allowed."""
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        errors = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{errors.decode()[-2000:]}")
    return Measured(seconds=seconds, mebibytes=usage.ru_maxrss / 1024)
