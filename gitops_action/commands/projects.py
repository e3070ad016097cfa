"""The AppProjects that a run goes by: all of the repository, whatever the input ``applications`` narrows.

In: the work tree, and the base of a proposed change. Out: ``Projects``, and what a reader must know of them. A change
cannot widen the project that it is reviewed by: those of the base are in force, and those that only the change has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.files import candidates
from gitops_action.application.projects import PROJECT_MARK, Projects, find_projects
from gitops_action.commands.base import Base, NoBase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.application.application import Application
    from gitops_action.commands.base import Checked
    from gitops_action.inputs import Inputs


def projects_in_force(checked: Checked, base: Base | NoBase | None, inputs: Inputs) -> tuple[Projects, tuple[str, ...]]:
    """Return the projects, and notes about them.

    Where the base cannot be read, the change's own are in force, and a note says so: without any nothing would be
    permitted, and nothing shown.
    """
    proposed = _proposed(checked, inputs)
    match base:
        case None:
            return proposed, proposed.warnings
        case NoBase():
            own = [
                f"danger: AppProject {name} is this change's own word, since the base cannot be read"
                for name in sorted(proposed.names)
            ]
            return proposed, (*own, *proposed.warnings)
        case Base():
            start = checked.start.relative_to(checked.root).as_posix()
            theirs = find_projects(base.history.files(start, (), (PROJECT_MARK,)))
            edited = [
                f"this change also edits AppProject {name}; that takes effect after the merge"
                for name in sorted(theirs.names)
                if not theirs.agrees(proposed, name)
            ]
            added = [
                f"danger: this change adds AppProject {name}: look at what it permits"
                for name in sorted(proposed.names - theirs.names)
            ]
            in_force = theirs.extended_by(proposed)
            return in_force, (*edited, *added, *in_force.warnings)


def judged(
    applications: Iterable[Application], projects: Projects, before: Mapping[tuple[str, str], Application]
) -> tuple[Application, ...]:
    """Return the applications with what their projects say of them."""
    return tuple(projects.judged(each, former_project(each, before)) for each in applications)


def former_project(application: Application, before: Mapping[tuple[str, str], Application]) -> str:
    """Return the project that the change moves the application out of; empty where it does not.

    Such an application has to satisfy both: the new one may be of the change's making.
    """
    found = before.get((application.namespace, application.name))
    return found.project if found and found.project != application.project else ""


def _proposed(checked: Checked, inputs: Inputs) -> Projects:
    if not inputs.applications:
        return find_projects(checked.files.items())
    return find_projects(candidates(checked.root, checked.start, (), lambda text: PROJECT_MARK in text))
