"""``python -m tools.cluster start|stop|status``: a cluster for development, or for many test runs.

``start`` returns when the cluster is ready and prints where it is; it runs on until ``stop``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

from tools import build
from tools.cluster.cluster import USERS, Cluster
from tools.cluster.control_plane import SUPERVISE, launch
from tools.cluster.ownership import Owners, found, locked
from tools.cluster.supervisor import StartFailed, Supervisor


def main() -> int:
    """Parse the command line and run one verb."""
    parser = argparse.ArgumentParser(prog="python -m tools.cluster", description=__doc__)
    parser.add_argument("verb", choices=["start", "stop", "status", SUPERVISE], metavar="start|stop|status")
    parser.add_argument("--dir", type=Path, default=build.cache_directory() / "cluster", help="the cluster's folder")
    parser.add_argument("--tools", type=Path, default=build.cache_directory() / "tools" / "bin", help="the programs")
    parser.add_argument("--while-owned", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    directory, binaries = arguments.dir.resolve(), arguments.tools.resolve()
    match arguments.verb:
        case "start":
            return _start(directory, binaries)
        case "stop":
            return _stop(directory)
        case "status":
            return _status(directory)
        case _:
            return _leave_supervisor(directory, binaries, while_owned=arguments.while_owned)


def _start(directory: Path, binaries: Path) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    with locked(directory):
        if not _facts(directory):
            try:
                launch(directory, binaries)
            except StartFailed as error:
                print(error)
                return 1
    return _status(directory)


def _leave_supervisor(directory: Path, binaries: Path, *, while_owned: bool) -> int:
    """Fork a supervisor and wait for its word: that the cluster is ready, or why it is not."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        _supervise(directory, binaries, writing, while_owned=while_owned)
    os.close(writing)
    with os.fdopen(reading) as words:
        word = words.read()
    if word == "ready":
        return 0
    print(word or f"the supervisor ended without a word; see {directory / 'supervisor.log'}")
    return 1


def _supervise(directory: Path, binaries: Path, word: int, *, while_owned: bool) -> None:
    """Be the supervisor, and never return."""
    os.setsid()
    log = os.open(directory / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    if not while_owned:
        found(directory)  # never closed: the supervisor owns the cluster itself
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("asked to stop"))
    supervisor = Supervisor(directory=directory, binaries=binaries, owners=Owners(directory))
    try:
        supervisor.start()
        os.write(word, b"ready")
        os.close(word)
        print(supervisor.watch(), flush=True)
    except StartFailed as error:
        os.write(word, str(error).encode())
    finally:
        supervisor.stop()
    sys.exit(0)


def _stop(directory: Path) -> int:
    facts = _facts(directory)
    if not facts:
        print(f"no cluster runs in {directory}")
        return 1
    os.kill(facts["supervisor"], signal.SIGTERM)
    while _runs(facts["supervisor"]):
        time.sleep(0.05)
    return 0


def _status(directory: Path) -> int:
    if not _facts(directory):
        print(f"no cluster runs in {directory}")
        return 1
    cluster = Cluster.of(directory)
    print(f"{cluster.server}  kubectl {cluster.kubectl}")
    for user in USERS:
        print(f"export KUBECONFIG={cluster.kubeconfig(user)}")
    return 0


def _facts(directory: Path) -> dict[str, int]:
    """Return what the supervisor wrote about itself, if it still runs."""
    try:
        facts: dict[str, int] = json.loads((directory / "cluster.json").read_text())
    except FileNotFoundError:
        return {}
    return facts if _runs(facts["supervisor"]) else {}


def _runs(process: int) -> bool:
    """Whether a process runs; one that ended may stay listed where nobody asks for its exit code."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


if __name__ == "__main__":
    sys.exit(main())
