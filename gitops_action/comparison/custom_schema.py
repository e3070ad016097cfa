"""New objects of a kind that comes with the same change, judged by its CRD's schema, for no server knows it yet.

In: an object, and the structural schema of its version. Out: what the server will not have, each at its path and in
words that quote the schema and never the object. Not judged: patterns, which Go reads in another way, and CEL rules,
for which there is no library that is kept well; the sync tells those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema.exceptions import ValidationError

    from gitops_action.resource.resource import Json, JsonObject

_KEPT = (
    "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
    "minItems", "maxItems", "minProperties", "maxProperties",
)  # fmt: skip
_OBJECT = ("apiVersion", "kind", "metadata")
_LONGEST = 5


def violations(target: JsonObject, schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the server will not have of an object; empty where the schema has nothing against it."""
    from jsonschema import Draft4Validator  # noqa: PLC0415  # slow to import, and of use only where a CRD is new

    translated = _translated(schema, is_object=True)
    errors = sorted(Draft4Validator(translated).iter_errors(target), key=lambda error: list(map(str, error.path)))
    return tuple(dict.fromkeys(words for error in errors for words in _words(error)))[:_LONGEST]


def _translated(node: Mapping[str, Any], *, is_object: bool = False) -> dict[str, Any]:
    """Return a node of a structural schema as JSON Schema has it, with unknown fields forbidden."""
    found: dict[str, Any] = {name: node[name] for name in _KEPT if name in node}
    if node.get("x-kubernetes-int-or-string"):
        found["type"] = ["integer", "string"]
    elif "type" in node:
        found["type"] = node["type"]
    if node.get("nullable") and "type" in found:
        types = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*types, "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    if isinstance(items := node.get("items"), dict):
        found["items"] = _translated(items)
    if node.get("type") == "object":
        found |= _fields(node, is_object=is_object or bool(node.get("x-kubernetes-embedded-resource")))
    return found


def _fields(node: Mapping[str, Any], *, is_object: bool) -> dict[str, Any]:
    properties = node.get("properties") or {}
    additional = node.get("additionalProperties")
    translated = {name: _translated(below) for name, below in properties.items() if isinstance(below, dict)}
    if is_object:
        translated |= {name: {} for name in _OBJECT}
    is_open = node.get("x-kubernetes-preserve-unknown-fields") or (not properties and additional is None and is_object)
    found: dict[str, Any] = {"properties": translated}
    if isinstance(additional, dict):
        found["additionalProperties"] = _translated(additional)
    elif not is_open and additional is not True:
        found["additionalProperties"] = False
    # A default is filled in before anything is judged.
    required = [name for name in node.get("required") or () if "default" not in (properties.get(name) or {})]
    return found | ({"required": required} if required else {})


def _words(error: ValidationError) -> list[str]:
    path = ".".join(map(str, error.absolute_path)) or "the object"
    found: Json = error.instance
    said: Json = error.validator_value
    schema: Json = error.schema
    match error.validator:
        case "required":
            return [f"{path}: {name} is required" for name in said if name not in found]
        case "additionalProperties":
            return [f"{path}: unknown field {name!r:.80}" for name in found if name not in schema["properties"]]
        case "type":
            return [f"{path}: not of type {_listed(said)}"]
        case "enum":
            return [f"{path}: not one of {_listed(said)}"]
        case other:
            return [f"{path}: does not keep {other} {said!r:.80}"]


def _listed(value: Json) -> str:
    return ", ".join(map(str, value))[:200] if isinstance(value, list) else str(value)
