"""``.argocd-source.yaml``: parameters beside the manifests, merged into the source of the Application.

In: a source, and the texts of the override files in the order in which they count. Out: the source with them merged in,
as an RFC 7396 patch of its document. Where a source lies is never overridden.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.parse import parse_source
from gitops_action.errors import ApplicationError
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.application import Source
    from gitops_action.resource.resource import Json, JsonObject

COMMON_FILE = ".argocd-source.yaml"


def override_names(instance: str) -> tuple[str, str]:
    """Return the names of the files that may override an application's source, the later one wins."""
    return COMMON_FILE, f".argocd-source-{instance}.yaml"


def overridden(
    source: Source, overrides: Iterable[tuple[str, bytes]]
) -> tuple[Source, tuple[ApplicationCondition, ...]]:
    """Return the source with each (file, text) merged in, and a condition for each field without meaning.

    Raises ``ApplicationError`` naming the file that cannot be read, or holds a field of the wrong type.
    """
    strange: list[ApplicationCondition] = []
    for file, text in overrides:
        merged = _merged(_document(source), _patch(file, text))
        changed, problems, unknown = parse_source(merged)
        if problems:
            raise ApplicationError(f"{file}: {problems[0]}", remedy="Write it as in spec.source of an Application.")
        source = replace(
            source, helm=changed.helm, kustomize=changed.kustomize, directory=changed.directory, plugin=changed.plugin
        )
        strange += [
            ApplicationCondition(
                type=ConditionType.UNSUPPORTED_WARNING,
                message=f"{file}: unknown field {field} has no effect",
                remedy="Remove the field, or correct its spelling.",
            )
            for field in unknown
        ]
    return source, tuple(strange)


def _patch(file: str, text: bytes) -> JsonObject:
    try:
        documents = load_documents(text, source=file)
    except YamlError as error:
        raise ApplicationError(error.summary, remedy="Correct the YAML.") from error
    patch = documents[0][0] if documents else {}
    if not isinstance(patch, dict):
        raise ApplicationError(f"{file} is not a mapping", remedy="Write it as spec.source of an Application.")
    return patch


def _document(value: Any) -> Any:
    """Return a dataclass as its document: what is not set is left out."""
    if isinstance(value, tuple):
        return [_document(each) for each in value]
    if not is_dataclass(value):
        return value
    named = {_camel(each.name): getattr(value, each.name) for each in fields(value)}
    return {name: _document(each) for name, each in named.items() if each not in ("", (), None, False)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join("URL" if word == "url" else word.capitalize() for word in rest)


def _merged(old: Json, patch: Json) -> Json:
    if not isinstance(patch, dict):
        return patch
    merged: JsonObject = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
