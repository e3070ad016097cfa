"""What every check begins and ends with: documents read from the files that it names, and JSON as the answer.

In: paths as the user wrote them; ``-`` is standard input. Out: documents with their place, and one JSON value on
stdout. A file that cannot be read is a ``UsageError`` naming it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from gitops_action.application.discovery import Document
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.resource.resource import Json

STANDARD_INPUT = "-"


def read_documents(path: str) -> tuple[Document, ...]:
    """Return the documents of a YAML or JSON file in their order.

    Raises ``UsageError`` where it cannot be read, or holds something that is no mapping.
    """
    documents = []
    for value, line in load_documents(read_bytes(path), source=_shown(path)):
        if not isinstance(value, dict):
            raise UsageError(f"{_shown(path)}:{line}: not a mapping", remedy="Write Kubernetes objects into the file.")
        documents.append(Document(file=_shown(path), line=line, value=value))
    return tuple(documents)


def read_bytes(path: str) -> bytes:
    """Return the content of a file.

    Raises ``UsageError`` where it cannot be read.
    """
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path}: {reason}", remedy="Name a file that exists and can be read.") from error


def only(documents: Sequence[Document], kind: str, path: str) -> Document:
    """Return the one document of this kind.

    Raises ``UsageError`` where there is none, or more than one.
    """
    found = [document for document in documents if document.value.get("kind") == kind]
    if len(found) != 1:
        count = "no" if not found else f"{len(found)} documents of kind"
        raise UsageError(f"{_shown(path)}: {count} {kind}", remedy=f"Name a file that holds one {kind}.")
    return found[0]


def answer(value: Json) -> None:
    """Write the answer."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _shown(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path
