"""The git program, run such that nothing but what it is told decides what it does.

In: arguments and a directory. Out: what git wrote, and readers for the two forms in which it lists things. Reads no
configuration but the repository's own, runs none of the programs that it may name, and speaks no protocol unless the
caller says which.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError, UsageError
from gitops_action.ports import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_action.ports import Completed, Process

_SETTINGS = {
    "safe.directory": "*",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "false",
}


def run_git(
    process: Process,
    directory: str,
    arguments: tuple[str, ...],
    *,
    stdin: bytes = b"",
    timeout: float = 60.0,
    settings: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Completed:
    """Return what git wrote; its exit code is for the caller to judge.

    ``settings`` are configuration for this one process. They travel in its environment, where they may hold a
    credential: the arguments of a process can be read by everybody on the machine.
    Raises ``UsageError`` where git is missing or takes too long.
    """
    command = git_command(directory, arguments, stdin=stdin, timeout=timeout, settings=settings, variables=variables)
    try:
        return process.run(command)
    except ApplicationError as error:  # git is no renderer: without it nothing of the run is possible
        raise UsageError(error.summary, detail=error.detail, remedy=error.remedy) from error


def git_command(
    directory: str,
    arguments: tuple[str, ...],
    *,
    stdin: bytes = b"",
    timeout: float = 60.0,
    settings: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Command:
    """Return the process that ``run_git`` runs."""
    return Command(
        argv=("git", "--no-optional-locks", "--no-pager", *arguments),
        cwd=directory,
        env=_environment(settings or {}) | dict(variables or {}),
        stdin=stdin,
        timeout=timeout,
    )


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    whole = {**_SETTINGS, **settings}
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_CONFIG_COUNT": str(len(whole)),
    }
    for number, (name, value) in enumerate(whole.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return environment


def entries(output: bytes) -> list[str]:
    """Return the entries of a list whose ends are marked by NUL."""
    return [entry for entry in os.fsdecode(output).split("\0") if entry]


def batch(output: bytes, count: int) -> Iterator[tuple[str, bytes] | None]:
    """Yield hash and content of each object from ``cat-file --batch``; ``None`` for one that is absent or a tree."""
    position = 0
    for _ in range(count):
        end = output.index(b"\n", position)
        words = output[position:end].decode("utf-8", errors="replace").split(" ")
        position = end + 1
        if len(words) != 3 or not words[2].isdigit():  # "<name> missing", "<name> ambiguous"
            yield None
            continue
        size = int(words[2])
        content = output[position : position + size]
        position += size + 1
        yield None if words[1] == "tree" else (words[0], content)
