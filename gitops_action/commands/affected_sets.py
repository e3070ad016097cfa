"""The applications that ApplicationSets generate, and which of them the change generates differently.

In: the sets in the work tree, and what changed since the base. Out: the applications at head, and those that are new or
other than at the base. Both ends are generated and compared, so it does not matter what a generator reads. What did not
change is read from the work tree for the base as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git_changes import old_contents
from gitops_action.affected.dependencies import Dependencies, DocumentKey
from gitops_action.affected.tree import Links
from gitops_action.application.discovery import discover
from gitops_action.commands.applicationsets import Expander
from gitops_action.commands.repository_tree import FolderTree
from gitops_action.errors import ApplicationError
from gitops_action.github.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitops_action.adapters.git_changes import EntryChange
    from gitops_action.adapters.work_tree import WorkTree
    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Discovered, Document
    from gitops_action.commands.affected_scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeTree:
    """Implements ``RepositoryTree`` for the base: the work tree, but for the paths that changed.

    ``old`` holds what changed paths held at the base, and lacks those that were not there.
    """

    tree: WorkTree
    now: Sequence[str]
    changed: frozenset[str]
    old: Mapping[str, bytes]

    def files(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        return sorted({*(path for path in self.now if path not in self.changed), *self.old})

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        real, passed = Links(self.tree.links).resolve(path)
        is_other_link = any(link in self.changed for link in passed)
        if real is None or is_other_link or (real in self.changed and real not in self.old):
            raise ApplicationError(f"{path} cannot be read at the base")
        content = self.old[real] if real in self.changed else self.tree.read(path)
        if content is None:
            raise ApplicationError(f"{path} is not a file")
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What was found with what the sets generate, and what of it was generated otherwise or not at the base."""

    found: Discovered
    changed: Mapping[DocumentKey, str]
    """Each with the file of its set."""

    def reading(self, read: Callable[[Application], Dependencies]) -> Callable[[Application], Dependencies]:
        """Return a reader of dependencies that says of a generated application where it comes from."""

        def with_set(application: Application) -> Dependencies:
            key = _key(application)
            own = {key: "its ApplicationSet generates it differently"} if key in self.changed else {}
            return Dependencies(documents=own) | read(application)

        return with_set


def expand(found: Discovered, changed: Sequence[EntryChange], scene: Scene) -> Generated:
    """Return what was found together with what its sets generate, compared with the base."""
    expander = expander_of(scene)
    now = scene.git.files()
    expansion = expander.expand(found.applicationsets, FolderTree(Path(scene.git.root), lambda: now))
    paths, old = frozenset(each.path for each in changed), old_contents(scene.git, changed)
    before = expander.expand(
        _before(found.applicationsets, paths, old), BeforeTree(tree=scene.tree, now=now, changed=paths, old=old)
    )
    known = {_key(each): _bare(each) for each in before.applications}
    together = found.with_generated(expansion.applications)
    return Generated(
        found=replace(
            together,
            problems=(*together.problems, *expansion.problems),
            notes=(*together.notes, *expansion.notes),
        ),
        changed={_key(each): each.file for each in expansion.applications if known.get(_key(each)) != _bare(each)},
    )


def expander_of(scene: Scene) -> Expander:
    """Return what expands sets as a run of this event would."""
    environment = scene.environment
    is_branch = environment.get("GITHUB_REF_TYPE") == "branch"
    branch = environment.get("GITHUB_BASE_REF") or (environment.get("GITHUB_REF_NAME", "") if is_branch else "")
    event = Event(
        name="",
        verb="",
        repository=environment.get("GITHUB_REPOSITORY", ""),
        server_url=environment.get("GITHUB_SERVER_URL", ""),
        tracked_branch=branch,
    )
    return Expander(
        inputs=scene.inputs,
        event=event,
        git=scene.git,
        head=scene.git.head(),
        root=scene.git.root,
        process=scene.process,
        environment=environment,
    )


def _before(sets: Sequence[Document], changed: frozenset[str], old: Mapping[str, bytes]) -> list[Document]:
    """Return the sets as they were at the base; those of files that are new are left out."""
    edited = sorted({document.file for document in sets} & changed & old.keys())
    found = discover((path, old[path]) for path in edited)
    return [*(document for document in sets if document.file not in changed), *found.applicationsets]


def _key(application: Application) -> DocumentKey:
    return DocumentKey("Application", application.namespace, application.name)


def _bare(application: Application) -> Application:
    """Return an application without its place, which says nothing of what it is."""
    return replace(application, file="", line=0)
