"""Objects for the tests of the comparison: short YAML in, resources out."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import orjson

from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.ports import ApiKind
from gitops_action.resource import Resource
from gitops_action.resource.yaml import load_documents

ALL_VERBS = frozenset({"create", "delete", "get", "list", "patch", "update", "watch"})


def parse(text: str) -> Any:
    """Return the value of one YAML document."""
    documents = load_documents(dedent(text), source="test")
    return documents[0][0] if documents else {}


def resources(text: str) -> list[Resource]:
    """Return the objects of a YAML stream."""
    return [Resource(document) for document, _ in load_documents(dedent(text), source="test")]


def resource(text: str) -> Resource:
    """Return the object of a YAML document."""
    return Resource(parse(text))


def named(api_version: str, kind: str, content: Any, *, name: str = "web", namespace: str = "shop") -> Resource:
    """Return an object with this content, whose own metadata is kept."""
    metadata = {"name": name, "namespace": namespace, **content.get("metadata", {})}
    return Resource({"apiVersion": api_version, "kind": kind, **content, "metadata": metadata})


def owns(text: str) -> Any:
    """Return a ``fieldsV1`` tree from YAML whose fields go without their prefix."""
    return _prefixed(parse(text))


def _prefixed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {
        key if key == "." or key[:2] in ("k:", "v:", "i:", "z:") else f"f:{key}": _prefixed(below)
        for key, below in tree.items()
    }


def entry(manager: str, fields: Any, **differing: str) -> dict[str, Any]:
    """Return an entry of managedFields; Apply, ``apps/v1``, no subresource, unless told otherwise."""
    defaults = {"apiVersion": "apps/v1", "operation": "Apply", "fieldsType": "FieldsV1"}
    return {"manager": manager, "fieldsV1": fields, **defaults, **differing}


def owned_live(live: Resource, fields: Any, *others: dict[str, Any], manager: str = MANAGER) -> Resource:
    """Return a live object as the server sends it, with our entry and those of others."""
    ours = entry(manager, fields, apiVersion=live.api_version)
    return live.with_metadata(
        uid="0b6f", resourceVersion="7", generation=2, creationTimestamp="2026-01-01T00:00:00Z",
        managedFields=[ours, *others],
    )  # fmt: skip


def copied(value: Resource) -> Any:
    """Return an object's content as a value of its own."""
    return orjson.loads(orjson.dumps(value.object))


def api_kind(api_version: str, kind: str, plural: str, *, namespaced: bool = True, has_status: bool = True) -> ApiKind:
    """Return a kind that allows everything."""
    group, slash, version = api_version.rpartition("/")
    return ApiKind(
        group=group if slash else "",
        version=version,
        kind=kind,
        plural=plural,
        namespaced=namespaced,
        verbs=ALL_VERBS,
        has_status=has_status,
    )
