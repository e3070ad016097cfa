"""The checked-out files, read for what they depend on.

In: the root of the work tree and the links that Git knows in it. Out: contents and names. Never leaves the root: a
path that leads out of it by a link is as good as absent.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTree:
    """Implements ``affected.tree.Tree``."""

    root: str
    links: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, root: str, symlinks: Iterable[str]) -> WorkTree:
        """Return the work tree below ``root``, an absolute path."""
        places = ((link, Path(root, link)) for link in symlinks)
        return cls(root=root, links={link: str(place.readlink()) for link, place in places if place.is_symlink()})

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or ``None`` where there is no such file."""
        if not self.is_file(path):
            return None
        with open(f"{self.root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.read()

    def is_file(self, path: str) -> bool:
        """Return whether a path is a file, or leads to one."""
        place = self._place(path)
        return place is not None and os.path.isfile(place)  # noqa: PTH113  # a Path each costs more than the question

    def is_dir(self, path: str) -> bool:
        """Return whether a path is a directory."""
        place = self._place(path)
        return place is not None and os.path.isdir(place)  # noqa: PTH112

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names in a directory that are no directories themselves; none where it does not exist."""
        place = self._place(directory)
        if place is None or not os.path.isdir(place):  # noqa: PTH112
            return ()
        with os.scandir(place) as entries:
            return tuple(entry.name for entry in entries if not entry.is_dir())

    def _place(self, path: str) -> str | None:
        place = f"{self.root}/{path}" if path else self.root
        if not self.links:
            return place
        real = os.path.realpath(place)
        return place if real == self.root or real.startswith(f"{self.root}/") else None
