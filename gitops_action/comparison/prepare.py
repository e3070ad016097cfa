"""The target as it is compared, dry-run and applied: Secrets folded, fields of the server taken away (W-12, W-14).

In: a tracked target and its kind. Out: the object that is sent. Never adds a default.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from gitops_action.comparison.quantity import canonical_base64

if TYPE_CHECKING:
    from gitops_action.ports import ApiKind
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject


def prepare(target: Resource, kind: ApiKind | None) -> Resource:
    """Return the target to send: without ``creationTimestamp: null``, without a status that is a subresource."""
    prepared = target
    metadata = target.metadata
    if "creationTimestamp" in metadata and metadata["creationTimestamp"] is None:
        prepared = prepared.with_object({**prepared.object, "metadata": _less(metadata, "creationTimestamp")})
    if kind is not None and kind.has_status and "status" in prepared.object:
        prepared = prepared.with_object(_less(prepared.object, "status"))
    match (target.api_version, target.kind):
        case ("v1", "Secret"):
            return _folded(prepared)
        case ("v1", "ConfigMap") if isinstance(binary := prepared.object.get("binaryData"), dict):
            return prepared.with_object({**prepared.object, "binaryData": _in_one_line(binary)})
        case _:
            return prepared


def _less(value: JsonObject, name: str) -> JsonObject:
    return {key: below for key, below in value.items() if key != name}


def _folded(secret: Resource) -> Resource:
    """Move ``stringData`` into ``data``, where it wins; what is no text stays, for the server to refuse (DIF-7)."""
    data = secret.object.get("data") or {}
    strings = secret.object.get("stringData") or {}
    if not isinstance(data, dict) or not isinstance(strings, dict):
        return secret
    rest = _less(secret.object, "stringData")
    if not data and not strings:
        return secret.with_object(rest)
    encoded = {key: _encoded(value) for key, value in strings.items()}
    return secret.with_object({**rest, "data": {**_in_one_line(data), **encoded}})


def _in_one_line(data: JsonObject) -> JsonObject:
    """Return base64 texts as the server stores them; what it would refuse stays as it is."""
    return {
        key: "" if value is None else value if (text := canonical_base64(value)) is None else text
        for key, value in data.items()
    }


def _encoded(value: Json) -> Json:
    if value is None:
        return ""
    return base64.b64encode(value.encode()).decode() if isinstance(value, str) else value
