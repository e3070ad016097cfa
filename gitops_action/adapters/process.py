"""Child processes, for real.

In: a ``Command``, whose environment is the child's whole environment. Out: what it wrote, or an ``ApplicationError``.
Never uses a shell, never passes our own environment on and never logs the child's; what a child started is gone when
``run`` returns.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.ports import Completed

if TYPE_CHECKING:
    from gitops_action.ports import Command

_CHUNK = 1 << 16
_STDERR_LIMIT = 1 << 18
"""Bytes of standard error that are kept, the last ones: that is where programs say why they failed."""


class SubprocessProcess:
    """Implements ``ports.Process``; a program without a slash is searched in our own PATH, never in the child's."""

    def run(self, command: Command) -> Completed:
        """Run to the end, or kill the process and all that it started."""
        name = PurePath(command.argv[0]).name
        program = shutil.which(command.argv[0], path=os.environ.get("PATH", os.defpath))
        if program is None:
            raise ApplicationError(
                f"{name}: program {command.argv[0]!r} is not installed",
                remedy=f"Install {name} and put it on the PATH; the container image of this action has it.",
            )
        try:
            process = subprocess.Popen(
                [program, *command.argv[1:]],
                cwd=command.cwd,
                env=dict(command.env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                umask=0o077,
            )
        except (OSError, ValueError) as error:
            raise ApplicationError(f"{name} cannot be started: {error}") from error
        try:
            return _Conversation(process, command, name).finish()
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole process group, whatever of it is left, and close our ends of its pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is gone, or a zombie of another user
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):  # input that the child never read
                pipe.close()


@dataclass(slots=True)
class _Conversation:
    """What goes to and comes from one child, without letting it block us or fill our memory."""

    process: subprocess.Popen[bytes]
    command: Command
    name: str
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    sent: int = 0

    def finish(self) -> Completed:
        deadline = time.monotonic() + self.command.timeout
        with selectors.DefaultSelector() as selector:
            self._register(selector)
            while selector.get_map():
                ready = selector.select(self._left(deadline))
                for key, _ in ready:
                    pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]  # we registered files only
                    if not self._move(pipe):
                        selector.unregister(pipe)
                        pipe.close()
        try:
            returncode = self.process.wait(self._left(deadline))
        except subprocess.TimeoutExpired as error:
            raise self._too_slow() from error
        return Completed(
            returncode=returncode, stdout=bytes(self.stdout), stderr=self.stderr.decode("utf-8", errors="replace")
        )

    def _register(self, selector: selectors.BaseSelector) -> None:
        for pipe, event in (
            (self.process.stdin, selectors.EVENT_WRITE),
            (self.process.stdout, selectors.EVENT_READ),
            (self.process.stderr, selectors.EVENT_READ),
        ):
            assert pipe is not None  # noqa: S101  # all three were opened as pipes
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, event)

    def _move(self, pipe: IO[bytes]) -> bool:
        """Pass on what is ready; return whether more may follow."""
        if pipe is self.process.stdin:
            return self._send(pipe)
        chunk = os.read(pipe.fileno(), _CHUNK)
        if pipe is self.process.stdout:
            self.stdout += chunk
            if len(self.stdout) > self.command.output_limit:
                raise ApplicationError(
                    f"{self.name} wrote more than {self.command.output_limit} bytes and was stopped",
                    remedy="Split the application, or look for a template that repeats itself.",
                )
        else:
            self.stderr += chunk
            del self.stderr[:-_STDERR_LIMIT]
        return bool(chunk)

    def _send(self, pipe: IO[bytes]) -> bool:
        rest = self.command.stdin[self.sent : self.sent + _CHUNK]
        if not rest:
            return False
        try:
            self.sent += os.write(pipe.fileno(), rest)
        except BrokenPipeError:  # the child ended, or does not want to read: its exit code tells
            return False
        return True

    def _left(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._too_slow()
        return left

    def _too_slow(self) -> ApplicationError:
        return ApplicationError(
            f"{self.name} did not end within {self.command.timeout:g} s and was stopped",
            remedy="Raise the timeout if the application is large; otherwise look for what the program waits for.",
        )
