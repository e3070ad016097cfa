"""Read and write the record of an application in its cluster.

In: an application, its cluster, and where the user wants records to be. Out: the ``Record``, if there is one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from gitops_action.errors import Conflict, NotFound
from gitops_action.resource import Resource
from gitops_action.sync.record import record_name, record_namespace
from gitops_action.sync.record_format import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.application.application import Application
    from gitops_action.ports import Cluster
    from gitops_action.sync.record import Record


def load_record(application: Application, cluster: Cluster, state_namespace: str = "") -> Record | None:
    """Return the application's record, or ``None`` where there is none.

    Raises ``Refused`` for a record of a newer version, and ``ApiError`` where it may not be read.
    """
    kind = cluster.catalog().kinds["v1", "Secret"]
    namespace = record_namespace(application, state_namespace)
    secret = cluster.get(kind, namespace=namespace, name=record_name(application))
    return decode(secret) if secret else None


def save_record(record: Record, application: Application, cluster: Cluster, state_namespace: str = "") -> None:
    """Write the application's record; a missing namespace is created first."""
    kind = cluster.catalog().kinds["v1", "Secret"]
    secret = encode(record, name=record_name(application), namespace=record_namespace(application, state_namespace))
    in_namespace(secret.namespace, cluster, lambda: cluster.apply(kind, secret))


def in_namespace(name: str, cluster: Cluster, write: Callable[[], Resource]) -> Resource:
    """Return what a write into a namespace gives; where the namespace is missing, it is created first."""
    try:
        return write()
    except NotFound:
        namespace = Resource({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        with suppress(Conflict):  # somebody was faster
            cluster.create(cluster.catalog().kinds["v1", "Namespace"], namespace)
        return write()
