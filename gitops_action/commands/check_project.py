"""``check project``: whether an AppProject permits an Application and its resources."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitops_action.application.application import ConditionType
from gitops_action.application.parse import parse_application
from gitops_action.application.permission import Violation, source_violations, violations
from gitops_action.application.project import (
    IN_CLUSTER_NAME,
    IN_CLUSTER_SERVER,
    AppProject,
    ClusterIdentity,
    identity_of,
)
from gitops_action.application.project_parse import parse_project
from gitops_action.commands.check_files import answer, only, read_documents
from gitops_action.comparison.tables import BUILT_IN_GROUPS
from gitops_action.errors import ExitCode, UsageError
from gitops_action.rendering.scope import Scopes
from gitops_action.resource import Resource, ResourceKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.application.application import Application, Destination
    from gitops_action.application.discovery import Document
    from gitops_action.resource.resource import JsonObject

_SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - the name of a label
_SUFFIXES = (".yaml", ".yml", ".json")


@click.command()
@click.option("--project", "project_file", metavar="FILE", required=True, help="The AppProject.")
@click.option("--app", "application_file", metavar="FILE", required=True, help="The Application.")
@click.option("--resources", "resources_file", metavar="FILE", help="What it would deploy.")
@click.option(
    "--clusters", "clusters_folder", metavar="DIR", help="Argo CD's cluster Secrets, to find names and servers."
)
@click.option("--exit-code", is_flag=True, help="Exit with 6 where something is not permitted.")
def project(
    project_file: str,
    application_file: str,
    resources_file: str | None,
    clusters_folder: str | None,
    *,
    exit_code: bool,
) -> ExitCode:
    """List what the project does not permit; an empty list means that all is permitted."""
    document = only(read_documents(project_file), "AppProject", project_file)
    its_project = parse_project(document.value, file=document.file, line=document.line)
    for field in its_project.unknown_fields:
        click.echo(f"warning: {document}: unknown field {field} has no effect", err=True)
    applications = [each for each in read_documents(application_file) if each.value.get("kind") == "Application"]
    if not applications:
        raise UsageError(f"{application_file}: no Application", remedy="Name a file that holds one.")
    targets = [Resource(each.value) for each in read_documents(resources_file)] if resources_file else []
    clusters = None if clusters_folder is None else _Clusters.read(clusters_folder)
    answers = [_answer(its_project, each, targets, clusters) for each in applications]
    answer(answers[0] if len(answers) == 1 else answers)
    return ExitCode.REFUSED if exit_code and any(answers) else ExitCode.OK


def _answer(
    project: AppProject, document: Document, targets: Sequence[Resource], clusters: _Clusters | None
) -> list[dict[str, str]]:
    application = parse_application(document.value, file=document.file, line=document.line)
    wrong = [Violation(each.type, each.message) for each in application.conditions if each.is_error]
    found = wrong or list(_violations(application, project, _written_namespace(document), targets, clusters))
    return [{"condition": each.condition, "message": each.message} for each in found]


def _violations(
    application: Application,
    project: AppProject,
    namespace: str,
    targets: Sequence[Resource],
    clusters: _Clusters | None,
) -> tuple[Violation, ...]:
    cluster, registered = identity_of(application.destination), frozenset[ClusterIdentity]()
    if clusters is not None:
        registered = clusters.of(project)
        try:
            cluster = clusters.find(application.destination)
        except LookupError as error:
            unknown = Violation(ConditionType.INVALID_SPEC_ERROR, str(error.args[0]))
            return (*source_violations(application, project, namespace=namespace), unknown)
    return violations(
        application,
        project,
        cluster,
        namespace=namespace,
        resources=[_key(target, application.destination.namespace) for target in targets],
        registered=registered,
    )


def _written_namespace(document: Document) -> str:
    metadata = document.value.get("metadata")
    return str(metadata.get("namespace") or "") if isinstance(metadata, dict) else ""


def _key(target: Resource, namespace: str) -> ResourceKey:
    """Return the key that the object will have; a kind that is not built in has a namespace if it names one."""
    is_namespaced = bool(target.namespace)
    if target.group in BUILT_IN_GROUPS:
        is_namespaced = Scopes.of((), None).is_namespaced(target)
    return target.key._replace(namespace=(target.namespace or namespace) if is_namespaced else "")


class _Clusters:
    """The clusters that Argo CD's Secrets describe; its own is always there."""

    def __init__(self, known: Sequence[tuple[ClusterIdentity, str]]) -> None:
        self._known = list(known)
        if all(cluster.server != IN_CLUSTER_SERVER for cluster, _ in known):
            self._known.append((ClusterIdentity(server=IN_CLUSTER_SERVER, name=IN_CLUSTER_NAME), ""))

    @classmethod
    def read(cls, folder: str) -> _Clusters:
        """Return the clusters of a folder.

        Raises ``UsageError`` where it is none, or a Secret in it cannot be read.
        """
        if not Path(folder).is_dir():
            raise UsageError(f"{folder}: no such directory", remedy="Name a directory of cluster Secrets.")
        files = sorted(str(path) for path in Path(folder).iterdir() if path.suffix in _SUFFIXES)
        return cls([_cluster(secret) for file in files for secret in _secrets(file)])

    def find(self, destination: Destination) -> ClusterIdentity:
        """Return the cluster of a destination.

        Raises ``LookupError`` in Argo CD's words where it is none, or nobody can tell which.
        """
        identity = identity_of(destination)
        if destination.server or not destination.name:
            found = [each for each, _ in self._known if each.server.rstrip("/") == identity.server]
            if not found:
                raise LookupError(f'error getting cluster by server "{destination.server}": cluster not found')
            return found[0]
        named = [each for each, _ in self._known if each.name == destination.name]
        if not named and destination.name == IN_CLUSTER_NAME:
            named = [each for each, _ in self._known if each.server == IN_CLUSTER_SERVER]
        if not named:
            raise LookupError(f"there are no clusters with this name: {destination.name}")
        if len(named) > 1:
            servers = " ".join(each.server for each in named)
            raise LookupError(f"there are {len(named)} clusters with the same name: [{servers}]")
        return named[0]

    def of(self, project: AppProject) -> frozenset[ClusterIdentity]:
        """Return the clusters that belong to a project."""
        return frozenset(each for each, owner in self._known if owner and owner == project.name)


def _secrets(file: str) -> Iterator[Document]:
    for document in read_documents(file):
        labels = Resource(document.value).labels
        if document.value.get("kind") == "Secret" and labels.get(_SECRET_TYPE) == "cluster":
            yield document


def _cluster(secret: Document) -> tuple[ClusterIdentity, str]:
    fields = {name: _field(secret, name) for name in ("server", "name", "project")}
    return ClusterIdentity(server=fields["server"].rstrip("/"), name=fields["name"]), fields["project"]


def _field(secret: Document, name: str) -> str:
    """Return a field of a Secret; what is written as text beats what is encoded, as in the API server."""
    plain, encoded = _mapping(secret.value, "stringData"), _mapping(secret.value, "data")
    if name in plain:
        return str(plain[name])
    try:
        return base64.b64decode(str(encoded.get(name) or ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{secret}: data.{name} is not base64 of a text", remedy="Correct the Secret.") from error


def _mapping(value: JsonObject, name: str) -> JsonObject:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
