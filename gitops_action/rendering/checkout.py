"""The checked-out files as applications may reach them: below the root, and no link out of it.

In: the root of the work tree, and paths as applications write them. Out: absolute paths inside the root, or an
``ApplicationError``. Links are looked at once a run, not once an application: a walk of 20,000 files for each of 2,000
applications would take most of an hour.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_PATH_LIMIT, _NAME_LIMIT = 3000, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A work tree: its real absolute path, the links in it that lead out, and its absent submodules."""

    root: str
    out_of_bounds: tuple[str, ...] = ()
    missing_submodules: tuple[str, ...] = ()
    is_fetched: bool = False
    """Whether it is another repository, chart or artifact than what the workflow has checked out."""

    @classmethod
    def at(
        cls,
        root: str,
        *,
        symlinks: Iterable[str] | None = None,
        missing_submodules: Iterable[str] = (),
        is_fetched: bool = False,
    ) -> Checkout:
        """Return the work tree, its links judged once.

        ``symlinks`` are those that Git knows, where Git can tell; otherwise the tree is walked, and a link that only
        this machine has (as in a virtual environment) counts too.
        """
        real = os.path.realpath(root)
        links = walk_symlinks(real) if symlinks is None else symlinks
        return cls(
            root=real,
            out_of_bounds=tuple(sorted(link for link in links if _leaves(real, link))),
            missing_submodules=tuple(missing_submodules),
            is_fetched=is_fetched,
        )

    def relative(self, path: str) -> str:
        """Return a path as readers know it: relative to the root."""
        return os.path.relpath(path, self.root)

    def contains(self, path: str) -> bool:
        """Return whether a path, with all its links followed, is the root or below it."""
        real = os.path.realpath(path)
        return real == self.root or real.startswith(self.root.rstrip("/") + "/")

    def directory(self, path: str) -> str:
        """Return the absolute path of a source's directory (RND-8, RND-9)."""
        require_path(path)
        if PurePath(path).is_absolute():
            raise ApplicationError(
                f"{path}: app path is absolute", remedy="Write it relative to the repository's root."
            )
        absolute = os.path.normpath(os.path.join(self.root, path))  # noqa: PTH118  # lexical: links are judged below
        if not _is_below(absolute, self.root) or not self.contains(absolute):
            raise ApplicationError(
                f"{path}: app path outside root",
                remedy="A source is a directory of its own repository; write its path relative to the root.",
            )
        if not Path(absolute).exists():
            raise ApplicationError(
                f"{path}: app path does not exist",
                remedy="Check spec.source.path; it is relative to the root of the repository.",
            )
        if not Path(absolute).is_dir():
            raise ApplicationError(f"{path}: app path is not a directory", remedy="Name the directory of the file.")
        if self.out_of_bounds:
            raise ApplicationError(
                f"repository contains out-of-bounds symlinks. file: {self.out_of_bounds[0]}",
                remedy="Replace the link by the file, or by a relative link that stays inside the repository.",
            )
        return absolute

    def file(self, path: str, *, base: str) -> str:
        """Return the real path of a file that an application names: relative to ``base``, or to the root (RND-14)."""
        require_path(path)
        start = self.root if path.startswith("/") else base
        real = os.path.realpath(os.path.join(start, path.lstrip("/")))  # noqa: PTH118  # may not exist
        if real == self.root or not _is_below(real, self.root):
            raise ApplicationError(
                f"file '{path}' resolved to outside repository root",
                remedy="A path is relative to the chart, or with a leading / to the root of the repository.",
            )
        return real


def require_path(text: str) -> None:
    """Refuse a text that no file system takes for a path; asking one about it would fail in less clear words."""
    try:
        encoded = os.fsencode(text)
    except UnicodeEncodeError:  # half of a surrogate pair
        encoded = b"\0"
    too_long = len(encoded) > _PATH_LIMIT or any(len(part) > _NAME_LIMIT for part in encoded.split(b"/"))
    if b"\0" in encoded or too_long:
        raise ApplicationError(f"{text[:80]!r} is not a path of a file")


def walk_symlinks(root: str) -> Iterator[str]:
    """Yield every symbolic link below ``root``, relative to it, except Git's own."""
    pending = [""]
    while pending:
        folder = pending.pop()
        with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118  # scandir is what makes this fast
            for entry in entries:
                path = f"{folder}{entry.name}"
                if entry.is_symlink():
                    yield path
                elif entry.is_dir() and entry.name != ".git":
                    pending.append(f"{path}/")


def _leaves(root: str, link: str) -> bool:
    """Return whether a link is absolute, or is outside of the root at any step or at its end."""
    place = Path(root, link)
    if not place.is_symlink():  # deleted in the work tree
        return False
    target = place.readlink()
    if target.is_absolute():
        return True
    step = str(place.parent)
    for part in target.parts:
        step = os.path.normpath(os.path.join(step, part))  # noqa: PTH118  # lexical on purpose
        if not _is_below(step, root):
            return True
    return not _is_below(os.path.realpath(place), root)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")
