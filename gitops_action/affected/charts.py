"""Which files a Helm source reads: the chart, charts that it depends on by ``file://``, and files of values.

In: a source and its build environment. Out: paths with the words for why. Every file below a chart's directory counts:
templates read what they like of it (``.Files``), so ``.helmignore`` is not looked at.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gitops_action.affected.rules import ValueFileGlob
from gitops_action.affected.tree import joined
from gitops_action.rendering.build_environment import substitute
from gitops_action.rendering.value_files import MAGIC, REFERENCE
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.affected.dependencies import Gathering
    from gitops_action.affected.tree import Links, Tree
    from gitops_action.application.application import HelmSource

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ``$NAME`` stands for in an application's texts: variables, and sources; some of those are ``elsewhere``."""

    variables: Mapping[str, str]
    elsewhere: frozenset[str] = frozenset()


class Charts:
    """The charts of a tree, each read once."""

    def __init__(self, tree: Tree, links: Links) -> None:
        self._tree = tree
        self._links = links
        self._known: dict[str, tuple[str, ...]] = {}

    def gather(self, directory: str, source: HelmSource, names: Names, into: Gathering) -> None:
        """Add what helm reads for a source whose chart is in ``directory``."""
        into.directory(directory, f"part of the chart {directory or '.'}")
        pending = list(self._dependencies(directory))
        seen = {directory}
        while pending:
            place = pending.pop()
            if place not in seen:
                seen.add(place)
                into.directory(place, f"part of the chart {place or '.'}, which {directory or '.'} depends on")
                pending += self._dependencies(place)
        _gather_files(directory, source.value_files, source, names, into)

    def gather_referenced(self, source: HelmSource, names: Names, into: Gathering) -> None:
        """Add what helm reads of this repository for a source whose chart is elsewhere: files by ``$ref``."""
        entries = tuple(entry for entry in source.value_files if _is_reference(entry, names))
        parameters = tuple(each for each in source.file_parameters if _is_reference(each.path, names))
        _gather_files("", entries, replace(source, file_parameters=parameters), names, into)

    def _dependencies(self, chart: str) -> tuple[str, ...]:
        """Return the directories of the charts that a chart depends on by ``file://``."""
        known = self._known.get(chart)
        if known is None:
            real = self._links.resolve(chart)[0]
            text = self._tree.read(f"{chart}/Chart.yaml".lstrip("/"))
            places = (joined(real or "", entry) for entry in _local_repositories(text or b""))
            known = self._known[chart] = tuple(place for place in places if place is not None)
        return known


def _local_repositories(text: bytes) -> list[str]:
    if b"file://" not in text:
        return []
    try:
        documents = load_documents(text, source="Chart.yaml")
    except YamlError:
        return []  # helm fails on the same file, which is a dependency already
    chart = documents[0][0] if documents else None
    declared = chart.get("dependencies") if isinstance(chart, dict) else None
    repositories = [each.get("repository") for each in declared or () if isinstance(each, dict)]
    return [
        unquote(each.removeprefix("file://"))
        for each in repositories
        if isinstance(each, str) and each.startswith("file://")
    ]


def _gather_files(directory: str, entries: tuple[str, ...], source: HelmSource, names: Names, into: Gathering) -> None:
    for entry in entries:
        _value_file(directory, _written(entry, names), into)
    for parameter in source.file_parameters:
        path = _written(parameter.path, names)
        if path is not None:
            into.file(_from_root(directory, path), f"the value of its parameter {parameter.name}")


def _is_reference(entry: str, names: Names) -> bool:
    reference = REFERENCE.fullmatch(entry)
    return reference is not None and reference[1] not in names.variables


def _value_file(directory: str, path: str | None, into: Gathering) -> None:
    if path is None:
        return
    if not MAGIC.search(path):
        into.file(_from_root(directory, path), "a file of values")
        return
    parts = [part for part in path.split("/") if part]
    plain = next(number for number, part in enumerate(parts) if MAGIC.search(part))
    base = _from_root(directory, "/".join(parts[:plain]) if not path.startswith("/") else "/" + "/".join(parts[:plain]))
    pattern = "/".join(parts[plain:])
    if ".." in parts[plain:]:  # such a pattern may reach anything
        into.directory("", f"a file of values that {path} may match")
    else:
        into.selection(base, ValueFileGlob.of(pattern), f"a file of values that {path} matches")


def _written(entry: str, names: Names) -> str | None:
    """Return an entry with variables replaced, one of another source as a path from the root (RND-19).

    ``None`` for what is not of this repository: a URL, or a file of a source that is elsewhere.
    """
    reference = REFERENCE.fullmatch(entry)
    if reference and reference[1] not in names.variables:
        if reference[1] in names.elsewhere:
            return None
        entry = f"/{reference[2].lstrip('/')}"
    path = substitute(entry, names.variables)
    return None if _SCHEME.match(path) or "\0" in path else path


def _from_root(directory: str, path: str) -> str:
    return path.lstrip("/") if path.startswith("/") else posixpath.join(directory, path)
