"""A repository's files as dependencies are read from them, and paths in it.

Paths are relative to the root, with ``/``; the root itself is the empty text. A path that leaves the repository is
``None``: what renders refuses it.
"""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ODD = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")
"""Parts of a path that do not stand for themselves."""
_STEPS = 40
"""Links that are followed on the way to one file, as the kernel does."""


class Tree(Protocol):
    """The files of one commit or work tree; a path may lead through symbolic links."""

    @property
    def links(self) -> Mapping[str, str]:
        """The symbolic links, each with its target as it is written."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or ``None`` where there is no such file."""
        ...

    def is_dir(self, path: str) -> bool:
        """Return whether a path is a directory."""
        ...

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names in a directory that are no directories themselves; none where it does not exist."""
        ...


def joined(base: str, path: str) -> str | None:
    """Return a path that is written relative to ``base``, without its ``..``."""
    if path.startswith("/"):
        return None
    if not _ODD.search(path):
        return f"{base}/{path}" if base else path
    plain = posixpath.normpath(f"{base}/{path}" if base else path)
    if plain == "." or not path:
        return "" if path else base
    return None if plain == ".." or plain.startswith("../") else plain


def ancestors(path: str) -> Iterator[str]:
    """Yield the directories that a path lies in, the nearest first, the root last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


class Links:
    """The symbolic links of a repository, followed without asking a file system."""

    def __init__(self, targets: Mapping[str, str]) -> None:
        self._targets = targets

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._targets)

    def resolve(self, path: str) -> tuple[str | None, tuple[str, ...]]:
        """Return where a path leads, and the links on the way; ``..`` counts after a link was followed."""
        if not self._targets:
            return joined("", path), ()
        pending = path.split("/")[::-1]
        place: list[str] = []
        passed: list[str] = []
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not place:
                    return None, tuple(passed)
                place.pop()
                continue
            place.append(part)
            here = "/".join(place)
            target = self._targets.get(here)
            if target is None:
                continue
            passed.append(here)
            if target.startswith("/") or len(passed) > _STEPS:
                return None, tuple(passed)
            place.pop()
            pending += target.split("/")[::-1]
        return "/".join(place), tuple(passed)

    def below(self, directory: str) -> tuple[str, ...]:
        """Return the links in a directory and its subdirectories."""
        return tuple(self._by_directory.get(directory, ())) if self._targets else ()

    @cached_property
    def _by_directory(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for link in self._targets:
            for directory in ancestors(link):
                found.setdefault(directory, []).append(link)
        return found


def leaves(link: str, target: str) -> bool:
    """Return whether a symbolic link leads out of the repository, at its end or on the way."""
    place = link.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not place:
                return True
            place.pop()
        elif part not in ("", "."):
            place.append(part)
    return target.startswith("/")
