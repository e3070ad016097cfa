"""Which applications are gone from Git while their record says that they are ours.

In: the session, its clusters, and the applications that there are. Out: a ``Removed`` for each that is gone. In doubt
nothing is: where a file could not be used, where only some applications are looked at, where a record lies outside of
what this run looks at, where its repository and branch are not surely these.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.files import chosen
from gitops_action.application.application import Application, Destination
from gitops_action.application.discovery import discover
from gitops_action.commands.ownership import is_ours, owner_of, uid_of
from gitops_action.errors import ClusterError, Forbidden, GitOpsError, Refused
from gitops_action.ports import ApiKind
from gitops_action.sync.record import MANAGED_BY, MANAGER, OWNER_LABEL, RECORD_TYPE, record_name, record_namespace
from gitops_action.sync.record_format import decode
from gitops_action.sync.record_store import load_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.ports import Cluster
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.record import Owner, Record

SECRET = ApiKind(group="", version="v1", kind="Secret", plural="secrets", namespaced=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An application that is gone: its record, where that is kept, and what of its cluster is other applications'."""

    record: Record
    secret: Resource
    cluster: Cluster
    destination: Destination
    others: Mapping[ResourceKey, str]

    @property
    def application(self) -> Application:
        """The application as far as its record tells."""
        place = Destination(
            server=self.destination.server,
            name=self.destination.name,
            namespace=self.record.destination_namespace,
        )
        return Application(
            name=self.record.application,
            namespace=self.record.namespace,
            destination=place,
            file=self.record.owner.path,
        )


def find_removed(session: Session, clusters: Clusters) -> tuple[Removed, ...]:
    """Return the applications that are gone, in the order of their names.

    On a desk, where any branch may be checked out, they are looked for only where somebody wants them deleted. Where
    some application could not be rendered, one that it renders would seem to be gone: then none is looked for.
    """
    is_asked = bool(session.event.name) or session.inputs.prune_applications
    owner = owner_of(Application(name=""), session)
    if session.names or session.inputs.path or not is_asked or not owner.label:
        return ()
    if session.problems or session.unfollowed:
        return ()
    found: dict[tuple[str, str, str], Removed] = {}
    for destination, cluster in _clusters(session, clusters):
        for key in _unknown_records(session, cluster, owner):
            secret = cluster.get(SECRET, namespace=key.namespace, name=key.name)
            record = _read(secret)
            if secret is None or record is None or not _is_gone(record, secret, session):
                continue
            if record.cluster_uid in ("", uid_of(cluster)):
                others = _others(record, session, cluster)
                found[key.namespace, key.name, cluster.server] = Removed(
                    record=record, secret=secret, cluster=cluster, destination=destination, others=others
                )
    return tuple(found[key] for key in sorted(found))


def _clusters(session: Session, clusters: Clusters) -> Iterable[tuple[Destination, Cluster]]:
    """Yield the clusters of the run's applications, each once, and the default one: the last one may be gone."""
    seen: set[int] = set()
    destinations = [each.destination for each in session.applications]
    for destination in (*destinations, Destination()):
        try:
            cluster = clusters.find(destination)
        except GitOpsError:
            continue  # told to the application that is in it
        if id(cluster) not in seen:
            seen.add(id(cluster))
            yield destination, cluster


def _unknown_records(session: Session, cluster: Cluster, owner: Owner) -> list[ResourceKey]:
    """Return the records of this branch whose names are no application's; of what they hold nothing is read.

    Who may not list them in all namespaces looks where the applications are.
    """
    selector = f"{MANAGED_BY}={MANAGER},{OWNER_LABEL}={owner.label}"
    state = session.inputs.state_namespace
    own = sorted({record_namespace(each, state) for each in session.applications})
    items: list[Resource] = []
    try:
        items += cluster.list(SECRET, namespace=state, selector=selector, metadata_only=True).items
    except Forbidden:
        for namespace in own:
            try:
                items += cluster.list(SECRET, namespace=namespace, selector=selector, metadata_only=True).items
            except ClusterError:
                continue  # who may not list Secrets there is told of no record there
    known = {record_name(each) for each in session.applications}
    return [each.key for each in items if each.name not in known]


def _read(secret: Resource | None) -> Record | None:
    if secret is None or secret.object.get("type") != RECORD_TYPE:
        return None
    try:
        return decode(secret)
    except Refused:
        return None  # damaged, or newer: whose it is nobody can tell


def _others(record: Record, session: Session, cluster: Cluster) -> dict[ResourceKey, str]:
    """Return what an application of the same name has by now: its objects carry the same tracking."""
    same = [
        each for each in session.applications if (each.namespace, each.name) == (record.namespace, record.application)
    ]
    records = (load_record(each, cluster, session.inputs.state_namespace) for each in same)
    return {key: each.application for each in records if each for key in each.inventory}


def _is_gone(record: Record, secret: Resource, session: Session) -> bool:
    known = {(record_name(each), each.namespace, each.name) for each in session.applications}
    if not record.owner.path or (secret.name, record.namespace, record.application) in known:
        return False
    if not is_ours(record.owner, session) or not _is_looked_at(record.owner.path, session):
        return False
    file = _root(session) / record.owner.path
    there = discover([(record.owner.path, file.read_bytes())]).applications if file.is_file() else ()
    return not any(
        (each.namespace, each.name, each.destination.namespace)
        == (record.namespace, record.application, record.destination_namespace)
        for each in there
    )


def _is_looked_at(path: str, session: Session) -> bool:
    """Return whether this run looks into files at this path: another job may have other applications."""
    root, start = _root(session).resolve(), Path(session.inputs.working_directory).resolve()
    if session.git is not None and session.inputs.working_directory == "." and not session.event.name:
        start = root  # on a desk the whole checkout is searched
    if not start.is_relative_to(root):
        return False
    return bool(chosen([path], start.relative_to(root).as_posix(), session.inputs.applications))


def _root(session: Session) -> Path:
    return Path(session.git.root if session.git else session.inputs.working_directory)
