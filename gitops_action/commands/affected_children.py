"""App of apps for ``affected``: applications that others render, which a change of their parent touches too.

In: what was found among the files, and the applications that may render others. Out: ``Children``: all applications,
each as it is rendered, depending on its own files and on those of its parent. What a parent only applies as it stands
counts by its own file.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.tools import find_tool
from gitops_action.affected.dependencies import Dependencies
from gitops_action.application.family import follow
from gitops_action.commands.descriptions import DescriptionReader
from gitops_action.commands.repository_tree import FolderTree
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import RenderContext
from gitops_action.rendering.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Document
    from gitops_action.commands.affected_scene import Scene
    from gitops_action.commands.applicationsets import Expander
    from gitops_action.resource import Resource

    Read = Callable[[Application], Dependencies]


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """All applications, and why there may be more; ``parents`` are by namespace and name."""

    applications: tuple[Application, ...]
    parents: Mapping[tuple[str, str], Application]
    notes: tuple[str, ...] = ()

    def reading(self, read: Read) -> Read:
        """Return a reader of dependencies that adds what an application's parents depend on."""

        def with_parents(application: Application) -> Dependencies:
            own = read(application)
            parent = self.parents.get(application.parent) if application.parent else None
            if parent is None:
                return own
            return own | _through(parent, with_parents(parent))

        return with_parents


def rendered_children(
    applications: Sequence[Application], parents: Sequence[Application], scene: Scene, expander: Expander
) -> Children:
    """Return the applications with those that some of them, the ``parents``, render, each as it is rendered."""
    asked_for = {_name(each) for each in parents}
    known = {_name(each) for each in applications}
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        context = _context(scene, expander, scratch)
        reading = DescriptionReader(
            context=context,
            whole=lambda application: render(application, context, scene.process),
            workers=max(2, os.cpu_count() or 2),
        )

        def documents(some: Sequence[Application]) -> list[Sequence[Resource]]:
            asked = [each for each in some if _name(each) in asked_for or _name(each) not in known]
            found = dict(zip(map(_name, asked), reading.documents(asked), strict=True))
            return [found.get(_name(each), ()) for each in some]

        def expand(sets: Sequence[Document]) -> Sequence[Application]:
            return expander.expand(sets, FolderTree(Path(scene.git.root), scene.git.files)).applications

        family = follow(applications, documents, expand)
    return Children(
        applications=family.applications,
        parents={_name(each): each for each in family.applications},
        notes=tuple(
            f"what Application {name} renders is not known: {error.summary}"
            for (_, name), error in sorted(reading.failures.items())
        ),
    )


def _name(application: Application) -> tuple[str, str]:
    return application.namespace, application.name


def _through(parent: Application, dependencies: Dependencies) -> Dependencies:
    """Return what a parent depends on, as reasons of its child."""
    through = f", by Application {parent.name}, which renders it"
    return Dependencies(
        files={path: why + through for path, why in dependencies.files.items()},
        directories={path: why + through for path, why in dependencies.directories.items()},
        globs=tuple(replace(each, why=each.why + through) for each in dependencies.globs),
        documents={key: why + through for key, why in dependencies.documents.items()},
        every_commit=dependencies.every_commit and dependencies.every_commit + through,
    )


def _context(scene: Scene, expander: Expander, scratch: str) -> RenderContext:
    event = expander.event
    return RenderContext(
        checkout=Checkout.at(scene.git.root, symlinks=scene.git.symlinks()),
        revision=expander.head.commit,
        scratch=scratch,
        helm=find_tool("helm"),
        kustomize=find_tool("kustomize"),
        remotes=scene.git.remotes(),
        github_repository_url=f"{event.server_url}/{event.repository}" if event.repository else "",
        tracked_revisions=frozenset({event.tracked_branch or expander.head.branch} - {""}),
    )
