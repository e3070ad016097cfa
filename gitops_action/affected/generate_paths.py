"""Argo CD's annotation ``manifest-generate-paths``: the application says itself what it is rendered from.

In: the annotation's text and the paths of the sources. Out: patterns of which a changed path has to meet one (REF-1,
REF-2), or none where the annotation names nothing, which means that it does not count (REF-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.affected.tree import joined
from gitops_action.application.glob import compile_file_pattern, matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.affected.dependencies import Gathering
    from gitops_action.application.glob import Pattern

ANNOTATION = "argocd.argoproj.io/manifest-generate-paths"


@dataclass(frozen=True, slots=True)
class FilePattern:
    """A pattern of Go's ``filepath.Match`` for whole paths from the root."""

    pattern: Pattern
    recurse = True
    enters_links = False

    def accepts(self, relative: str) -> bool:
        """Return whether the pattern matches a path."""
        return matches(self.pattern, relative)


def named_paths(annotation: str, source_paths: Iterable[str]) -> tuple[str, ...]:
    """Return the elements as paths from the root, for each source in turn."""
    elements = [element.strip() for element in annotation.split(";") if element.strip()]
    bases = tuple(source_paths)
    found = [
        joined("", element.lstrip("/") or ".") if element.startswith("/") else joined(base, element)
        for base in bases
        for element in elements
    ]
    return tuple(dict.fromkeys(path for path in found if path is not None))


def gather_named(paths: Iterable[str], into: Gathering) -> None:
    """Add what the annotation names: the path, all below it, and what it matches as a pattern."""
    for path in paths:
        into.directory(path, f"named by the annotation {ANNOTATION}")
        if any(character in path for character in "*?["):
            try:
                pattern = compile_file_pattern(path)
            except ValueError:
                continue  # as Argo CD: a pattern that cannot be read matches nothing
            into.selection("", FilePattern(pattern), f"named by the annotation {ANNOTATION}")
