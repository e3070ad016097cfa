"""Real child processes: the contract, and what only a real one can do wrong."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.errors import ApplicationError
from gitops_action.ports import Command
from tests.contracts.process_contract import ProcessContract

if TYPE_CHECKING:
    from gitops_action.ports import Process

SCRIPTS = {
    "complain": "echo half; echo 'Error: no' >&2; exit 3",
    "show": "/usr/bin/env | /usr/bin/sort | /bin/grep -v -e '^PWD=' -e '^SHLVL=' -e '^_='",
    "flood": "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
    "hang": "exec /bin/sleep 60",
    "family": "/bin/sleep 60 & echo $! > child; wait",
    "orphan": "/bin/sleep 60 >/dev/null 2>&1 & echo $! > child",
    "refuse": "exec <&-; echo done",
    "babble": "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1",
    "arguments": 'for each in "$@"; do echo "[$each]"; done',
    "stubborn": "trap '' TERM INT HUP; while :; do :; done",
}


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, script in SCRIPTS.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


class TestSubprocessProcess(ProcessContract):
    @pytest.fixture
    def process(self) -> Process:
        return SubprocessProcess()


def run(*argv: str, cwd: Path, stdin: bytes = b"", timeout: float = 10) -> str:
    command = Command(argv=argv, cwd=str(cwd), env={"PATH": "/usr/bin:/bin"}, stdin=stdin, timeout=timeout)
    return SubprocessProcess().run(command).stdout.decode()


def test_arguments_are_never_words_of_a_shell(tmp_path: Path) -> None:
    assert run("arguments", "a b", "$(id)", ";rm -rf /", "*", "", cwd=tmp_path) == (
        "[a b]\n[$(id)]\n[;rm -rf /]\n[*]\n[]\n"
    )


def test_our_own_environment_is_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_planted")

    assert "ghs_planted" not in run("show", cwd=tmp_path)


def test_large_input_and_output_at_once_do_not_block(tmp_path: Path) -> None:
    content = b"0123456789abcdef" * 200_000

    assert run("cat", cwd=tmp_path, stdin=content) == content.decode()


def test_a_program_that_does_not_read_its_input_is_no_error(tmp_path: Path) -> None:
    assert run("refuse", cwd=tmp_path, stdin=b"x" * 1_000_000) == "done\n"


def test_the_last_of_a_long_complaint_is_kept(tmp_path: Path) -> None:
    completed = SubprocessProcess().run(Command(argv=("babble",), cwd=str(tmp_path), timeout=30))

    assert completed.stderr.endswith("line 19999\n")
    assert len(completed.stderr) <= 1 << 18


@pytest.mark.parametrize("program", ["hang", "family", "stubborn"])
def test_what_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path, program: str) -> None:
    begin = time.monotonic()
    with pytest.raises(ApplicationError, match="did not end within"):
        run(program, cwd=tmp_path, timeout=0.5)

    assert time.monotonic() - begin < 10
    if program == "family":
        assert not _is_running(tmp_path / "child")


def test_what_a_program_leaves_behind_is_killed_when_it_ends(tmp_path: Path) -> None:
    run("orphan", cwd=tmp_path)

    assert not _is_running(tmp_path / "child")


def test_a_file_that_is_no_program_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bin" / "broken").write_bytes(b"\x00\x01")
    (tmp_path / "bin" / "broken").chmod(0o755)

    with pytest.raises(ApplicationError, match="broken cannot be started"):
        run("broken", cwd=tmp_path)


def test_an_argument_with_a_null_byte_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ApplicationError, match="arguments cannot be started: embedded null byte"):
        run("arguments", "a\0b", cwd=tmp_path)


def _is_running(pid_file: Path) -> bool:
    pid = pid_file.read_text().strip()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.01)
    return True
