"""Argo CD's ``AppProject`` as a value: what its applications may deploy, from where, and to where.

In: nothing but what ``project_parse.py`` reads. Out: frozen values that ``project_match.py`` decides by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.application.application import Destination
    from gitops_action.resource.resource import JsonObject

CONTROL_PLANE_NAMESPACE = "argocd"
"""Where Argo CD is installed unless the AppProject says otherwise."""

IN_CLUSTER_SERVER = "https://kubernetes.default.svc"
IN_CLUSTER_NAME = "in-cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPattern:
    """An entry of a list of kinds; all three are patterns of Go's ``filepath.Match``, an empty name means any."""

    group: str = ""
    kind: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanedResources:
    """``orphanedResources``: whether to warn of them, and what is none of them; an empty part of an entry means any."""

    warn: bool = False
    ignore: tuple[KindPattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """``roles[]``: who may do what in Argo CD itself."""

    name: str
    description: str = ""
    policies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncWindow:
    """``syncWindows[]`` as read; ``duration`` is a text such as ``1h``."""

    kind: str
    schedule: str
    duration: str
    applications: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    manual_sync: bool = False
    sync_overrun: bool = False
    and_operator: bool = False
    time_zone: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterIdentity:
    """A destination's cluster as a project knows it: by URL and by name, both where both are known."""

    server: str = ""
    name: str = ""


def identity_of(destination: Destination) -> ClusterIdentity:
    """Return the cluster as far as the destination alone tells; none named is Argo CD's own."""
    if (
        destination.server == IN_CLUSTER_SERVER
        or destination.name == IN_CLUSTER_NAME
        or not (destination.server or destination.name)
    ):
        return ClusterIdentity(server=IN_CLUSTER_SERVER, name=IN_CLUSTER_NAME)
    return ClusterIdentity(server=destination.server, name=destination.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppProject:
    """One project. ``namespace_resource_whitelist`` is ``None`` where the document has none: then all is allowed."""

    name: str
    namespace: str = CONTROL_PLANE_NAMESPACE
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    source_repos: tuple[str, ...] = ()
    source_namespaces: tuple[str, ...] = ()
    destinations: tuple[Destination, ...] = ()
    cluster_resource_whitelist: tuple[KindPattern, ...] = ()
    cluster_resource_blacklist: tuple[KindPattern, ...] = ()
    namespace_resource_whitelist: tuple[KindPattern, ...] | None = None
    namespace_resource_blacklist: tuple[KindPattern, ...] = ()
    permit_only_project_scoped_clusters: bool = False
    roles: tuple[Role, ...] = ()
    sync_windows: tuple[SyncWindow, ...] = ()
    orphaned_resources: OrphanedResources | None = None
    signature_keys: tuple[str, ...] = ()
    source_integrity: JsonObject | None = None
    destination_service_accounts: tuple[JsonObject, ...] = ()
    file: str = ""
    line: int = 0
    unknown_fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def unenforced_fields(self) -> tuple[str, ...]:
        """The fields that say something and are only read."""
        read = {
            "signatureKeys": self.signature_keys,
            "sourceIntegrity": self.source_integrity,
            "roles": self.roles,
            "destinationServiceAccounts": self.destination_service_accounts,
        }
        return tuple(name for name, value in read.items() if value)
