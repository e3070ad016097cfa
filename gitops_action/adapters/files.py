"""The files of a repository that may hold Argo CD documents: of its work tree, or by their paths of any commit."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

_SUFFIXES = (".yaml", ".yml", ".json")
_CHART_PARTS = ("templates", "charts")
LARGEST = 10 * 1024 * 1024
"""Bytes; no Application document comes near, and a lock file or dump may be far over."""
_BLOCK = 64 * 1024


def candidates(
    root: Path, start: Path, globs: Sequence[str], is_candidate: Callable[[bytes], bool]
) -> Iterator[tuple[str, bytes]]:
    """Yield (path relative to ``root``, content) of the files that count, sorted.

    With globs, relative to ``start``: every file that one of them matches. Without: every YAML or JSON file below
    ``start`` that looks like one. Raises ``UsageError`` where a glob matches nothing or ``start`` does not exist.
    """
    if not start.is_dir():
        raise UsageError(
            f"working directory {start} does not exist",
            remedy="Check the input `working-directory`; it is relative to the workspace.",
        )
    if not globs:
        prefix = "" if start == root else f"{start.relative_to(root).as_posix()}/"
        yield from ((prefix + path, content) for path, content in _all(str(start)) if is_candidate(content))
    for path in _named(start, globs) if globs else ():
        if path.stat().st_size <= LARGEST:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def chosen(paths: Collection[str], start: str, globs: Sequence[str], *, tree: Iterable[str] | None = None) -> list[str]:
    """Return those of these paths that ``candidates`` would look into, were the commit checked out.

    Paths and ``start`` are relative to the root. A chart's templates are told by its ``Chart.yaml``, which is looked
    for in ``tree``, the commit's paths, should ``paths`` be only some of them. A glob that matches nothing is no error
    here, for the commit may be older than what it is meant for.
    """
    begin = PurePosixPath(start).parts
    patterns = [PurePosixPath(glob).parts for glob in globs]
    charts = {
        folder
        for folder, _, name in (path.rpartition("/") for path in (paths if tree is None else tree))
        if name == "Chart.yaml"
    }

    def counts(path: str) -> bool:
        parts = tuple(path.split("/"))
        if parts[: len(begin)] != begin:
            return False
        below = parts[len(begin) :]
        if patterns:
            return any(_matches(below, pattern) for pattern in patterns)
        folders = [("/".join(parts[:depth]), parts[depth]) for depth in range(len(begin), len(parts) - 1)]
        return path.endswith(_SUFFIXES) and not any(
            name in _CHART_PARTS and folder in charts for folder, name in folders
        )

    return [path for path in paths if counts(path)]


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Match as ``Path.glob`` does: ``**`` is any number of folders, and all else stays within one."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(parts[skipped:], pattern[1:]) for skipped in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _named(start: Path, globs: Sequence[str]) -> list[Path]:
    found: set[Path] = set()
    for glob in globs:
        if Path(glob).is_absolute() or ".." in Path(glob).parts:
            raise UsageError(
                f"input applications: {glob!r} leaves the repository", remedy="Write globs relative to it."
            )
        matches = {path for path in start.glob(glob) if path.is_file() and _is_inside(path, start)}
        if not matches:
            raise UsageError(
                f"input applications: no file matches {glob!r} in {start}", remedy="Correct the glob, or remove it."
            )
        found |= matches
    return sorted(found)


def _all(start: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path below ``start`` and the content of each YAML and JSON file that is no link.

    A ``Path`` for each of 20,000 files would take longer than reading them.
    """
    pending = [""]
    while pending:
        folder = pending.pop()
        with os.scandir(f"{start}/{folder}") as entries:
            found = sorted(entries, key=_name)
        is_chart = any(entry.name == "Chart.yaml" for entry in found)
        folders = []
        for entry in found:
            name = entry.name
            if name.endswith(_SUFFIXES) and entry.is_file(follow_symlinks=False):
                content = _read(entry.path)
                if content is not None:
                    yield folder + name, content
            elif entry.is_dir(follow_symlinks=False) and name != ".git" and not (is_chart and name in _CHART_PARTS):
                folders.append(f"{folder}{name}/")  # of a chart, templates are no YAML until Helm has rendered them
        pending += reversed(folders)


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _read(path: str) -> bytes | None:
    """Return a file's content, ``None`` where it is larger than what is looked into."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        content = os.read(file, _BLOCK)
        if len(content) == _BLOCK:
            content += os.read(file, LARGEST)
    finally:
        os.close(file)
    return content if len(content) <= LARGEST else None


def _is_inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
