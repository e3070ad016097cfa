"""Named bytes in a folder that many processes share, bounded in size: the manifest cache on disk.

In: a folder and a sealer. Out: what was stored, if it is whole. An entry is written to a file of its own and then
renamed, so a reader sees all of it or nothing, and a run that is killed leaves at worst a file that the next one
removes. What is used least goes first. Never raises for what the disk does: ``problems`` says it, once each.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from gitops_action.adapters.sealing import BrokenSeal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE_LIMIT: Final = 512 * 1024 * 1024
_FOLDER: Final = "manifests-1"
"""The number tells a later layout apart."""
_TEMPORARY: Final = ".new-"
_ABANDONED: Final = 3600.0
"""Seconds after which nobody can still be writing a file."""
_WRITES: Final = 256
"""How many entries are written before the size is looked at again."""
_TOUCH: Final = 3600.0
"""Seconds within which a use is not noted again."""


class Sealing(Protocol):
    """Makes bytes that cannot be changed unnoticed."""

    def name(self, material: bytes) -> str:
        """Return the name for what is described by ``material``."""
        ...

    def seal(self, content: bytes, name: str) -> bytes:
        """Return the content, bound to the name."""
        ...

    def open(self, sealed: bytes, name: str) -> bytes:
        """Return the content; raises ``BrokenSeal``."""
        ...


class CacheStore:
    """Entries below one folder; safe to use from many threads and processes."""

    def __init__(self, folder: Path, sealing: Sealing, *, limit: int = SIZE_LIMIT) -> None:
        self._folder = folder / _FOLDER
        self._sealing = sealing
        self._limit = limit
        self._lock = threading.Lock()
        self._writes = 0
        self._problems: dict[str, None] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong so far, each kind once."""
        return tuple(self._problems)

    def name(self, material: bytes) -> str:
        """Return the name of the entry that ``material`` describes."""
        return self._sealing.name(material)

    def get(self, name: str) -> bytes | None:
        """Return an entry; ``None`` where there is none that is whole and authentic."""
        path = self._path(name)
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._problem("read", error)
            return None
        with os.fdopen(file, "rb") as opened:
            try:
                used = os.fstat(file)
                content = self._sealing.open(opened.read(self._limit), name)
                if time.time() - used.st_mtime > _TOUCH:
                    with suppress(OSError):  # read-only: then nothing is evicted either
                        os.utime(file)
            except OSError as error:
                self._problem("read", error)
                return None
            except BrokenSeal as error:
                self._note(f"an entry is damaged or not ours ({error}): its application is rendered again")
                return None
        return content

    def put(self, name: str, content: bytes) -> None:
        """Store an entry in place of what has its name."""
        path = self._path(name)
        temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{threading.get_ident()}")
        try:
            self._prepare(path.parent)
            file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                with os.fdopen(file, "wb") as opened:
                    opened.write(self._sealing.seal(content, name))
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            self._count()
        except OSError as error:
            self._problem("written", error)

    def drop(self, name: str) -> None:
        """Remove an entry."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            self._problem("written", error)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name[2:]

    def _prepare(self, folder: Path) -> None:
        """Make the folder; what a checkout brought in its place, such as a link elsewhere, is not followed."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            ignore = self._folder.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")  # a cache in the work tree makes no tree dirty
        folder.mkdir(exist_ok=True, mode=0o700)
        if self._folder.is_symlink() or folder.is_symlink():
            raise OSError(None, "a link stands where a folder was expected")

    def _count(self) -> None:
        with self._lock:
            self._writes += 1
            is_due = self._writes % _WRITES == 1
        if is_due:
            self.trim()

    def trim(self) -> None:
        """Remove what was used least until all fits, and what killed runs left half-written."""
        entries = sorted(self._entries(), key=lambda entry: entry[0])
        excess = sum(size for _, size, _ in entries) - self._limit
        if excess <= 0:
            return
        excess += self._limit // 10  # so that not every other write has to make room
        for _, size, path in entries:
            if excess <= 0:
                return
            with suppress(FileNotFoundError):  # another run was faster
                path.unlink()
            excess -= size

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """Yield time of the last use, size and path of each entry; abandoned files are removed on the way."""
        now = time.time()
        for folder in self._folder.iterdir():
            if not folder.is_dir() or folder.is_symlink():
                continue
            for path in folder.iterdir():
                try:
                    found = path.lstat()
                    if path.name.startswith(_TEMPORARY):
                        if now - found.st_mtime > _ABANDONED:
                            path.unlink()
                        continue
                except FileNotFoundError:  # another run was faster
                    continue
                yield found.st_mtime, found.st_size, path

    def _problem(self, what: str, error: OSError) -> None:
        self._note(f"it cannot be {what} ({error.strerror or error})")

    def _note(self, problem: str) -> None:
        with self._lock:
            self._problems.setdefault(problem)
