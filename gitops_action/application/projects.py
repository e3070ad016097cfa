"""The projects of a repository, and what each means for an application before anything is rendered.

In: AppProject documents. Out: ``Projects``, and applications with what their project says of them as conditions. A
project that nobody defines permits nothing, except ``default``, which Argo CD brings with it and which permits
everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.discovery import Document, kind_of
from gitops_action.application.permission import Violation, denial, destination_violations, source_violations
from gitops_action.application.project import CONTROL_PLANE_NAMESPACE, ClusterIdentity
from gitops_action.application.project_parse import parse_project
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops_action.application.application import Application
    from gitops_action.application.cluster_secret import ClusterSecret
    from gitops_action.application.project import AppProject
    from gitops_action.errors import GitOpsError
    from gitops_action.resource import ResourceKey

DEFAULT_PROJECT = "default"
_OWN_CLUSTERS = "No cluster Secret says that its cluster belongs to it (`project`), and it permits no others."
PROJECT_MARK = b"AppProject"
"""A file that does not hold this holds no project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """Projects by name. ``invalid`` says why one cannot be used; the same stands in ``problems``.

    ``unreadable`` says why there may be projects that nobody knows of; empty where all files could be read.
    """

    valid: Mapping[str, AppProject] = field(default_factory=dict)
    invalid: Mapping[str, str] = field(default_factory=dict)
    unreadable: str = ""
    problems: tuple[GitOpsError, ...] = ()
    clusters: Mapping[str, tuple[ClusterIdentity, ...]] = field(default_factory=dict)
    """The clusters that belong to a project, by its name."""

    @property
    def names(self) -> frozenset[str]:
        """All names, of valid and of invalid ones."""
        return frozenset((*self.valid, *self.invalid))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands in the documents and has no meaning."""
        return tuple(
            f"{_place(project)}: unknown field {name} has no effect"
            for project in self.valid.values()
            for name in project.unknown_fields
        )

    def with_clusters(self, clusters: Iterable[ClusterSecret]) -> Projects:
        """Return the projects, and which clusters belong to them."""
        owned: dict[str, tuple[ClusterIdentity, ...]] = {}
        for each in clusters:
            owned[each.project] = (*owned.get(each.project, ()), ClusterIdentity(server=each.server, name=each.name))
        return replace(self, clusters=owned)

    def agrees(self, other: Projects, name: str) -> bool:
        """Return whether a project is the same in both, wherever it stands."""
        mine, theirs = self.valid.get(name), other.valid.get(name)
        return (
            mine is not None
            and theirs is not None
            and replace(mine, file="", line=0) == replace(theirs, file="", line=0)
        )

    def extended_by(self, other: Projects) -> Projects:
        """Return these projects, and those of the other that have other names; the other's problems are told."""
        known = self.names
        return Projects(
            valid={**{name: each for name, each in other.valid.items() if name not in known}, **self.valid},
            invalid={**{name: each for name, each in other.invalid.items() if name not in known}, **self.invalid},
            unreadable=self.unreadable,
            problems=other.problems,
            clusters=self.clusters,
        )

    def judged(self, application: Application, former: str = "") -> Application:
        """Return the application with what its project says of it, as far as that needs no cluster.

        ``former`` is another project whose rules it has to keep as well, here and below.
        """
        found = self._conditions(application)
        if former:
            others = self._conditions(replace(application, project=former))
            found = (*found, *(each for each in others if each.is_error))
        return _with(application, found)

    def judged_at(self, application: Application, cluster: ClusterIdentity, former: str = "") -> Application:
        """Return the application with what its project says of its destination."""
        found: list[ApplicationCondition] = []
        for project in self._of(application, former):
            owned = self.clusters.get(project.name, ())
            hint = f" {_OWN_CLUSTERS}" if project.permit_only_project_scoped_clusters and not owned else ""
            remedy = f"Choose another destination, or extend `destinations` in {_place(project)}.{hint}"
            found += [
                _condition(each, remedy)
                for each in destination_violations(application, project, cluster, registered=owned)
            ]
        return _with(application, tuple(found))

    def denial(
        self, application: Application, cluster: ClusterIdentity, former: str = ""
    ) -> Callable[[ResourceKey], str]:
        """Return what tells why an object of an application is not permitted; empty where it is."""
        projects = self._of(application, former)

        @cache
        def of(key: ResourceKey) -> str:
            return next((found for project in projects if (found := self._denial(project, cluster, key))), "")

        def reason(key: ResourceKey) -> str:
            return of(key._replace(name="") if key.namespace else key)  # in a namespace, names are not asked for

        return reason

    def _denial(self, project: AppProject, cluster: ClusterIdentity, key: ResourceKey) -> str:
        return denial(project, cluster, key, registered=self.clusters.get(project.name, ()))

    def _of(self, application: Application, former: str) -> list[AppProject]:
        names = (application.project, former)
        return [project for name in names if (project := self.valid.get(name)) is not None]

    def _conditions(self, application: Application) -> tuple[ApplicationCondition, ...]:
        project = self.valid.get(application.project)
        if project is not None:
            return (*_violated(application, project), *_unenforced(project))
        if reason := self.invalid.get(application.project):
            message, remedy = reason, "Correct the AppProject."
        elif self.unreadable:
            message = f"AppProject {application.project} may be in a file that cannot be read: {self.unreadable}"
            remedy = "Correct the file."
        elif application.project != DEFAULT_PROJECT:
            message = f"Application referencing project {application.project} which does not exist"
            remedy = (
                f"Add the AppProject {application.project} to a YAML file of this repository, "
                f"or correct spec.project in {application.file}:{application.line}."
            )
        else:
            return ()
        return (ApplicationCondition(type=ConditionType.INVALID_SPEC_ERROR, message=message, remedy=remedy),)


def find_projects(files: Iterable[tuple[str, bytes]]) -> Projects:
    """Return the projects in these files (path and content); a file that cannot be read is a problem."""
    documents: list[Document] = []
    unreadable: list[GitOpsError] = []
    for path, text in files:
        if PROJECT_MARK not in text:
            continue
        try:
            loaded = load_documents(text, source=path)
        except UsageError as problem:
            unreadable.append(problem)
            continue
        documents += [
            Document(file=path, line=line, value=value) for value, line in loaded if kind_of(value) == "AppProject"
        ]
    found = read_projects(documents)
    if not unreadable:
        return found
    return replace(found, unreadable=unreadable[0].summary, problems=(*unreadable, *found.problems))


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
