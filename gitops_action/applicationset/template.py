"""The template of a set: a generator's own merged with the set's, and the document that both are filled into (APS-5).

In: mappings as they are written. Out: new ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.applicationset.fields import METADATA

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject

FINALIZER = "resources-finalizer.argocd.argoproj.io"
_WHOLE = frozenset({"valuesObject"})
"""Fields whose mapping is one value to Argo CD."""


def merged(own: JsonObject, base: JsonObject) -> JsonObject:
    """Return a generator's template in which the set's fills what is empty."""
    result = dict(own)
    for key, value in base.items():
        there = result.get(key)
        if isinstance(there, dict) and isinstance(value, dict) and there and key not in _WHOLE:
            result[key] = merged(there, value)
        elif _is_empty(there):
            result[key] = value
    return result


def _is_empty(value: Json) -> bool:
    return not value


def document(template: JsonObject) -> JsonObject:
    """Return the ``Application`` that a template makes, its fields not rendered yet."""
    metadata = template.get("metadata")
    known = {key: metadata[key] for key in METADATA if key in metadata} if isinstance(metadata, dict) else {}
    return {"metadata": known, "spec": template.get("spec") or {}}
