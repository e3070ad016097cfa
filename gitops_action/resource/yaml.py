"""YAML and JSON texts → values, as Go's sigs.k8s.io/yaml reads them, for that is what the API server would get.

In: the content of a file or the output of a renderer, never trusted. Out: the value of each document that is not
empty, with the line where it begins. Syntax errors, duplicate keys, values that JSON cannot hold, and texts that are
too large, too deep or blown up by aliases are errors naming file and line. Never reads a file.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Final

import yaml
from yaml.events import DocumentStartEvent, StreamEndEvent

from gitops_action.errors import UsageError
from gitops_action.resource.block_style import BlockReader, Unusual
from gitops_action.resource.composer import DEPTH_LIMIT, ComposeError, Composer
from gitops_action.resource.scalars import number_of_json

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json

SIZE_LIMIT: Final = 64 * 1024 * 1024
_INNER_BOM: Final = re.compile("[\n\r\x85\u2028\u2029]\ufeff")
"""Go takes the mark for the first letter of a key there, libyaml skips it."""


class YamlError(UsageError):
    """A text that is not the YAML that Kubernetes reads; ``source`` and ``line`` say where."""

    def __init__(self, problem: str, *, source: str, line: int) -> None:
        super().__init__(f"{source}:{line}: {problem}" if line else f"{source}: {problem}")
        self.problem = problem
        self.source = source
        self.line = line


def load_documents(text: bytes | str, *, source: str) -> list[tuple[Json, int]]:
    """Return value and 1-based line of each document that is not empty; ``source`` names the text in errors."""
    if len(text) > SIZE_LIMIT:
        raise YamlError(f"larger than {SIZE_LIMIT // 1024 // 1024} MiB", source=source, line=0)
    content = _decode(text, source) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    if content.lstrip()[:1] in ("{", "["):
        documents = _load_json(content)
        if documents is not None:
            return documents
    return _load_stream(content, source)


def _decode(data: bytes, source: str) -> str:
    encoding = "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(f"not {encoding.upper()} text: {error.reason}", source=source, line=line) from error


def _load_stream(text: str, source: str) -> list[tuple[Json, int]]:
    """Read each document by itself, where ``---`` alone on its line is all that divides them."""
    if "\ufeff" in text and (mark := _INNER_BOM.search(text)):
        line = text.count("\n", 0, mark.end()) + 1
        raise YamlError("byte order mark (U+FEFF) inside the text: remove it", source=source, line=line)
    lines = "\n" + text
    if "\n%" in lines or "\n..." in lines or lines.count("\n---") != lines.count("\n---\n"):
        return _load_yaml(text, source, 1)
    reader = BlockReader()
    documents: list[tuple[Json, int]] = []
    first_line = 0
    *parts, last = lines.split("\n---\n")
    for part in (*(part + "\n" for part in parts), last):
        try:
            document = reader.read(part)
        except Unusual:
            documents += _load_yaml(part, source, first_line)
        else:
            if document is not None and document[0] is not None:
                documents.append((document[0], document[1] + first_line))
        first_line += part.count("\n") + 1
    return documents


def _load_yaml(text: str, source: str, first_line: int) -> list[tuple[Json, int]]:
    """Read all documents of a text that begins at a line of its source."""
    documents: list[tuple[Json, int]] = []
    before = first_line - 1
    try:
        next_event = yaml.CSafeLoader(text).get_event
        composer = Composer(next_event, text)
        while type(event := next_event()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent:
                value, line = composer.document(event)
                if value is not None:
                    documents.append((value, line + before))
    except ComposeError as error:
        raise YamlError(str(error), source=source, line=error.line + before) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first_line
        raise YamlError(error.reason, source=source, line=line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(problem, source=source, line=mark.line + first_line if mark else 0) from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + first_line
        raise YamlError(f"not Unicode text: {error.reason}", source=source, line=line) from error
    return documents


def _load_json(text: str) -> list[tuple[Json, int]] | None:
    """Return the one document of a JSON text, or ``None`` where the YAML reader must decide (and find the line)."""
    try:
        value = _JSON.decode(text)
    except (ValueError, RecursionError):
        return None
    if _depth_exceeds(value, DEPTH_LIMIT):
        return None
    return [(value, text.count("\n", 0, len(text) - len(text.lstrip())) + 1)]


def _unique(pairs: list[tuple[str, Json]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate key")
    return value


def _no_constant(text: str) -> Json:
    raise ValueError(text)


_JSON: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=number_of_json, parse_float=number_of_json, parse_constant=_no_constant
)


def _depth_exceeds(value: Json, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for parent in level if isinstance(parent, dict | list) for child in _children(parent)]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def _children(parent: Json) -> Json:
    return parent.values() if isinstance(parent, dict) else parent
