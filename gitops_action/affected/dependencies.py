"""What the rendering of one application looks at, with the words for why.

In: paths as the readers of the sources find them. Out: ``Dependencies``, frozen. ``Gathering`` collects them and adds
what symbolic links lead to: a link counts itself, and so does its target.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gitops_action.affected.tree import joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.affected.tree import Links


class DocumentKey(NamedTuple):
    """A document of Argo CD's by kind, namespace and name; only an Application's namespace tells it apart."""

    kind: str
    namespace: str
    name: str


class Rule(Protocol):
    """Which files of a directory count, by their paths relative to it."""

    @property
    def recurse(self) -> bool:
        """Whether files of subdirectories may count."""
        ...

    @property
    def enters_links(self) -> bool:
        """Whether files may count that lie behind a link to a directory."""
        ...

    def accepts(self, relative: str) -> bool:
        """Return whether a file counts, be it there or not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Files of a directory that a rule selects: a new and a deleted one count too."""

    directory: str
    rule: Rule
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """Path → why it counts. A directory stands for all below it, and for a file of its name.

    ``documents`` are Argo CD's documents by their key. ``every_commit`` says why each commit renders differently, and
    is empty where none does.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    directories: Mapping[str, str] = field(default_factory=dict)
    globs: tuple[Selection, ...] = ()
    documents: Mapping[DocumentKey, str] = field(default_factory=dict)
    every_commit: str = ""

    def __or__(self, other: Dependencies) -> Dependencies:
        """Return what either depends on; for what both have, the words of the first."""
        return Dependencies(
            files={**other.files, **self.files},
            directories={**other.directories, **self.directories},
            globs=(*self.globs, *other.globs),
            documents={**other.documents, **self.documents},
            every_commit=self.every_commit or other.every_commit,
        )


class Gathering:
    """Dependencies as they are found. Paths that leave the repository are left out: they are never read."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._files: dict[str, str] = {}
        self._directories: dict[str, str] = {}
        self._globs: list[Selection] = []
        self.every_commit = ""

    def file(self, path: str, why: str) -> None:
        """Add a file, be it there or not; ``..`` in its path counts after links, as for the kernel."""
        for place in self._places(path, why):
            self._files.setdefault(place, why)

    def directory(self, path: str, why: str) -> None:
        """Add all below a directory, and what links in it lead to."""
        for place in self._places(path, why):
            if place in self._directories:
                continue
            self._directories[place] = why
            for link in self._links.below(place):
                self.directory(link, f"{why}, by the link {link}")

    def selection(self, directory: str, rule: Rule, why: str) -> None:
        """Add the files of a directory that a rule selects, and what those among them that are links lead to."""
        for place in self._places(directory, why):
            self._globs.append(Selection(directory=place, rule=rule, why=why))
            for link in self._links.below(place):
                if rule.enters_links or rule.accepts(link[len(place) :].lstrip("/")):
                    self.directory(link, f"{why}, by the link {link}")

    def done(self, documents: Mapping[DocumentKey, str]) -> Dependencies:
        """Return what was gathered."""
        return Dependencies(
            files=self._files,
            directories=self._directories,
            globs=tuple(self._globs),
            documents=documents,
            every_commit=self.every_commit,
        )

    def _places(self, path: str, why: str) -> tuple[str, ...]:
        """Return a path as it is written and as links lead; the links on the way are dependencies too."""
        written = joined("", path)
        if not self._links:
            return () if written is None else (written,)
        real, passed = self._links.resolve(path)
        for link in passed:
            self._files.setdefault(link, f"{why}, by the link {link}")
        return tuple(dict.fromkeys(place for place in (written, real) if place is not None))
