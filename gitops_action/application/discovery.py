"""The Argo CD documents among a repository's files: applications, sets of them, and settings.

In: files that may hold some (path and bytes). Out: ``Discovered``. A file that cannot be read is a problem with its
place and does not hold up the others. Reads no file itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from gitops_action.application.parse import parse_application
from gitops_action.errors import GitOpsError, UsageError
from gitops_action.resource.yaml import load_documents
from gitops_action.resource.yaml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_action.application.application import Application
    from gitops_action.resource.resource import Json, JsonObject

ARGOCD_GROUP = "argoproj.io"
CONSUMED_KINDS = frozenset({"Application", "ApplicationSet", "AppProject"})
"""Kinds of ``argoproj.io`` that describe work for us and are never applied."""

SETTINGS_NAME = "argocd-cm"
MARKS = (b"argoproj.io/", SETTINGS_NAME.encode())
"""A file that holds none of these holds no document for us."""


class SameName(UsageError):
    """Two applications with one name; ``name`` is their namespace and name."""

    def __init__(self, summary: str, *, remedy: str, name: tuple[str, str]) -> None:
        super().__init__(summary, remedy=remedy)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One parsed document with its place."""

    file: str
    line: int
    value: JsonObject

    def __str__(self) -> str:
        """Return ``file:line``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What was found. ``problems`` are files that could not be read, in order of their paths."""

    applications: tuple[Application, ...] = ()
    settings: tuple[Document, ...] = ()
    applicationsets: tuple[Document, ...] = ()
    problems: tuple[GitOpsError, ...] = ()
    notes: tuple[str, ...] = ()

    def with_generated(self, generated: Sequence[Application]) -> Discovered:
        """Return what was found together with the applications of its sets; a name that two have is a problem."""
        together = (*self.applications, *generated)
        twice = _same_name(together)[len(_same_name(self.applications)) :]
        return replace(self, applications=together, problems=(*self.problems, *twice))


def may_hold_documents(text: bytes) -> bool:
    """Return whether a file is worth parsing: most of a repository's YAML is not about Argo CD."""
    return any(mark in text for mark in MARKS)


def discover(files: Iterable[tuple[str, bytes]]) -> Discovered:
    """Return the applications, sets and settings in these files, sorted by place."""
    documents: list[Document] = []
    problems: list[GitOpsError] = []
    texts: dict[str, bytes] = {}
    for path, text in files:
        try:
            loaded = load_documents(text, source=path)
        except UsageError as problem:
            problems.append(problem)
            continue
        texts[path] = text
        documents += [Document(file=path, line=line, value=v) for v, line in loaded if isinstance(v, dict)]
    applications = []
    for document in documents:
        if kind_of(document.value) != "Application":
            continue
        try:
            applications.append(
                parse_application(
                    document.value,
                    file=document.file,
                    line=document.line,
                    line_of=partial(line_of, texts[document.file], document.line),
                )
            )
        except UsageError as problem:
            problems.append(problem)
    return Discovered(
        applications=tuple(applications),
        settings=tuple(d for d in documents if _is_settings(d.value)),
        applicationsets=tuple(d for d in documents if kind_of(d.value) == "ApplicationSet"),
        problems=(*problems, *_same_name(applications)),
    )


def kind_of(value: Json) -> str:
    """Return the kind of a document that Argo CD's own controller would consume; empty for any other."""
    if not isinstance(value, dict):
        return ""
    group = str(value.get("apiVersion") or "").partition("/")[0]
    kind = str(value.get("kind") or "")
    return kind if group == ARGOCD_GROUP and kind in CONSUMED_KINDS else ""


def _is_settings(value: JsonObject) -> bool:
    return value.get("apiVersion") == "v1" and value.get("kind") == "ConfigMap" and _name(value) == SETTINGS_NAME


def _name(value: JsonObject) -> str:
    metadata = value.get("metadata")
    return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""


def _same_name(applications: Sequence[Application]) -> list[GitOpsError]:
    first: dict[tuple[str, str], Application] = {}
    problems: list[GitOpsError] = []
    for application in applications:
        known = first.setdefault((application.namespace, application.name), application)
        if known is not application:
            problems.append(
                SameName(
                    f"two Applications are named {application.name}: {known.file}:{known.line} and "
                    f"{application.file}:{application.line}",
                    remedy="Rename one of them, or narrow the input `applications` to the files that count.",
                    name=(application.namespace, application.name),
                )
            )
    return problems
