"""How a record looks in the cluster: one Secret, with what was rendered beside the record itself.

In: a ``Record``. Out: the Secret's object, and back. A record of an older schema is read, one of a newer is refused,
for to go on would forget what it says. A Secret holds a MiB: where that does not suffice, the oldest rendered targets
go first, and their operations say that a rollback needs Git. Pure.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.errors import Refused
from gitops_action.resource import Resource, ResourceKey
from gitops_action.sync.record import (
    MANAGED_BY,
    MANAGER,
    OWNER_LABEL,
    RECORD_TYPE,
    SCHEMA,
    Operation,
    OperationKind,
    Owner,
    Record,
    RecordedSource,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.resource.resource import JsonObject

TARGETS_LIMIT = 700 * 1024
"""Bytes of the targets of one operation, gzipped; what is larger is not kept."""
SECRET_LIMIT = 1_000_000
"""Bytes of a Secret's data that we use of the MiB that the API server takes."""
_PLAIN_LIMIT = 256 * 1024
_KEY, _ZIPPED_KEY, _TARGETS_KEY = "record", "record.gz", "targets."
_UNZIPPED_LIMIT = 64 * 1024 * 1024
_READABLE = (KeyError, TypeError, ValueError, AttributeError, OSError, EOFError, zlib.error)
"""What a damaged record is noticed by."""


def encode(record: Record, *, name: str, namespace: str) -> Resource:
    """Return the Secret that holds a record."""
    kept = fitting(record)
    content = _content(kept)
    key, text = (_KEY, content) if len(content) <= _PLAIN_LIMIT else (_ZIPPED_KEY, gzip.compress(content, mtime=0))
    data = {key: text, **{f"{_TARGETS_KEY}{digest}": zipped for digest, zipped in kept.targets.items()}}
    secret: JsonObject = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": _labels(record)},
        "type": RECORD_TYPE,
        "data": {key: base64.b64encode(text).decode() for key, text in data.items()},
    }
    return Resource(secret)


def decode(secret: Resource) -> Record:
    """Return the record in a Secret.

    Raises ``Refused`` where it cannot be read, for to go on would forget what is to be pruned.
    """
    place = f"record {secret.namespace}/{secret.name}"
    try:
        data = secret.object["data"]
        content = orjson.loads(_text(data))
        schema = int(content["schema"])
        record = _record(content, data) if schema <= SCHEMA else None
    except _READABLE as error:
        raise Refused(
            f"{place} cannot be read", remedy="Delete the Secret if it was damaged; the next sync writes it again."
        ) from error
    if record is None:
        raise Refused(
            f"{place} was written by a newer version (schema {schema}, this version reads up to {SCHEMA})",
            remedy="Use that version of the action in this workflow as well.",
        )
    return record


def packed(targets: Iterable[Resource]) -> tuple[str, bytes]:
    """Return the digest of rendered targets and the targets gzipped; no bytes where they are too large to be kept."""
    text = orjson.dumps([target.object for target in targets], option=orjson.OPT_SORT_KEYS)
    zipped = gzip.compress(text, compresslevel=6, mtime=0)
    return hashlib.sha256(text).hexdigest()[:16], zipped if len(zipped) <= TARGETS_LIMIT else b""


def unpacked(zipped: bytes) -> tuple[Resource, ...]:
    """Return the targets that ``packed`` packed; ``Refused`` where they cannot be read."""
    try:
        stream = zlib.decompressobj(wbits=31)
        text = stream.decompress(zipped, _UNZIPPED_LIMIT)
        if not stream.eof:
            raise ValueError("it is cut off, or too long")
        return tuple(Resource(each) for each in orjson.loads(text))
    except _READABLE as error:
        raise Refused(
            "the rendered targets in the record cannot be read",
            remedy="Check out the commit to go back to, and sync it with `allow-older`.",
        ) from error


def fitting(record: Record) -> Record:
    """Return the record with as many of the newest targets as a Secret has room for."""
    left = SECRET_LIMIT - min(len(_content(record)), _PLAIN_LIMIT)
    kept: dict[str, bytes] = {}
    for operation in record.operations:
        zipped = record.targets.get(operation.targets)
        if not zipped or operation.targets in kept:
            continue
        if len(zipped) > left:
            break
        kept[operation.targets] = zipped
        left -= len(zipped)
    operations = tuple(each if each.targets in kept else replace(each, targets="") for each in record.operations)
    return replace(record, operations=operations, targets=kept)


def _labels(record: Record) -> dict[str, str]:
    owner = record.owner.label
    return {MANAGED_BY: MANAGER} | ({OWNER_LABEL: owner} if owner else {})


def _content(record: Record) -> bytes:
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "application": record.application,
            "namespace": record.namespace,
            "destinationNamespace": record.destination_namespace,
            "owner": asdict(record.owner),
            "clusterUid": record.cluster_uid,
            "phase": record.phase,
            "revision": record.revision,
            "runUrl": record.run_url,
            "started": record.started,
            "finished": record.finished,
            "heals": record.heals,
            "healed": record.healed,
            "finalizers": record.finalizers,
            "syncOptions": record.sync_options,
            "inventory": [list(key) for key in sorted(record.inventory)],
            "operations": [asdict(operation) for operation in record.operations],
        }
    )


def _text(data: dict[str, str]) -> bytes:
    if _KEY in data:
        return base64.b64decode(data[_KEY])
    return gzip.decompress(base64.b64decode(data[_ZIPPED_KEY]))


def _record(content: JsonObject, data: dict[str, str]) -> Record:
    """Return the record; what schema 1 did not have yet has its default."""
    return Record(
        application=content["application"],
        phase=content["phase"],
        revision=content["revision"],
        run_url=content["runUrl"],
        started=content["started"],
        finished=content["finished"],
        inventory=tuple(ResourceKey(*key) for key in content["inventory"]),
        namespace=content.get("namespace", ""),
        destination_namespace=content.get("destinationNamespace", ""),
        owner=Owner(**_known(Owner, content.get("owner", {}))),
        cluster_uid=content.get("clusterUid", ""),
        operations=tuple(_operation(each) for each in content.get("operations", ())),
        targets={
            key.removeprefix(_TARGETS_KEY): base64.b64decode(text)
            for key, text in data.items()
            if key.startswith(_TARGETS_KEY)
        },
        heals=content.get("heals", 0),
        healed=content.get("healed", 0.0),
        finalizers=tuple(content.get("finalizers", ())),
        sync_options=tuple(content.get("syncOptions", ())),
    )


def _operation(content: JsonObject) -> Operation:
    values = _known(Operation, content)
    values["kind"] = OperationKind(values["kind"])
    values["approvals"] = tuple(values["approvals"])
    values["sources"] = tuple(RecordedSource(**_known(RecordedSource, each)) for each in values["sources"])
    return Operation(**values)


def _known(kind: Any, content: JsonObject) -> JsonObject:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in content.items() if name in names}
