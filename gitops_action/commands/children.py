"""App of apps in a run: what applications render of Argo CD's own kinds becomes applications, sets and projects.

In: a session whose applications are those of files and sets. Out: ``Children``: all applications, and those of the base
of a proposed change in the same way. Only what may render such documents is rendered here, and without a cluster: its
version and kinds decide about that hardly ever, and where they do, the comparison finds it and says so.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git_tree import extract
from gitops_action.affected.affected import Changes, affected
from gitops_action.application.family import Family, follow
from gitops_action.application.projects import read_projects
from gitops_action.commands.base import with_doubts, with_moves
from gitops_action.commands.descriptions import DescriptionReader
from gitops_action.commands.evaluate import context_of, render_whole
from gitops_action.commands.global_projects import with_global_projects
from gitops_action.commands.projects import judged
from gitops_action.commands.repository_tree import CommitTree, FolderTree
from gitops_action.commands.trees import Trees
from gitops_action.errors import GitOpsError
from gitops_action.inputs import ArgoCdResources
from gitops_action.rendering.checkout import Checkout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Document
    from gitops_action.application.projects import Projects
    from gitops_action.applicationset.inputs import RepositoryTree
    from gitops_action.commands.applicationsets import Expander
    from gitops_action.commands.base import Base, NoBase
    from gitops_action.commands.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """What came of following: the family of the head, and what the base has.

    ``base_applications`` are all of the base by namespace and name. ``base_projects`` are ``None`` where there is no
    base to compare with.
    """

    family: Family
    base_applications: Mapping[tuple[str, str], Application]
    base_projects: tuple[Document, ...] | None = None
    problems: tuple[GitOpsError, ...] = ()
    notes: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()
    """The applications that could not be rendered: what else there is to follow nobody can tell."""


def find_children(session: Session, expander: Expander) -> Children:
    """Return the applications of a session with those that they render."""
    git, root = session.git, session.checkout.root
    finder = _Finder(session=session, expander=expander, tree=FolderTree(Path(root), git.files if git else None))
    family = finder.family(session.applications)
    before = dict(session.base_applications)
    unfollowed = tuple(sorted(name for _, name in finder.failures))
    found = Children(family=family, base_applications=before, problems=family.problems, unfollowed=unfollowed)
    history = session.history
    parents = {each.parent for each in family.applications} - {None}
    if history is None or not (parents or family.projects):
        return found
    if not finder.changes_one_of([one for one in family.applications if (one.namespace, one.name) in parents]):
        of_head = {(one.namespace, one.name): one for one in family.applications if one.parent}
        return replace(found, base_applications={**before, **of_head}, base_projects=family.projects)
    try:
        with tempfile.TemporaryDirectory(prefix="gitops-action-base-") as folder:
            extract(history, folder)
            there = replace(
                session,
                checkout=Checkout.at(folder),
                head=replace(session.head, commit=history.base, dirty=()),
                applications=tuple(before.values()),
            )
            theirs = _Finder(session=there, expander=expander, tree=CommitTree(history)).family(there.applications)
    except GitOpsError as error:
        note = f"the base cannot be rendered, so that its applications that others render are not known: {error}"
        return replace(found, notes=(note,))
    return replace(
        found,
        base_applications={**before, **{(one.namespace, one.name): one for one in theirs.applications}},
        base_projects=theirs.projects,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finder:
    """Finds the family of a session's applications."""

    session: Session
    expander: Expander
    tree: RepositoryTree
    trees: Trees = field(default_factory=Trees)
    failures: dict[tuple[str, str], GitOpsError] = field(default_factory=dict)

    def family(self, applications: Sequence[Application]) -> Family:
        """Return the family of some applications; what cannot be rendered is said by its own rendering."""
        problems: list[GitOpsError] = []

        def expand(documents: Sequence[Document]) -> Sequence[Application]:
            expansion = self.expander.expand(documents, self.tree)
            problems.extend(expansion.problems)
            return expansion.applications

        with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
            reading = DescriptionReader(
                context=context_of(self.session, None, scratch),
                whole=lambda application: render_whole(application, self.session, None, scratch),
                workers=self.session.workers,
                trees=self.trees,
                failures=self.failures,
            )
            found = follow(applications, reading.documents, expand)
        return replace(found, problems=(*found.problems, *problems))

    def changes_one_of(self, parents: Sequence[Application]) -> bool:
        """Return whether the change touches what one of these applications renders, or what it is."""
        session = self.session
        if session.head.dirty or session.history is None:
            return True
        try:
            changed = session.history.changed_files(session.head.commit)
        except GitOpsError:  # the head is not whole here
            return True
        tree = self.trees.of(context_of(session, None, ""))
        described = {one.file for one in parents}
        return not described.isdisjoint(changed) or bool(affected(parents, Changes(paths=changed), tree.dependencies))


def completed(
    session: Session, expander: Expander, reviewed: Base | NoBase | None, proposed: Document | None
) -> Session:
    """Return the session with the applications that others render, all of them judged by base and project."""
    described = bool(session.inputs.path)
    if described or session.inputs.argocd_resources == ArgoCdResources.APPLY:
        found = Children(family=Family(applications=session.applications), base_applications=session.base_applications)
    else:
        found = find_children(session, expander)
    applications, before = found.family.applications, found.base_applications
    projects, notes = _projects(session.projects, found, reviewed)
    projects = with_global_projects(projects, session.settings)
    if not described:
        applications = judged(with_moves(applications, before), projects, before)
    return replace(
        session,
        applications=with_doubts(applications, reviewed, proposed),
        base_applications=before,
        projects=projects,
        followed=found.family.followed,
        unfollowed=found.unfollowed,
        problems=(*session.problems, *found.problems),
        notes=(*session.notes, *found.notes, *notes),
    )


def _projects(known: Projects, found: Children, reviewed: Base | NoBase | None) -> tuple[Projects, tuple[str, ...]]:
    """Return the projects in force with those that applications render: the base's, and what only the change adds."""
    proposed = read_projects(found.family.projects)
    if reviewed is None:
        return known.extended_by(proposed), ()
    theirs = read_projects(found.base_projects or ())
    in_force = known.extended_by(theirs)
    edited = [
        f"this change also edits AppProject {name}, which is rendered; that takes effect after the merge"
        for name in sorted(theirs.names & proposed.names)
        if not theirs.agrees(proposed, name)
    ]
    added = [
        f"danger: this change adds AppProject {name}, which is rendered: look at what it permits"
        for name in sorted(proposed.names - in_force.names)
    ]
    return in_force.extended_by(proposed), (*edited, *added)
