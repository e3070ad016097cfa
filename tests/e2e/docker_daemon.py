"""A Docker daemon for the container tests: the machine's own, or one that is started for them.

In: nothing. Out: how to call ``docker``. A daemon of ours keeps its images in the user's cache, so that the next run
builds what has changed and no more. Raises ``NoDocker`` with what to install.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
# Debian's docker has BuildKit built in; a newer client found earlier on PATH may lack the plug-in that it needs.
_PREFERRED = "/usr/bin/docker"


class NoDocker(Exception):
    """There is no Docker here, and none can be started; the message says why."""


class Docker:
    """The command ``docker``, speaking to one daemon."""

    def __init__(self, program: str, host: str = "") -> None:
        self.program = program
        self.environment = {**os.environ, "DOCKER_BUILDKIT": "1", **({"DOCKER_HOST": host} if host else {})}

    def run(self, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command; with ``check`` a failure is an error that shows the last of what Docker said."""
        argv = [self.program, *words]
        done = subprocess.run(argv, input=stdin, env=self.environment, capture_output=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(argv)} failed:\n{done.stderr.decode()[-4000:]}")
        return subprocess.CompletedProcess(argv, done.returncode, done.stdout.decode(), done.stderr.decode())

    def answers(self) -> bool:
        """Whether the daemon is there."""
        return self.run("version", check=False).returncode == 0

    def has_image(self, name: str) -> bool:
        """Whether the daemon has an image."""
        return self.run("image", "inspect", name, check=False).returncode == 0


@contextmanager
def docker_daemon() -> Iterator[Docker]:
    """Yield the machine's daemon if it answers, else one that lives as long as the ``with``."""
    program = _PREFERRED if os.path.exists(_PREFERRED) else shutil.which("docker")  # noqa: PTH110  a constant
    if program is None:
        raise NoDocker("no docker on PATH; on Debian: apt-get install docker.io")
    docker = Docker(program)
    if docker.answers():
        yield docker
        return
    daemon = shutil.which("dockerd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if daemon is None or os.geteuid() != 0:
        raise NoDocker("no Docker daemon answers, and one can be started only by root where dockerd is installed")
    home = build.cache_directory() / "docker"
    home.mkdir(parents=True, exist_ok=True)
    docker = Docker(program, f"unix://{home / 'socket'}")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            _daemon_argv(daemon, home),
            stdout=log,
            stderr=log,
            preexec_fn=_stop_with_parent,  # noqa: PLW1509  the test run's main thread starts it
        )
    try:
        _wait_for(docker, process, home / "log")
        yield docker
    finally:
        process.terminate()
        process.wait()


def _daemon_argv(daemon: str, home: Path) -> list[str]:
    """Return a daemon that leaves the machine's network alone: containers use the host's."""
    return [
        daemon,
        f"--data-root={home / 'data'}",
        f"--exec-root={home / 'exec'}",
        f"--pidfile={home / 'pid'}",
        f"--host=unix://{home / 'socket'}",
        "--iptables=false",
        "--ip6tables=false",
        "--bridge=none",
    ]


def _wait_for(docker: Docker, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not docker.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoDocker("dockerd does not come up here:\n" + log.read_text()[-1500:])
        time.sleep(0.2)


def _stop_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
