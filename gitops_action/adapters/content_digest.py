"""One digest over all that an application's rendering looks at: the same digest, the same manifests.

In: a work tree and ``Dependencies``. Out: a hash over the files as they are on disk, committed or not. Each file is
read once, however many applications depend on it.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.adapters.work_tree import WorkTree
    from gitops_action.affected.dependencies import Dependencies

_ABSENT = "-"
_BLOCK = 1024 * 1024
_MARK = b"argoproj.io/"


class Content(NamedTuple):
    """The digest of some files, and whether one of them holds the mark of Argo CD's documents."""

    digest: str
    is_marked: bool


class _Below(NamedTuple):
    """A file or link below a directory."""

    relative: str
    path: str
    is_link: bool


class ContentDigest:
    """Digests of one work tree. What is read is remembered: it is for one run, within which files do not change."""

    def __init__(self, tree: WorkTree) -> None:
        self._tree = tree
        self._files: dict[str, str] = {}
        self._marked: set[str] = set()
        self._listed: dict[tuple[str, bool], tuple[_Below, ...]] = {}

    def of(self, dependencies: Dependencies) -> Content | None:
        """Return the content; ``None`` where a link leads to what nobody follows, so that nothing can be said."""
        digest = hashlib.sha256()
        seen: list[str] = []
        # What a kustomization names may be a file, a directory, or either of them later.
        for path in sorted({*dependencies.files, *dependencies.directories}):
            seen.append(path)
            digest.update(f"file {path}\0{self._file(path)}\0".encode(errors="surrogateescape"))
        directories = [(directory, None) for directory in sorted(dependencies.directories)]
        selections = [(selection.directory, selection.rule) for selection in dependencies.globs]
        for directory, rule in (*directories, *selections):
            digest.update(f"directory {directory}\0".encode(errors="surrogateescape"))
            for below in self._below(directory, recurse=rule is None or rule.recurse):
                if rule is not None and not rule.accepts(below.relative):
                    continue
                if below.is_link and below.path not in self._tree.links:
                    return None
                content = self._tree.links[below.path] if below.is_link else self._file(below.path)
                seen.append(below.path)
                digest.update(f"{below.relative}\0{content}\0".encode(errors="surrogateescape"))
        return Content(digest.hexdigest(), not self._marked.isdisjoint(seen))

    def _file(self, path: str) -> str:
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = self._read(path)
        return known

    def _read(self, path: str) -> str:
        if not self._tree.is_file(path):
            return _ABSENT
        digest = hashlib.sha256()
        with open(f"{self._tree.root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - a Path each costs more
            while block := file.read(_BLOCK):
                digest.update(block)
                if _MARK in block:  # a file of more than a block may hide it between two; nobody writes such a one
                    self._marked.add(path)
        return digest.hexdigest()

    def _below(self, directory: str, *, recurse: bool) -> tuple[_Below, ...]:
        known = self._listed.get((directory, recurse))
        if known is None:
            start = f"{directory}/" if directory else ""
            found = self._walk(start, "", recurse=recurse) if self._tree.is_dir(directory) else iter(())
            known = self._listed[directory, recurse] = tuple(found)
        return known

    def _walk(self, start: str, prefix: str, *, recurse: bool) -> Iterator[_Below]:
        with os.scandir(f"{self._tree.root}/{start}{prefix}") as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
        for entry in entries:
            relative = prefix + entry.name
            if entry.is_symlink() or not entry.is_dir():
                yield _Below(relative, start + relative, entry.is_symlink())
            elif recurse and entry.name != ".git":
                yield from self._walk(start, f"{relative}/", recurse=True)
