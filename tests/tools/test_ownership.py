"""A cluster lives as long as its owners and leaves no process behind, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.cluster import ControlPlane, StartFailed
from tools.cluster.cluster import USERS

if TYPE_CHECKING:
    from tests.conftest import Tools

ROOT = Path(__file__).parents[2]

OWNER = """
import pathlib, sys, time
from tools.cluster import ControlPlane
with ControlPlane(pathlib.Path(sys.argv[1]), binaries=pathlib.Path(sys.argv[2])) as cluster:
    print(cluster.server, flush=True)
    time.sleep(600)
"""


def processes(directory: Path) -> list[str]:
    """Return the names of the running processes whose command line names a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            argv = (entry / "cmdline").read_bytes().decode().split("\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if any(str(directory) in word for word in argv):
            found.append(Path(argv[0]).name)
    return sorted(found)


def wait_for_no_process(directory: Path) -> list[str]:
    """Return what still runs after 10 s; mostly nothing after much less."""
    deadline = time.monotonic() + 10
    while (left := processes(directory)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def own(directory: Path, tools: Tools) -> subprocess.Popen[str]:
    """Start a process that owns the cluster of a folder, and return when it has it."""
    argv = [sys.executable, "-c", OWNER, str(directory), str(tools.bin)]
    owner = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline().startswith("https://127.0.0.1:")
    return owner


def kill(owner: subprocess.Popen[str]) -> None:
    owner.send_signal(signal.SIGKILL)
    owner.communicate()


def test_a_cluster_outlives_the_first_of_two_owners_and_ends_when_the_last_is_killed(
    tmp_path: Path, tools: Tools
) -> None:
    first = own(tmp_path, tools)
    with ControlPlane(tmp_path, binaries=tools.bin) as cluster:
        second = own(tmp_path, tools)
        kill(first)
        assert cluster.request("GET", "/readyz") == "ok"
        assert "kube-apiserver" in processes(tmp_path)
    kill(second)
    assert wait_for_no_process(tmp_path) == []
    assert not (tmp_path / "etcd").exists()


def test_no_process_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path, tools: Tools) -> None:
    with ControlPlane(tmp_path, binaries=tools.bin):
        os.kill(supervisor_of(tmp_path), signal.SIGKILL)
        assert wait_for_no_process(tmp_path) == []


def supervisor_of(directory: Path) -> int:
    """Return the parent of the API server that runs in a folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        argv = (entry / "cmdline").read_bytes().split(b"\0")
        if argv[0].endswith(b"/kube-apiserver") and str(directory).encode() in b" ".join(argv):
            return int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    raise AssertionError("no API server runs")


def test_a_failed_start_shows_the_log_and_leaves_no_process(tmp_path: Path, tools: Tools) -> None:
    binaries = tmp_path / "bin"
    binaries.mkdir()
    for name in ("etcd", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok"):
        (binaries / name).symlink_to(tools.path(name))
    (binaries / "kube-apiserver").write_text("#!/bin/sh\necho no such flag\nexit 1\n")
    (binaries / "kube-apiserver").chmod(0o755)
    with pytest.raises(StartFailed) as failure, ControlPlane(tmp_path / "cluster", binaries=binaries):
        pass
    assert str(failure.value) == "kube-apiserver ended by itself; its log ends:\nno such flag"
    assert wait_for_no_process(tmp_path / "cluster") == []


def test_missing_programs_are_named_with_the_command_that_builds_them(tmp_path: Path) -> None:
    with pytest.raises(StartFailed) as failure, ControlPlane(tmp_path / "cluster", binaries=tmp_path):
        pass
    assert str(failure.value) == (
        "not built: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok. "
        "Run: python3 tools/build.py controlplane kwok"
    )


def test_the_command_starts_a_cluster_that_stays_until_it_is_stopped(tmp_path: Path, tools: Tools) -> None:
    def command(verb: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "tools.cluster", verb, f"--dir={tmp_path}", f"--tools={tools.bin}"]
        return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)

    started = command("start")
    assert started.returncode == 0, started.stdout
    kubeconfigs = [f"export KUBECONFIG={tmp_path}/{user}.kubeconfig" for user in USERS]
    assert started.stdout.splitlines()[1:] == kubeconfigs
    assert command("start").stdout == started.stdout
    assert command("status").stdout == started.stdout
    assert command("stop").returncode == 0
    assert processes(tmp_path) == []
    assert command("status").stdout == f"no cluster runs in {tmp_path}\n"
