"""The target as it is compared, dry-run and applied: Secrets folded, fields of the server taken away (W-12, W-14).

In: a tracked target and its kind. Out: the object that is sent. Never adds a default.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

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
    return _folded(prepared) if target.api_version == "v1" and target.kind == "Secret" else prepared


def _less(value: JsonObject, name: str) -> JsonObject:
    return {key: below for key, below in value.items() if key != name}


def _folded(secret: Resource) -> Resource:
    """Move ``stringData`` into ``data``, where it wins; what is no text stays, for the server to refuse (DIF-7)."""
    data = secret.object.get("data")
    strings = secret.object.get("stringData")
    if not isinstance(data or {}, dict) or not isinstance(strings or {}, dict) or (not strings and not data):
        return secret if strings else secret.with_object(_less(secret.object, "stringData"))
    folded = {
        **{key: "" if value is None else value for key, value in (data or {}).items()},
        **{key: _encoded(value) for key, value in (strings or {}).items()},
    }
    return secret.with_object({**_less(secret.object, "stringData"), "data": folded})


def _encoded(value: Json) -> Json:
    if value is None:
        return ""
    return base64.b64encode(value.encode()).decode() if isinstance(value, str) else value
