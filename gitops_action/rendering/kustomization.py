"""The kustomizations that one build will read, looked at before the build.

In: the directory of a kustomization. Out: its root directory and those of all bases and components, what is to be
fetched, and an ``ApplicationError`` for whatever else would come from a network or from outside the repository.
Kustomize's own load restrictor keeps the files of each root inside it; what this module adds are the roots themselves
and the URLs.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import require_path
from gitops_action.rendering.source_kind import KUSTOMIZATION_NAMES
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_action.rendering.checkout import Checkout
    from gitops_action.resource.resource import Json, JsonObject

_ROOTS = ("resources", "bases", "components", "generators", "transformers", "validators")
"""Fields whose entries are other roots, files or URLs."""
FETCHED_FIELDS = ("resources", "bases", "components")
"""Fields whose URLs are fetched, where the run fetches."""
_PATHS = frozenset(
    (
        *_ROOTS,
        *("crds", "configurations", "path", "paths", "files", "envs", "env", "patchesStrategicMerge"),
        *("repo", "chartRepoUrl", "valuesFile", "additionalValuesFiles"),
    )
)
"""Fields of kustomizations and of the configuration of built-in plugins that kustomize may load from a URL."""
_CHART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REMOTE = re.compile(r"(?:git::|[a-z][a-z0-9+.-]*://|[a-z][a-z0-9-]*@|github\.com[/:]|oci:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """What a build reads: the real paths of its roots, the built one first, and links by which it reaches some."""

    directories: tuple[str, ...]
    links: Mapping[str, str]
    """Path of a link, or through one → real path."""
    remotes: tuple[tuple[str, str], ...] = ()
    """Each root with an entry of its kustomization that is to be fetched."""
    charts: tuple[tuple[str, RemoteChart], ...] = ()
    """Each root with a chart that is to be fetched into it."""
    files: tuple[str, ...] = ()
    """Files outside of the roots, where the build may read such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """What a build may read: whether URLs are fetched for it, files outside of its roots, and charts for helm."""

    fetches: bool = False
    leaves_roots: bool = False
    charts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteChart:
    """An entry of ``helmCharts``; ``place`` is the folder below the root in which kustomize looks for it."""

    name: str
    repository: str
    version: str
    place: str


@dataclass(slots=True)
class _Walk:
    checkout: Checkout
    rules: ReadingRules = field(default_factory=ReadingRules)
    remotes: list[tuple[str, str]] = field(default_factory=list)
    charts: list[tuple[str, RemoteChart]] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    roots: dict[str, None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)

    def visit(self) -> None:
        """Read the pending roots and all that they lead to, each once."""
        while self.pending:
            root = self.pending.pop(0)
            if root in self.roots:
                continue
            self.roots[root] = None
            path = kustomization_file(root)
            if path is not None:  # otherwise kustomize says so better, and names what refers to it
                value, text = read_kustomization(path, self.checkout)
                self.check(value, root, text, path)

    def check(self, value: JsonObject, root: str, text: str, path: str) -> None:
        """Follow the fields of a kustomization, or of what an application adds to it."""
        fetched = self._fetched(value, root) if self.rules.fetches and text else frozenset()
        self._refuse_remote(value, text, path, fetched)
        if self.rules.leaves_roots:
            self._keep_inside(value, root, text, path)
        for name in _ROOTS:
            entries = value.get(name)
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, str) and entry not in fetched:
                    self._follow(entry, root, text, path)

    def _fetched(self, value: JsonObject, root: str) -> frozenset[str]:
        """Note the entries that are to be fetched."""
        lists = [entries for name in FETCHED_FIELDS if isinstance(entries := value.get(name), list)]
        texts = [entry for entries in lists for entry in entries if isinstance(entry, str) and "\n" not in entry]
        found = dict.fromkeys(entry for entry in texts if _REMOTE.match(entry))
        self.remotes += [(root, entry) for entry in found]
        charts = list(_charts(value, root)) if self.rules.charts else []
        self.charts += [(root, chart) for chart in charts]
        return frozenset((*found, *(chart.repository for chart in charts)))

    def _keep_inside(self, value: JsonObject, root: str, text: str, path: str) -> None:
        """Refuse files outside of the repository, where kustomize's load restrictor is off."""
        for entry in _path_entries(value):
            if "\n" in entry or _REMOTE.match(entry):
                continue
            require_path(entry)
            place = os.path.realpath(os.path.join(root, entry))  # noqa: PTH118  # may not exist
            if not self.checkout.contains(place) or ".git" in Path(self.checkout.relative(place)).parts:
                raise ApplicationError(
                    f"{self._where(path, text, entry)}: {entry} is outside of the repository",
                    remedy="Copy what is needed into the repository.",
                )
            if Path(place).is_file():
                self.files[place] = None

    def _follow(self, entry: str, root: str, text: str, path: str) -> None:
        if "\n" in entry:  # the configuration of a plugin, written in place
            self._check_file(entry, path, root)
            return
        require_path(entry)
        written = os.path.normpath(os.path.join(root, entry))  # noqa: PTH118  # may not exist
        place = os.path.realpath(written)
        if not self.checkout.contains(place):
            raise ApplicationError(
                f"{self._where(path, text, entry)}: {entry} is outside of the repository",
                remedy="Bases and resources must be files of the repository: copy what is needed into it.",
            )
        if Path(place).is_dir():
            if place != written:
                self.links[written] = place
            self.pending.append(place)
        elif Path(place).is_file():
            self._check_file(Path(place).read_text(encoding="utf-8", errors="replace"), place, root)

    def _where(self, path: str, text: str, entry: str) -> str:
        """Return file and line of an entry; what the application adds has no text."""
        return f"{self.checkout.relative(path)}:{_line(text, entry)}" if text else path

    def _check_file(self, text: str, path: str, root: str) -> None:
        """Look for URLs in what may be the configuration of a built-in plugin."""
        if "builtin" not in text:
            return
        try:
            documents = load_documents(text, source=self.checkout.relative(path))
        except YamlError:
            return  # kustomize reads the same file and reports it
        for value, _ in documents:
            if isinstance(value, dict) and value.get("apiVersion") == "builtin":
                self._refuse_remote(value, text, path)
                if self.rules.leaves_roots:
                    self._keep_inside(value, root, text, path)

    def _refuse_remote(self, value: JsonObject, text: str, path: str, fetched: frozenset[str] = frozenset()) -> None:
        for entry in _path_entries(value):
            if "\n" not in entry and entry not in fetched and _REMOTE.match(entry):
                raise ApplicationError(
                    f"{self._where(path, text, entry)}: {_without_credentials(entry)} is not in the repository,"
                    " and only resources and components of a kustomization are fetched",
                    remedy="Copy it into the repository.",
                )


def kustomization_roots(
    directory: str,
    checkout: Checkout,
    added: JsonObject | None = None,
    *,
    rules: ReadingRules | None = None,
) -> Roots:
    """Return what a build of ``directory`` reads; ``added`` are fields that the application appends to it.

    Where the run fetches, remote bases and resources are returned; otherwise they are refused like all other URLs.
    """
    start = os.path.realpath(directory)
    walk = _Walk(checkout, rules=rules or ReadingRules(), pending=[start])
    walk.check(added or {}, start, "", "spec.source.kustomize")
    walk.visit()
    return Roots(
        directories=tuple(walk.roots),
        links=walk.links,
        remotes=tuple(walk.remotes),
        charts=tuple(walk.charts),
        files=tuple(walk.files),
    )


def kustomization_file(directory: str) -> str | None:
    """Return the path of a directory's kustomization, or ``None`` where it has none."""
    paths = (f"{directory}/{name}" for name in KUSTOMIZATION_NAMES)
    return next((path for path in paths if Path(path).is_file()), None)


def read_kustomization(path: str, checkout: Checkout) -> tuple[JsonObject, str]:
    """Return a kustomization as a value, and its text; a path out of the repository or broken YAML is an error."""
    where = checkout.relative(path)
    if not checkout.contains(path):
        raise ApplicationError(f"{where} is a link out of the repository", remedy="Replace the link by the file.")
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    try:
        documents = load_documents(text, source=where)
    except YamlError as error:
        raise ApplicationError(error.summary, detail=error.detail, remedy="Correct the kustomization.") from error
    values = [value for value, _ in documents]
    if len(values) > 1 or not all(isinstance(value, dict) for value in values):
        raise ApplicationError(f"{where} is not one YAML mapping", remedy="A kustomization is a single document.")
    return (values[0] if values else {}), text


def _path_entries(value: Json, name: str = "") -> Iterator[str]:
    """Yield every text below a field that names files; of ``key=path`` the path."""
    match value:
        case dict():
            for key, child in value.items():
                yield from _path_entries(child, key)
        case list():
            for child in value:
                yield from _path_entries(child, name)
        case str() if name in _PATHS:
            key, equals, path = value.partition("=")
            yield path if name == "files" and equals and "/" not in key else value


def _charts(value: JsonObject, root: str) -> Iterator[RemoteChart]:
    """Yield the charts that kustomize would have helm pull: those that are not in its folder of charts."""
    settings = value.get("helmGlobals")
    home = str(settings.get("chartHome") or "charts") if isinstance(settings, dict) else "charts"
    entries = value.get("helmCharts")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or not entry.get("repo"):
            continue
        name, version = str(entry.get("name")), str(entry.get("version") or "")
        place = os.path.normpath(f"{home}/{name}-{version}" if version else home)
        require_path(place)
        is_plain = _CHART_NAME.fullmatch(name) and not place.startswith(("/", ".."))
        if is_plain and not Path(root, place, name).exists():
            yield RemoteChart(name=name, repository=str(entry["repo"]), version=version or "*", place=place)


def _line(text: str, entry: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if entry in line), 1)


def _without_credentials(url: str) -> str:
    return re.sub(r"://[^/@]*@", "://", url).partition("?")[0]
