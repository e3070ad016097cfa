"""Which files of a directory count: by a directory source's rules, by a glob of value files, by telling names.

In: a path relative to the directory, of a file that may be new or deleted. Out: a yes or no. A pattern that cannot be
read accepts all: what renders says what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.rendering.directory import EXTENSIONS
from gitops_action.rendering.glob import compile_glob
from gitops_action.rendering.source_kind import KUSTOMIZATION_NAMES

if TYPE_CHECKING:
    from gitops_action.application.application import DirectorySource

_STARS = re.compile(r"\*{2,}")


@dataclass(frozen=True, slots=True)
class ManifestFiles:
    """The manifests of a directory source (RND-25, RND-26)."""

    source: DirectorySource
    enters_links = False

    @property
    def recurse(self) -> bool:
        """Whether manifests of subdirectories count."""
        return self.source.recurse

    def accepts(self, relative: str) -> bool:
        """Return whether the source's rules select a file."""
        if not self.recurse and "/" in relative:
            return False
        if not self.source.disable_extension_filter and not relative.endswith(EXTENSIONS):
            return False
        if self.source.exclude and _matches(self.source.exclude, relative, unreadable=False):
            return False
        return not self.source.include or _matches(self.source.include, relative, unreadable=True)


@dataclass(frozen=True, slots=True)
class TellingNames:
    """The names that decide which tool renders a directory."""

    recurse = False
    enters_links = False

    def accepts(self, relative: str) -> bool:
        """Return whether a file directly in the directory has such a name."""
        return "/" not in relative and (relative.endswith("Chart.yaml") or relative in KUSTOMIZATION_NAMES)


@dataclass(frozen=True, slots=True)
class ValueFileGlob:
    """A pattern among the value files: ``**`` is any number of directories (RND-17)."""

    parts: tuple[str, ...]
    recurse = True
    enters_links = True

    @classmethod
    def of(cls, pattern: str) -> ValueFileGlob:
        """Return the rule of a pattern, read as the renderer reads it."""
        parts = [
            part if part == "**" else _STARS.sub("*", part) for part in pattern.split("/") if part not in ("", ".")
        ]
        return cls(tuple([*parts, "*"] if parts and parts[-1] == "**" else parts))

    def accepts(self, relative: str) -> bool:
        """Return whether the pattern matches a whole path."""
        places = {0}
        names = relative.split("/")
        for part in self.parts:
            if part == "**":
                places = set(range(min(places), len(names) + 1)) if places else places
            else:
                places = {place + 1 for place in places if place < len(names) and fnmatchcase(names[place], part)}
        return len(names) in places


def _matches(pattern: str, relative: str, *, unreadable: bool) -> bool:
    try:
        return compile_glob(pattern).fullmatch(relative) is not None
    except ApplicationError:  # the rendering says so
        return unreadable
