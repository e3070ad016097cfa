"""The Secrets and ConfigMaps that Argo CD keeps its credentials in → ``Credentials``.

In: documents, from a file that the workflow decrypts or from a namespace of a cluster. Out: what opens repositories,
the clusters, and the trust beside them. A document that is not valid is a problem, names itself and its field, and
holds up no other. Whatever is no credential is passed over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.application.cluster_secret import ClusterSecret, parse_cluster
from gitops_action.application.credentials import RepositoryCredential, RepositoryCredentials
from gitops_action.application.repository_secret import parse_repository
from gitops_action.application.secret_fields import SecretFields, metadata_of, place_of, plain_data, text_map
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.errors import GitOpsError
    from gitops_action.resource.resource import Json, JsonObject

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label's key
KNOWN_HOSTS = "argocd-ssh-known-hosts-cm"
AUTHORITIES = "argocd-tls-certs-cm"
_PASSED_OVER = frozenset({"repository-write", "repo-write-creds"})
"""Types by which Argo CD pushes; nothing is pushed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """All credentials of a run. ``failure`` says why there may be more that nobody could read."""

    repositories: RepositoryCredentials = field(default=RepositoryCredentials())
    clusters: tuple[ClusterSecret, ...] = ()
    problems: tuple[GitOpsError, ...] = ()
    notes: tuple[str, ...] = ()
    failure: GitOpsError | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return every text that no log may show."""
        repositories = (secret for each in self.repositories.repositories for secret in each.secrets())
        clusters = (secret for each in self.clusters for secret in each.login.secrets())
        return (*repositories, *clusters)

    def joined(self, other: Credentials) -> Credentials:
        """Return these credentials and then the other's; what both give (a name, a host) is these' own."""
        mine, theirs = self.repositories, other.repositories
        return Credentials(
            repositories=RepositoryCredentials(
                repositories=(*mine.repositories, *theirs.repositories),
                known_hosts="\n".join(text.rstrip("\n") for text in (mine.known_hosts, theirs.known_hosts) if text),
                authorities=tuple({**dict(theirs.authorities), **dict(mine.authorities)}.items()),
            ),
            clusters=_without_doubles((*self.clusters, *other.clusters)),
            problems=(*self.problems, *other.problems),
            notes=(*self.notes, *other.notes),
            failure=self.failure or other.failure,
        )


@dataclass
class _Found:
    """What was read so far."""

    repositories: list[RepositoryCredential] = field(default_factory=list)
    clusters: list[ClusterSecret] = field(default_factory=list)
    known_hosts: list[str] = field(default_factory=list)
    authorities: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_credentials(documents: Iterable[tuple[Json, str]]) -> Credentials:
    """Return what these documents (value and origin) hold; the problems name what is not valid."""
    found = _Found()
    problems: list[GitOpsError] = []
    for document, origin in _flat(documents):
        try:
            _read(document, found)
        except UsageError as problem:
            problems.append(UsageError(f"{origin}: {problem.summary}", detail=problem.detail, remedy=problem.remedy))
    names = Counter(each.name for each in found.clusters)
    problems += [_same_name(name, found.clusters) for name, count in names.items() if count > 1]
    return Credentials(
        repositories=RepositoryCredentials(
            repositories=tuple(found.repositories),
            known_hosts="\n".join(found.known_hosts),
            authorities=tuple(found.authorities.items()),
        ),
        clusters=tuple(each for each in found.clusters if names[each.name] == 1),
        problems=tuple(problems),
        notes=tuple(found.notes),
    )


def _flat(documents: Iterable[tuple[Json, str]]) -> Iterator[tuple[JsonObject, str]]:
    """Yield each document, and each item of a ``List`` as kubectl writes one."""
    for document, origin in documents:
        if not isinstance(document, dict):
            continue
        items = document.get("items")
        if document.get("kind") == "List" and isinstance(items, list):
            yield from ((item, origin) for item in items if isinstance(item, dict))
        else:
            yield document, origin


def _read(document: JsonObject, found: _Found) -> None:
    if document.get("apiVersion") != "v1":
        return
    metadata = metadata_of(document)
    match document.get("kind"), metadata.get("name"):
        case "ConfigMap", name if name == KNOWN_HOSTS:
            found.known_hosts.append(plain_data(document).get("ssh_known_hosts", "").rstrip("\n"))
        case "ConfigMap", name if name == AUTHORITIES:
            found.authorities.update(_certificates(document))
        case "Secret", _:
            _read_secret(document, found)


def _read_secret(document: JsonObject, found: _Found) -> None:
    metadata = metadata_of(document)
    labels = text_map(metadata.get("labels"))
    kind = labels.get(SECRET_TYPE, "")
    match kind:
        case "repository" | "repo-creds":
            credential, notes = parse_repository(SecretFields(document), is_template=kind == "repo-creds")
            found.repositories.append(credential)
        case "cluster":
            annotations = text_map(metadata.get("annotations"))
            cluster, notes = parse_cluster(SecretFields(document), labels, annotations)
            found.clusters.append(cluster)
        case "":
            return
        case _:
            if kind not in _PASSED_OVER:
                found.notes.append(f"{place_of(document)}: nothing is known of label {SECRET_TYPE}: {kind}")
            return
    found.notes += notes


def _certificates(document: JsonObject) -> dict[str, str]:
    certificates = plain_data(document)
    for host, text in certificates.items():
        if text.strip() and "-----BEGIN CERTIFICATE-----" not in text:
            raise UsageError(
                f"{place_of(document)}: field data.{host} is not a PEM certificate",
                remedy="The key is a host's name, the value the certificates that it may show.",
            )
    return {host: text for host, text in certificates.items() if text.strip()}


def _same_name(name: str, clusters: list[ClusterSecret]) -> GitOpsError:
    """Return the problem of a name that several clusters have: a destination that says it means none of them."""
    return UsageError(
        f"{' and '.join(each.place for each in clusters if each.name == name)} name the same cluster, {name}",
        remedy="Rename all but one: which of them a destination means cannot be told.",
    )


def _without_doubles(clusters: tuple[ClusterSecret, ...]) -> tuple[ClusterSecret, ...]:
    first: dict[str, ClusterSecret] = {}
    for each in clusters:
        first.setdefault(each.name, each)
    return tuple(first.values())
