"""What a sync leaves behind in the cluster: which commit was applied, and the inventory of what is the application's.

A Secret beside the objects. It carries no tracking, is never a target and never a prune candidate. The inventory is why
a kind whose last object left Git is still looked for. In: a ``Record``. Out: the Secret's object, and back; a record
of a newer schema is refused, an older one is read.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from gitops_action.errors import Conflict, NotFound, Refused
from gitops_action.resource import Resource, ResourceKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitops_action.application.application import Application
    from gitops_action.ports import Cluster
    from gitops_action.resource.resource import JsonObject

SCHEMA = 1
_DATA_KEY = "record"
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The last sync of one application. Times are seconds since the epoch; ``phase`` an ``OperationPhase``'s word."""

    application: str
    phase: str
    revision: str = ""
    inventory: tuple[ResourceKey, ...] = ()
    run_url: str = ""
    started: float = 0.0
    finished: float = 0.0
    schema: int = SCHEMA


def record_name(application: Application) -> str:
    """Return the Secret's name: readable, and unique for each name and destination namespace."""
    identity = f"{application.name}\0{application.destination.namespace}".encode()
    return f"gitops-action.{application.name[:_NAME_LIMIT]}-{hashlib.sha256(identity).hexdigest()[:8]}"


def record_namespace(application: Application) -> str:
    """Return where the record lives."""
    return application.destination.namespace or "default"


def load_record(application: Application, cluster: Cluster) -> Record | None:
    """Return the application's record, or ``None`` where there is none.

    Raises ``Refused`` for a record of a newer version, and ``ApiError`` where it may not be read.
    """
    kind = cluster.catalog().kinds[("v1", "Secret")]
    secret = cluster.get(kind, namespace=record_namespace(application), name=record_name(application))
    return decode(secret) if secret else None


def save_record(record: Record, application: Application, cluster: Cluster) -> None:
    """Write the application's record; a missing namespace is created first."""
    kind, secret = cluster.catalog().kinds["v1", "Secret"], encode(record, application)
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


def encode(record: Record, application: Application) -> Resource:
    """Return the Secret that holds a record."""
    content = {
        "schema": SCHEMA,
        "application": record.application,
        "phase": record.phase,
        "revision": record.revision,
        "runUrl": record.run_url,
        "started": record.started,
        "finished": record.finished,
        "inventory": [list(key) for key in sorted(record.inventory)],
    }
    secret: JsonObject = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": record_name(application),
            "namespace": record_namespace(application),
            "labels": {"app.kubernetes.io/managed-by": "gitops-action"},
        },
        "type": "gitops-action/record",
        "data": {_DATA_KEY: base64.b64encode(orjson.dumps(content)).decode()},
    }
    return Resource(secret)


def decode(secret: Resource) -> Record:
    """Return the record in a Secret.

    Raises ``Refused`` where it cannot be read, for to go on would forget what is to be pruned.
    """
    place = f"record {secret.namespace}/{secret.name}"
    try:
        content = orjson.loads(base64.b64decode(secret.object["data"][_DATA_KEY]))
        schema = int(content["schema"])
        record = _record(content) if schema <= SCHEMA else None
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            f"{place} cannot be read", remedy="Delete the Secret if it was damaged; the next sync writes it again."
        ) from error
    if record is None:
        raise Refused(
            f"{place} was written by a newer version (schema {schema}, this version reads up to {SCHEMA})",
            remedy="Use that version of the action in this workflow as well.",
        )
    return record


def _record(content: JsonObject) -> Record:
    return Record(
        application=content["application"],
        phase=content["phase"],
        revision=content["revision"],
        run_url=content["runUrl"],
        started=content["started"],
        finished=content["finished"],
        inventory=tuple(ResourceKey(*key) for key in content["inventory"]),
        schema=int(content["schema"]),
    )


def united(*inventories: Iterable[ResourceKey]) -> tuple[ResourceKey, ...]:
    """Return all keys of some inventories, sorted, each once."""
    return tuple(sorted({key for inventory in inventories for key in inventory}))
