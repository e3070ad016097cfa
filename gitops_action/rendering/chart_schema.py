"""``values.schema.json`` of a chart: what it refers to must lie in itself.

In: a chart's directory. Out: nothing, or an ``ApplicationError``. helm would read any file and fetch any URL that a
schema names, loopback addresses without a proxy; a schema of a pull request must not reach either.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import orjson

from gitops_action.errors import ApplicationError
from gitops_action.rendering.complete import regular_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.rendering.checkout import Checkout
    from gitops_action.resource.resource import Json

_NAME = "values.schema.json"
_HELMS_BASE = "file:///values.schema.json"
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef", "$schema")
_BUILT_IN_HOST = "json-schema.org"


def require_local_schemas(checkout: Checkout, directory: str) -> None:
    """Refuse a chart with a schema, its own or a vendored subchart's, that refers to another document."""
    for entry in regular_files(checkout, directory):
        if entry.name != _NAME:
            continue
        try:
            schema = orjson.loads(Path(entry.path).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            continue  # helm reports both, and refers to nothing
        foreign = next(_foreign_references(schema), None)
        if foreign is not None:
            raise ApplicationError(
                f"{checkout.relative(entry.path)} refers to {foreign}, which is not fetched",
                remedy="Copy the definitions into the schema, or set spec.source.helm.skipSchemaValidation.",
            )


def _foreign_references(schema: Json) -> Iterator[str]:
    """Yield references that no ``$id`` of the schema answers."""
    found = list(_texts(schema))
    root = urljoin(_HELMS_BASE, str(schema.get("$id") or schema.get("id") or "")) if isinstance(schema, dict) else ""
    bases = {_HELMS_BASE, root} | {urljoin(root, text) for key, text in found if key in ("$id", "id")}
    known = {urldefrag(base).url for base in bases}
    for key, text in found:
        if key not in _REFERENCES or urlsplit(text).hostname == _BUILT_IN_HOST:
            continue
        if not any(urldefrag(urljoin(base, text)).url in known for base in bases):
            yield text


def _texts(value: Json) -> Iterator[tuple[str, str]]:
    pending = [value]
    while pending:
        match pending.pop():
            case dict() as mapping:
                yield from ((key, text) for key, text in mapping.items() if isinstance(text, str))
                pending.extend(mapping.values())
            case list() as items:
                pending.extend(items)
