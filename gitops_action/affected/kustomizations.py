"""Which files a kustomization reads: its own, those that its fields name, and the same of all bases and components.

In: the directory of a kustomization. Out: paths with the words for why. Each kustomization is read once a run, however
many applications build on it. What is written in place and URLs are no files; fields of no file (labels, images) name
none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.affected.tree import joined
from gitops_action.rendering.source_kind import KUSTOMIZATION_NAMES
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.affected.dependencies import Gathering
    from gitops_action.affected.tree import Links, Tree
    from gitops_action.resource.resource import Json, JsonObject

_PLUGINS = frozenset({"generators", "transformers", "validators"})
"""Fields whose entries are configurations of built-in plugins, or kustomizations that generate some."""
_ROOTS = frozenset({"resources", "bases", "components"}) | _PLUGINS
_FILES = frozenset(
    {
        *("crds", "configurations", "path", "paths", "files", "envs", "env", "patches", "patchesStrategicMerge"),
        *("valuesFile", "additionalValuesFiles"),
    }
)
"""Fields of kustomizations, and of the configuration of built-in plugins, that name files."""
_PLACES_IN_OBJECTS = frozenset({"fields", "fieldSpecs"})
"""Fields whose ``path`` is one inside an object."""


@dataclass(frozen=True, slots=True)
class _Root:
    """A kustomization to read. ``bases`` are the directories that paths in it may be relative to, its own first.

    There are more than one for the configuration of a plugin, which counts for the kustomization that runs the plugin.
    """

    directory: str
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """What one kustomization names. ``paths`` are files, or nothing yet: they may become directories."""

    files: tuple[str, ...]
    paths: tuple[str, ...]
    roots: tuple[_Root, ...]


class Kustomizations:
    """The kustomizations of a tree, each read once."""

    def __init__(self, tree: Tree, links: Links) -> None:
        self._tree = tree
        self._links = links
        self._known: dict[_Root, _Read] = {}

    def gather(self, directory: str, added: JsonObject, into: Gathering) -> None:
        """Add what a build of ``directory`` reads; ``added`` are fields that the application appends."""
        start = _Root(directory, (directory,))
        pending = [start]
        if any(added.values()):
            extra = self._follow([added], start)
            _add(extra, "a file that its source names", into)
            pending += extra.roots
        seen: set[tuple[str, bool]] = set()
        while pending:
            root = pending.pop()
            key = (root.directory, len(root.bases) > 1)
            if key in seen:
                continue
            seen.add(key)
            read = self._known.get(root)
            if read is None:
                read = self._known[root] = self._read(root)
            _add(read, f"part of the kustomization {root.directory or '.'}", into)
            pending += read.roots

    def _read(self, root: _Root) -> _Read:
        paths = [f"{root.directory}/{name}".lstrip("/") for name in KUSTOMIZATION_NAMES]
        texts = [(path, self._tree.read(path)) for path in paths]
        read = self._follow([value for path, text in texts if text is not None for value in _values(text, path)], root)
        return _Read(files=(*paths, *read.files), paths=read.paths, roots=read.roots)

    def _follow(self, values: list[Json], root: _Root) -> _Read:
        files: dict[str, None] = {}
        paths: dict[str, None] = {}
        roots: dict[_Root, None] = {}
        while values:
            value = values.pop()
            paths |= dict.fromkeys(_chart_homes(value, root.directory))
            for field, entry in _entries(value):
                is_plugin = field in _PLUGINS or len(root.bases) > 1
                if "\n" in entry:  # written in place: a patch, or the configuration of a plugin
                    values += [value for value in _values(entry, field) if _is_configuration(value)]
                elif field not in _ROOTS:
                    files |= dict.fromkeys(path for base in root.bases for path in _named(base, entry))
                elif (path := joined(root.directory, entry)) is None:
                    continue
                elif self._tree.is_dir(path):
                    real, passed = self._links.resolve(path)
                    files |= dict.fromkeys(passed)
                    if real is not None:
                        roots[_Root(real, (real, *root.bases) if is_plugin else (real,))] = None
                else:
                    paths[path] = None
                    text = self._tree.read(path) if is_plugin else None
                    values += [value for value in _values(text or b"", path) if _is_configuration(value)]
        return _Read(files=tuple(files), paths=tuple(paths), roots=tuple(roots))


def _chart_homes(value: Json, directory: str) -> Iterator[str]:
    """Yield the folder in which kustomize looks for charts, where it is to render some."""
    if isinstance(value, dict) and value.get("helmCharts"):
        settings = value.get("helmGlobals")
        home = settings.get("chartHome") if isinstance(settings, dict) else None
        place = joined(directory, str(home or "charts"))
        if place is not None:
            yield place


def _add(read: _Read, why: str, into: Gathering) -> None:
    for path in read.files:
        into.file(path, why)
    for path in read.paths:
        into.directory(path, why)


def _entries(value: Json, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below a field that names files, with the field's name."""
    match value:
        case dict():
            for key, child in value.items():
                if key not in _PLACES_IN_OBJECTS:
                    yield from _entries(child, key)
        case list():
            for child in value:
                yield from _entries(child, field)
        case str() if field in _ROOTS or field in _FILES:
            yield field, value


def _named(base: str, entry: str) -> Iterator[str]:
    """Yield the file that an entry means: as it is written, and of ``key=path`` the path."""
    for text in dict.fromkeys((entry, entry.partition("=")[2])):
        path = joined(base, text) if text else None
        if path is not None:
            yield path


def _values(text: bytes | str, source: str) -> list[Json]:
    try:
        return [value for value, _ in load_documents(text, source=source)]
    except YamlError:
        return []  # the rendering fails on the same file, which is a dependency already


def _is_configuration(value: Json) -> bool:
    return isinstance(value, dict) and value.get("apiVersion") == "builtin"
