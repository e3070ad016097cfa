"""Parsed documents → resources: lists taken apart, what is no Kubernetes object refused by name.

In: the documents of a file, or of a renderer's output. Out: resources with their origin. Never guesses a missing field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.resource import Resource
from gitops_action.resource.resource import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource.resource import Json


def resources(documents: Iterable[tuple[Json, int]], *, file: str = "", source: str = "") -> Iterator[Resource]:
    """Yield the objects of the documents; empty ones are left out, lists are flattened (RND-33).

    ``file`` becomes their origin; ``source`` names a renderer in error messages.
    """
    for value, line in documents:
        if not value and not isinstance(value, (bool, int, float)):
            continue
        origin = Origin(file=file, line=line) if file else Origin()
        yield from _flatten(value, origin, f"{file}:{line}" if file else source)


def _flatten(value: Json, origin: Origin, where: str) -> Iterator[Resource]:
    if not isinstance(value, dict):
        raise ApplicationError(
            f"{where}: a document is no Kubernetes object but {_noun(value)}",
            remedy="Every document needs apiVersion, kind and metadata.",
        )
    if "items" in value and not ("spec" in value or "status" in value):
        items = value["items"]
        if items is None:
            return
        if isinstance(items, list):
            for item in items:
                yield from _flatten(item, origin, where)
            return
    resource = Resource(value, origin)
    problem = _problem(resource)
    if problem:
        raise ApplicationError(
            f"{where}: {problem}",
            remedy="Every object needs apiVersion, kind, and metadata with a name or generateName.",
        )
    yield resource


def _problem(resource: Resource) -> str:
    """Return what keeps an object from being one, or nothing."""
    value = resource.object
    for name in ("kind", "apiVersion"):
        if not isinstance(value.get(name), str) or not value[name]:
            label = f"{resource.kind or 'an object'} {resource.name}".rstrip()
            return f"{label} has no {name}"
    metadata = value.get("metadata")
    if not isinstance(metadata, dict):
        return f"{resource.kind} has no metadata"
    if not any(isinstance(metadata.get(name), str) and metadata[name] for name in ("name", "generateName")):
        given = metadata.get("name")
        return f"{resource.kind} has no name" if given in (None, "") else f"{resource.kind}: name {given!r} is no text"
    if not isinstance(metadata.get("namespace"), str | None):
        return f"{resource.kind} {resource.name}: namespace {metadata['namespace']!r} is no text"
    for name in ("annotations", "labels"):
        entries = metadata.get(name)
        if entries is None:
            continue
        if not isinstance(entries, dict):
            return f"{resource.kind} {resource.name}: metadata.{name} is {_noun(entries)}, not a mapping"
        bad = next((key for key, text in entries.items() if not isinstance(text, str | None)), None)
        if bad is not None:
            return f"{resource.kind} {resource.name}: {name[:-1]} {bad!r} is {_noun(entries[bad])}; put it in quotes"
    return ""


def _noun(value: Json) -> str:
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "nothing"
