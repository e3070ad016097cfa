"""The trees that a run renders from, and what of their files each application looks at: each file is read once a run.

In: the ``RenderContext`` of a rendering. Out: its ``Tree``: that of the checkout, or of the base of a change.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from gitops_action.adapters.content_digest import ContentDigest
from gitops_action.adapters.work_tree import WorkTree
from gitops_action.affected.application import DependencyReader
from gitops_action.rendering.checkout import walk_symlinks
from gitops_action.rendering.repository import is_this_repository

if TYPE_CHECKING:
    from gitops_action.adapters.content_digest import Content
    from gitops_action.affected.dependencies import Dependencies
    from gitops_action.application.application import Application
    from gitops_action.rendering.context import RenderContext


class Trees:
    """All trees of a run, by their roots."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trees: dict[str, Tree] = {}

    def of(self, context: RenderContext) -> Tree:
        """Return the tree that applications are rendered from; each is looked at once a run."""
        with self._lock:
            tree = self._trees.get(context.checkout.root)
            if tree is None:
                tree = self._trees[context.checkout.root] = Tree(context)
            return tree


class Tree:
    """One tree, and what each application of it depends on. Safe to use from many threads."""

    def __init__(self, context: RenderContext) -> None:
        root = context.checkout.root
        self._lock = threading.Lock()
        self._work_tree = WorkTree.at(root, walk_symlinks(root))
        is_local = cache(
            lambda url: is_this_repository(
                url, remotes=context.remotes, github_repository_url=context.github_repository_url, root=root
            )
        )
        self._reader = DependencyReader(self._work_tree, is_local=is_local)
        self._digest = ContentDigest(self._work_tree)

    def dependencies(self, application: Application) -> Dependencies:
        """Return what an application depends on; no annotation of its own narrows that."""
        with self._lock:
            return self._reader.read(replace(application, annotations={}))

    def content(self, dependencies: Dependencies, *, now: bool = False) -> Content | None:
        """Return what the files hold, ``now`` or when they were first read; ``None`` where that cannot be told."""
        with self._lock:
            return (ContentDigest(self._work_tree) if now else self._digest).of(dependencies)
