"""The projects of a repository, and what each means for an application before anything is rendered.

In: AppProject documents. Out: ``Projects``, and applications with what their project says of them as conditions. A
project that nobody defines permits nothing, except ``default``, which Argo CD brings with it and which permits
everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.permission import Violation, destination_violations, source_violations
from gitops_action.application.project import CONTROL_PLANE_NAMESPACE
from gitops_action.application.project_parse import parse_project
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Document
    from gitops_action.application.project import AppProject, ClusterIdentity
    from gitops_action.errors import GitOpsError

DEFAULT_PROJECT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """Projects by name. ``invalid`` says why one cannot be used; the same stands in ``problems``."""

    valid: Mapping[str, AppProject] = field(default_factory=dict)
    invalid: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[GitOpsError, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands in the documents and has no meaning."""
        return tuple(
            f"{_place(project)}: unknown field {name} has no effect"
            for project in self.valid.values()
            for name in project.unknown_fields
        )

    def find(self, application: Application) -> AppProject | None:
        """Return the project of an application; ``None`` where there is none that could permit or deny."""
        return self.valid.get(application.project)

    def judged(self, application: Application) -> Application:
        """Return the application with what its project says of it, as far as that needs no cluster."""
        return _with(application, self._conditions(application))

    def judged_at(self, application: Application, cluster: ClusterIdentity) -> Application:
        """Return the application with what its project says of its destination."""
        project = self.find(application)
        if project is None:
            return application
        found = destination_violations(application, project, cluster)
        hint = (
            " No cluster is known to belong to it, and it permits no others."
            * project.permit_only_project_scoped_clusters
        )
        remedy = f"Choose another destination, or extend `destinations` in {_place(project)}.{hint}"
        return _with(application, tuple(_condition(each, remedy) for each in found))

    def _conditions(self, application: Application) -> tuple[ApplicationCondition, ...]:
        project = self.find(application)
        if project is not None:
            return (*_violated(application, project), *_unenforced(project))
        if reason := self.invalid.get(application.project):
            message, remedy = reason, "Correct the AppProject."
        elif application.project != DEFAULT_PROJECT:
            message = f"Application referencing project {application.project} which does not exist"
            remedy = (
                f"Add the AppProject {application.project} to a YAML file of this repository, "
                f"or correct spec.project in {application.file}:{application.line}."
            )
        else:
            return ()
        return (ApplicationCondition(type=ConditionType.INVALID_SPEC_ERROR, message=message, remedy=remedy),)


def read_projects(documents: Iterable[Document]) -> Projects:
    """Return the projects that these documents define; of two with one name neither can be used."""
    by_name: dict[str, list[Document]] = {}
    for document in documents:
        by_name.setdefault(_name(document), []).append(document)
    valid: dict[str, AppProject] = {}
    problems: dict[str, UsageError] = {}
    for name, (first, *others) in by_name.items():
        if others:
            problems[name] = UsageError(
                f"two AppProjects are named {name}: {first} and {others[0]}", remedy="Remove one of them."
            )
            continue
        try:
            valid[name] = parse_project(first.value, file=first.file, line=first.line)
        except UsageError as problem:
            problems[name] = problem
    return Projects(
        valid=valid,
        invalid={name: problem.summary for name, problem in problems.items()},
        problems=tuple(problems.values()),
    )


def _violated(application: Application, project: AppProject) -> list[ApplicationCondition]:
    # An Application that names no namespace is read as one in `argocd`; its project may be elsewhere.
    namespace = "" if application.namespace == CONTROL_PLANE_NAMESPACE else application.namespace
    remedy = f"Choose another source or project, or extend `sourceRepos` or `sourceNamespaces` in {_place(project)}."
    return [_condition(each, remedy) for each in source_violations(application, project, namespace=namespace)]


def _unenforced(project: AppProject) -> list[ApplicationCondition]:
    return [
        ApplicationCondition(
            type=ConditionType.UNSUPPORTED_WARNING,
            message=f"{_place(project)}: {name} of AppProject {project.name} is not enforced by this version",
            remedy=_INSTEAD.get(name, "Restrict what the deploying credentials may do by RBAC; see examples/rbac."),
        )
        for name in project.unenforced_fields
    ]


_INSTEAD = {
    "syncWindows": "Restrict when the workflow runs, or protect its environment by rules of GitHub.",
    "orphanedResources": "Objects that no application tracks are not looked for.",
    "signatureKeys": "Require signed commits by a branch rule of GitHub.",
    "sourceIntegrity": "Require signed commits by a branch rule of GitHub.",
    "roles": "Who may deploy is who may push to the tracked branch: protect it by a rule of GitHub.",
}


def _condition(violation: Violation, remedy: str) -> ApplicationCondition:
    return ApplicationCondition(type=ConditionType(violation.condition), message=violation.message, remedy=remedy)


def _with(application: Application, conditions: tuple[ApplicationCondition, ...]) -> Application:
    return replace(application, conditions=(*application.conditions, *conditions)) if conditions else application


def _place(project: AppProject) -> str:
    return f"{project.file}:{project.line}"


def _name(document: Document) -> str:
    metadata = document.value.get("metadata")
    return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""
