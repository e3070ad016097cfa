"""``templatePatch``: a strategic merge patch of an Application (APS-6).

Mappings are merged, a null removes, lists are replaced, for no list of an Application has a merge key; only finalizers
are a set that a patch adds to. Directives: ``$patch`` (``replace``, ``delete``) and ``$deleteFromPrimitiveList``. In:
the application and the rendered text of the patch. Out: the patched application, in the project that it was in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError, UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject

_FINALIZERS = "finalizers"
_REMOVED = "$deleteFromPrimitiveList/"
_DIRECTIVE = "$patch"
_ORDERS = ("$setElementOrder/", "$retainKeys")


def patched(application: JsonObject, text: str) -> JsonObject:
    """Return the application with the patch; raises ``ApplicationError`` where the text is no patch."""
    try:
        documents = load_documents(text, source="templatePatch")
    except UsageError as error:
        raise ApplicationError(str(error), remedy="The patch must be YAML or JSON once it is rendered.") from error
    patch = documents[0][0] if documents else {}
    if not isinstance(patch, dict) or not all(isinstance(patch.get(key, {}), dict | None) for key in _MAPPINGS):
        raise ApplicationError("templatePatch is no Application", remedy="Write metadata and spec as mappings.")
    result = _merged(application, patch)
    spec = {key: value for key, value in (result.get("spec") or {}).items() if key != "project"}
    of_project = {"project": application["spec"]["project"]} if "project" in application["spec"] else {}
    return {**result, "spec": {**of_project, **spec}}


_MAPPINGS = ("metadata", "spec")


def _merged(original: JsonObject, patch: JsonObject) -> JsonObject:
    match patch.get(_DIRECTIVE):
        case None:
            result = dict(original)
        case "delete":
            return {}
        case "replace":
            return {key: _plain(value) for key, value in patch.items() if key != _DIRECTIVE and value is not None}
        case other:
            raise ApplicationError(f"templatePatch has an unknown directive $patch: {other}", remedy="Remove it.")
    for key, value in patch.items():
        if key == _DIRECTIVE or key.startswith(_ORDERS):
            continue
        if key.startswith(_REMOVED):
            _remove(result, key.removeprefix(_REMOVED), value)
        elif value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _merged(result[key], value)
        elif key == _FINALIZERS and isinstance(value, list) and isinstance(result.get(key), list):
            result[key] = [*result[key], *(each for each in value if each not in result[key])]
        else:
            result[key] = _plain(value)
    return result


def _remove(result: JsonObject, key: str, values: Json) -> None:
    if isinstance(result.get(key), list) and isinstance(values, list):
        result[key] = [each for each in result[key] if each not in values]


def _plain(value: Json) -> Json:
    """Return a value that is new in the document: without nulls and directives."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None and not key.startswith("$")}
    return value
