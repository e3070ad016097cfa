"""The files of the work tree that may hold Argo CD documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SUFFIXES = (".yaml", ".yml", ".json")
_LARGEST = 10 * 1024 * 1024
"""Bytes; no Application document comes near, and a lock file or dump may be far over."""


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
    for path in _named(start, globs) if globs else _all(start):
        if path.stat().st_size > _LARGEST:
            continue
        content = path.read_bytes()
        if globs or is_candidate(content):
            yield path.relative_to(root).as_posix(), content


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


def _all(start: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(start):
        folders[:] = sorted(name for name in folders if name != ".git" and not _is_chart_part(folder, name))
        for name in sorted(names):
            path = Path(folder, name)
            if name.endswith(_SUFFIXES) and path.is_file() and not path.is_symlink():
                yield path


def _is_chart_part(folder: str, name: str) -> bool:
    """Tell a chart's templates: they are no YAML until Helm has rendered them."""
    return name in ("templates", "charts") and Path(folder, "Chart.yaml").exists()


def _is_inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
