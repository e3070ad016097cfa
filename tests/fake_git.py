"""``ports.Git`` in memory: commits are mappings of paths to contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import UsageError
from gitops_action.ports import Head

if TYPE_CHECKING:
    from collections.abc import Mapping


class FakeGit:
    """A checkout whose last commit is its head; ``commits`` are in order, each the parent of the next."""

    def __init__(
        self,
        commits: Mapping[str, Mapping[str, bytes]],
        *,
        root: str = "/work",
        branch: str = "main",
        remotes: tuple[str, ...] = (),
        dirty: tuple[str, ...] = (),
        symlinks: tuple[str, ...] = (),
        missing_submodules: tuple[str, ...] = (),
    ) -> None:
        self.commits = dict(commits)
        self.root = root
        self.branch = branch
        self.dirty = dirty
        self._remotes = remotes
        self._symlinks = symlinks
        self._missing_submodules = missing_submodules

    def head(self) -> Head:
        *earlier, last = self.commits
        return Head(commit=last, parents=tuple(earlier[-1:]), branch=self.branch, dirty=self.dirty)

    def remotes(self) -> tuple[str, ...]:
        return self._remotes

    def show(self, revision: str, path: str) -> bytes | None:
        return self._commit(revision).get(path.removeprefix("./"))

    def changed_files(self, base: str, head: str) -> tuple[str, ...]:
        old, new = self._commit(base), self._commit(head)
        return tuple(sorted(path for path in {*old, *new} if old.get(path) != new.get(path)))

    def symlinks(self) -> tuple[str, ...]:
        return self._symlinks

    def missing_submodules(self) -> tuple[str, ...]:
        return self._missing_submodules

    def _commit(self, revision: str) -> Mapping[str, bytes]:
        name = list(self.commits)[-1] if revision == "HEAD" else revision
        if name not in self.commits:
            raise UsageError(f"the commit {revision} is not in this checkout")
        return self.commits[name]
