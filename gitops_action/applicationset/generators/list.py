"""``list``: the elements are the parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.applicationset.generators.context import Fields
from gitops_action.errors import ApplicationError, UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import Json, JsonObject


def generate(spec: JsonObject, context: Context) -> list[Params]:
    """Return the elements: with Go templates as they are, else texts alone, and ``values`` with a prefix."""
    elements = spec.get("elements") or []
    fields = Fields(spec, "list")
    text = fields.text("elementsYaml")
    fields.check()
    if not isinstance(elements, list):
        raise ApplicationError("list.elements is no list", remedy="Write a list of mappings.")
    params = [_object(element, f"list.elements[{index}]") for index, element in enumerate(elements)]
    if not context.engine.is_go:
        params = [_texts(each) for each in params]
    return params + _of_yaml(text)


def _object(element: Json, place: str) -> Params:
    if element is None:
        return {}
    if not isinstance(element, dict):
        raise ApplicationError(f"{place} is no mapping", remedy="Write the parameters as keys and values.")
    return element


def _texts(element: Params) -> Params:
    params: Params = {}
    for key, value in element.items():
        if key == "values":
            if not isinstance(value, dict):
                raise ApplicationError("values of a list's element is no mapping", remedy="Write keys and texts.")
            params.update({f"values.{name}": _text(f"values.{name}", item) for name, item in value.items()})
        else:
            params[key] = _text(key, value)
    return params


def _text(key: str, value: Json) -> str:
    if not isinstance(value, str):
        raise ApplicationError(
            f"{key} of a list's element is no text", remedy="Put it into quotes, or set goTemplate: true."
        )
    return value


def _of_yaml(text: str) -> list[Params]:
    if not text.strip():
        return []
    try:
        documents = load_documents(text, source="list.elementsYaml")
    except UsageError as error:
        raise ApplicationError(str(error), remedy="Correct elementsYaml of the list generator.") from error
    elements = documents[0][0] if documents else []
    if not isinstance(elements, list):
        raise ApplicationError("list.elementsYaml is no list", remedy="Write a list of mappings.")
    return [_object(element, f"list.elementsYaml[{index}]") for index, element in enumerate(elements)]
