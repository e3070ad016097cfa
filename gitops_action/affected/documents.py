"""Which of Argo CD's documents differ between two versions of a file.

In: the content at base and at head, ``None`` where the file is absent. Out: the keys of the documents that are new,
gone or different. In a file of many documents only the edited ones count. A version that cannot be read holds none:
that is how the files are searched for documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.affected.dependencies import DocumentKey
from gitops_action.application.discovery import SETTINGS_NAME, kind_of, may_hold_documents
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject


def changed_documents(path: str, before: bytes | None, after: bytes | None) -> frozenset[DocumentKey]:
    """Return what differs."""
    if before == after:
        return frozenset()
    old, new = _documents(path, before), _documents(path, after)
    return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _documents(path: str, text: bytes | None) -> dict[DocumentKey, list[Json]]:
    """Return the documents by key; of one key there may be several."""
    found: dict[DocumentKey, list[Json]] = {}
    if text is None or not may_hold_documents(text):
        return found
    try:
        loaded = load_documents(text, source=path)
    except UsageError:
        return found
    for value, _ in loaded:
        key = _key(value)
        if key is not None:
            found.setdefault(key, []).append(value)
    return found


def _key(value: Json) -> DocumentKey | None:
    if not isinstance(value, dict):
        return None
    name, namespace = _metadata(value, "name"), _metadata(value, "namespace")
    match kind_of(value):
        case "Application":
            return DocumentKey("Application", namespace or "argocd", name)
        case "":
            is_settings = value.get("apiVersion") == "v1" and value.get("kind") == "ConfigMap" and name == SETTINGS_NAME
            return DocumentKey("ConfigMap", "", name) if is_settings else None
        case kind:
            return DocumentKey(kind, "", name)


def _metadata(value: JsonObject, field: str) -> str:
    metadata = value.get("metadata")
    return str(metadata.get(field) or "") if isinstance(metadata, dict) else ""
