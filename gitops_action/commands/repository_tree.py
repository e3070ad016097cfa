"""The files of a folder, and those of a commit, as the git generator of an ApplicationSet sees a repository's.

Links are followed within the repository and never out of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_action.adapters.git_history import History

_LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FolderTree:
    """Implements ``RepositoryTree``; ``names`` lists the files, else all below the folder count but ``.git``."""

    root: Path
    names: Callable[[], Sequence[str]] | None = None

    def files(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        return self.names() if self.names else sorted(self._walk())

    def read(self, path: str) -> bytes:
        """Return a file's content."""
        file = self.root / path
        try:
            if not file.resolve(strict=True).is_relative_to(self.root.resolve()):
                raise _unreadable(path, "a link out of the repository")
            if file.stat().st_size > _LARGEST:
                raise _unreadable(path, f"larger than {_LARGEST // 1024 // 1024} MiB")
            return file.read_bytes()
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error

    def _walk(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name != ".git")
            yield from (Path(folder, name).relative_to(self.root).as_posix() for name in names)


@dataclass(frozen=True, slots=True)
class CommitTree:
    """Implements ``RepositoryTree``."""

    history: History

    def files(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        return self.history.paths()

    def read(self, path: str) -> bytes:
        """Return a file's content."""
        content = self.history.read(path)
        if content is None:
            raise _unreadable(path, f"not a file of {self.history.base}")
        return content


def _unreadable(path: str, reason: str) -> ApplicationError:
    return ApplicationError(f"{path} cannot be read: {reason}", remedy="Exclude it from the git generator.")
