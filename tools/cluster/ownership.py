"""Who still needs a cluster: a named pipe that every owner holds open for writing.

The kernel counts the owners, so one that is killed lets go like one that leaves. The supervisor holds the reading
end; a lock file orders those who come against the supervisor that is about to go.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep everybody else from starting or ending the cluster of a folder."""
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def join(directory: Path) -> int | None:
    """Become an owner: return what to close when done, or ``None`` where no supervisor runs."""
    try:
        return os.open(_pipe(directory), os.O_WRONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise


def found(directory: Path) -> int:
    """Become the first owner, before there is a supervisor: return what to close when done.

    It holds both ends, so it is good for the start alone; ``join`` afterwards.
    """
    if not _pipe(directory).exists():
        os.mkfifo(_pipe(directory), mode=0o600)
    return os.open(_pipe(directory), os.O_RDWR)


class Owners:
    """The reading end: tells whether anybody still owns the cluster."""

    def __init__(self, directory: Path) -> None:
        self._descriptor = os.open(_pipe(directory), os.O_RDONLY | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLHUP)

    def gone(self, *, within: float = 0.0) -> bool:
        """Wait some seconds at most for the last owner to leave; return whether it has."""
        return bool(self._poll.poll(within * 1000))

    def close(self) -> None:
        """Let nobody join any more. May be called again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _pipe(directory: Path) -> Path:
    return directory / "owners"
