"""Own a cluster for a while: start it, or join the one that others started in the same folder.

In: a folder and the folder of the programs. Out: a ``Cluster`` as long as the ``with`` lasts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools.cluster.cluster import Cluster
from tools.cluster.ownership import found, join, locked
from tools.cluster.supervisor import StartFailed

if TYPE_CHECKING:
    from types import TracebackType

_ROOT = Path(__file__).parents[2]
SUPERVISE = "supervise"
"""The verb of the command that ``launch`` runs."""
BINARIES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok")


class ControlPlane:
    """A cluster that lives as long as one of its owners is inside ``with``.

    Processes that name the same folder share one cluster; the first starts it, and it ends with the last.
    """

    def __init__(self, directory: Path, *, binaries: Path) -> None:
        self._directory = directory.resolve()
        self._binaries = binaries.resolve()
        self._ownership: int | None = None

    def __enter__(self) -> Cluster:
        """Start or join. Raises ``StartFailed``, with the log that says why."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with locked(self._directory):
            self._ownership = join(self._directory)
            if self._ownership is None:
                self._start()
        return Cluster.of(self._directory)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._ownership is not None:
            os.close(self._ownership)
            self._ownership = None

    def _start(self) -> None:
        founder = found(self._directory)
        try:
            launch(self._directory, self._binaries, "--while-owned")
            self._ownership = join(self._directory)
        finally:
            os.close(founder)


def launch(directory: Path, binaries: Path, *options: str) -> None:
    """Start a process that leaves a supervisor behind, and wait until the cluster is ready. Raises ``StartFailed``."""
    if missing := [name for name in BINARIES if not (binaries / name).exists()]:
        raise StartFailed(f"not built: {', '.join(missing)}. Run: python3 tools/build.py controlplane kwok")
    argv = [sys.executable, "-m", "tools.cluster", SUPERVISE, f"--dir={directory}", f"--tools={binaries}", *options]
    started = subprocess.run(argv, cwd=_ROOT, capture_output=True, text=True, check=False)
    if started.returncode:
        raise StartFailed((started.stdout + started.stderr).strip())
