"""Run the program: in this process, where a test sees its coverage, or as a process of its own, where it gets signals.

In: arguments, the whole environment and a working directory. Out: ``Ran``. This process is left as it was.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a run ended and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def log(self) -> str:
        """What a reader of the job's log sees: the runner takes lines with secrets to mask for itself."""
        lines = (self.stdout + self.stderr).splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("::add-mask::"))

    def json(self) -> Any:
        """Return standard output, which must be JSON and nothing else."""
        return orjson.loads(self.stdout)


def run_here(*arguments: str, environ: Mapping[str, str], folder: Path) -> Ran:
    """Run the program in this process and its main thread."""
    # As the real ones, they take bytes as well: a report as JSON is written as such.
    stdout, stderr = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with _as_found(), chdir(folder), redirect_stdout(stdout), redirect_stderr(stderr):
        os.environ.clear()
        os.environ.update(environ)
        code = main(arguments)
    return Ran(code=code, stdout=_written(stdout), stderr=_written(stderr))


def _written(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _as_found() -> Iterator[None]:
    environ = dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(environ)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def start(*arguments: str, environ: Mapping[str, str], folder: Path) -> subprocess.Popen[str]:
    """Start the program as a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "gitops_action", *arguments],
        cwd=folder,
        env=dict(environ),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
