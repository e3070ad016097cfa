"""Which applications a change touches, and why, in words.

In: the applications, a way to their dependencies, and the ``Changes``. Out: the touched ones in their order, each with
its reasons. Paths are compared as texts: no file is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.affected.tree import ancestors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gitops_action.affected.dependencies import Dependencies, DocumentKey, Selection
    from gitops_action.application.application import Application

_ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between base and head.

    ``containers`` are the paths among them that stand for files below: submodules and symbolic links, of either end.
    ``documents`` are the documents of Argo CD's that differ, each with its file. ``everywhere`` are changed paths that
    concern every application, with the words for why.
    """

    paths: tuple[str, ...] = ()
    containers: frozenset[str] = frozenset()
    documents: Mapping[DocumentKey, str] = field(default_factory=dict)
    everywhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """A changed path, and what it is to the application; no path where the commit itself is the reason."""

    path: str
    why: str

    def __str__(self) -> str:
        """Return both as a reader wants them."""
        return f"{self.path} ({self.why})" if self.path else self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """An application that a change touches; there is always a reason, and what describes it comes first."""

    application: Application
    reasons: tuple[Reason, ...]


def affected(
    applications: Iterable[Application], changes: Changes, dependencies: Callable[[Application], Dependencies]
) -> tuple[Affected, ...]:
    """Return the applications that the changes touch."""
    index = _Index(changes)
    found = ((application, index.reasons(dependencies(application))) for application in applications)
    return tuple(Affected(application=application, reasons=reasons) for application, reasons in found if reasons)


class _Index:
    """The changed paths, ready to be looked up by what depends on them."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._covering = {path: path for path in changes.paths}
        self._below: dict[str, list[str]] = {}
        for path in changes.paths:
            self._below.setdefault(path, []).append(path)
            for directory in ancestors(path):
                self._below.setdefault(directory, []).append(path)
            folder, _, name = path.rpartition("/")
            if name == _ATTRIBUTES:  # says how all files beside and below it are checked out
                self._covering[folder] = path
        self._above: dict[str, str] = {"": self._covering.get("", "")}

    def reasons(self, dependencies: Dependencies) -> tuple[Reason, ...]:
        """Return why an application with these dependencies is affected; nothing where it is not."""
        changes = self._changes
        found: dict[str, str] = {}
        for key in dependencies.documents.keys() & changes.documents.keys():
            found[changes.documents[key]] = dependencies.documents[key]
        described = [Reason(path, why) for path, why in sorted(found.items())]
        found |= {path: why for path, why in changes.everywhere.items() if path not in found}
        for path, why in self._named(dependencies):
            found.setdefault(path, why)
        others = [Reason(path, why) for path, why in sorted(found.items()) if Reason(path, why) not in described]
        if dependencies.every_commit:
            others.append(Reason("", dependencies.every_commit))
        return (*described, *others)

    def _named(self, dependencies: Dependencies) -> Iterator[tuple[str, str]]:
        for path, why in dependencies.files.items():
            if changed := self._covering.get(path) or self._over(path.rpartition("/")[0]):
                yield changed, why
        for directory, why in dependencies.directories.items():
            yield from ((path, why) for path in self._below.get(directory, ()))
            if changed := self._over(directory):
                yield changed, why
        for selection in dependencies.globs:
            yield from self._selected(selection)

    def _selected(self, selection: Selection) -> Iterator[tuple[str, str]]:
        if changed := self._over(selection.directory):
            yield changed, selection.why
        start = len(selection.directory) + 1 if selection.directory else 0
        for path in self._below.get(selection.directory, ()):
            relative = path[start:]
            if selection.rule.accepts(relative) or (self._stands_for_others(path, relative, selection)):
                yield path, selection.why

    def _stands_for_others(self, path: str, relative: str, selection: Selection) -> bool:
        if path in self._changes.containers:
            return selection.rule.recurse
        return path.endswith(_ATTRIBUTES) and (selection.rule.recurse or "/" not in relative)

    def _over(self, directory: str) -> str:
        """Return a changed path that is this directory, or that it lies in; empty where there is none."""
        known = self._above.get(directory)
        if known is None:
            known = self._covering.get(directory) or self._over(directory.rpartition("/")[0])
            self._above[directory] = known
        return known
