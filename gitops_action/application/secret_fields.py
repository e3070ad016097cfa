"""The fields of one Secret or ConfigMap as texts, read so that no message can hold a value.

In: the document as YAML or as the API server gives it: ``data`` in base64, ``stringData`` as written, which wins as it
does on the API server. Out: texts by name. An error names the object and the field, never what stands in it.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource.resource import Json, JsonObject


def place_of(document: JsonObject) -> str:
    """Return ``Secret argocd/prod``, as far as the document says so."""
    metadata = metadata_of(document)
    namespace, name = metadata.get("namespace"), metadata.get("name")
    whole = "/".join(str(part) for part in (namespace, name) if part)
    return f"{document.get('kind')} {whole or 'without a name'}"


def metadata_of(document: JsonObject) -> Mapping[str, Json]:
    """Return ``metadata``; empty where it is no mapping."""
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def text_map(value: Json) -> dict[str, str]:
    """Return the texts of a mapping such as ``labels``."""
    return {key: each for key, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


class SecretFields:
    """Takes the fields of one Secret, and knows in the end which nobody asked for."""

    def __init__(self, document: JsonObject) -> None:
        self.place = place_of(document)
        self._texts = {**_decoded(document, self.place), **_plain(document, "stringData", self.place)}
        self._taken: set[str] = set()

    def text(self, name: str) -> str:
        """Return a field without surrounding space; empty where it is absent."""
        return self.exact(name).strip()

    def exact(self, name: str) -> str:
        """Return a field exactly as it is, as keys need it."""
        self._taken.add(name)
        return self._texts.get(name, "")

    def required(self, name: str) -> str:
        """Return a field that has to be there."""
        if not (text := self.text(name)):
            raise self.wrong(name, "is missing or empty", "Add it to the Secret, or remove the Secret.")
        return text

    def flag(self, name: str) -> bool:
        """Return a boolean field, as Go's ``ParseBool`` reads it."""
        match self.text(name):
            case "1" | "t" | "T" | "true" | "True" | "TRUE":
                return True
            case "" | "0" | "f" | "F" | "false" | "False" | "FALSE":
                return False
            case _:
                raise self.wrong(name, "is not a boolean", 'Write "true" or "false".')

    def number(self, name: str) -> int:
        """Return a field of digits; 0 where it is absent."""
        text = self.text(name)
        if not text:
            return 0
        if not (text.isascii() and text.isdigit()):
            raise self.wrong(name, "is not a number", "GitHub shows it in the settings of the App.")
        return int(text)

    def unknown(self) -> tuple[str, ...]:
        """Return the names of the fields that have no meaning here."""
        return tuple(sorted(name for name, text in self._texts.items() if text and name not in self._taken))

    def wrong(self, name: str, problem: str, remedy: str = "") -> UsageError:
        """Return the error that says what is wrong with a field."""
        return UsageError(f"{self.place}: field {name} {problem}", remedy=remedy)


def plain_data(document: JsonObject) -> dict[str, str]:
    """Return the ``data`` of a ConfigMap."""
    return _plain(document, "data", place_of(document))


def _decoded(document: JsonObject, place: str) -> dict[str, str]:
    texts = {}
    for name, encoded in _plain(document, "data", place).items():
        try:
            texts[name] = base64.b64decode("".join(encoded.split()), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise UsageError(
                f"{place}: field data.{name} is not base64 of a text",
                remedy="A Secret's `data` is base64; what is written as it is belongs under `stringData`.",
            ) from error
    return texts


def _plain(document: JsonObject, part: str, place: str) -> dict[str, str]:
    values = document.get(part)
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UsageError(f"{place}: {part} is not a mapping")
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise UsageError(
                f"{place}: field {part}.{name} is not a text", remedy="Put quotes around numbers and booleans."
            )
    return {name: value or "" for name, value in values.items() if isinstance(value, str) or value is None}
