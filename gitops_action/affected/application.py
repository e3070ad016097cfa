"""What one application's rendering looks at.

In: an ``Application`` and the ``Tree`` at the head of the change. Out: its ``Dependencies``: the application's own
document, Argo CD's settings, its project, and the files of each source that is of this repository. Reads what decides
(kustomizations, ``Chart.yaml``, the names in a directory), each once for all applications, and no manifest.

Not looked at: whether ``targetRevision`` is what is checked out, and Git LFS pointers in files that nothing names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from gitops_action.affected.charts import Charts, Names
from gitops_action.affected.dependencies import Dependencies, DocumentKey, Gathering
from gitops_action.affected.generate_paths import ANNOTATION, gather_named, named_paths
from gitops_action.affected.kustomizations import Kustomizations
from gitops_action.affected.rules import ManifestFiles, TellingNames
from gitops_action.affected.tree import Links, joined
from gitops_action.application.application import DirectorySource, HelmSource, KustomizeSource
from gitops_action.application.discovery import SETTINGS_NAME
from gitops_action.application.source_override import overridden, override_names
from gitops_action.errors import ApplicationError
from gitops_action.rendering.build_environment import build_environment, instance_name
from gitops_action.rendering.source_kind import SourceKind, explicit_kind, source_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.affected.tree import Tree
    from gitops_action.application.application import Application, Source

SETTINGS = DocumentKey("ConfigMap", "", SETTINGS_NAME)


class DependencyReader:
    """Reads dependencies from one tree, for as many applications as there are.

    ``is_local`` says whether a ``repoURL`` means this repository; the empty one always does.
    """

    def __init__(self, tree: Tree, *, is_local: Callable[[str], bool] = lambda _: True) -> None:
        self._tree = tree
        self._is_local = is_local
        self._links = Links(tree.links)
        self._kustomizations = Kustomizations(tree, self._links)
        self._charts = Charts(tree, self._links)

    def read(self, application: Application) -> Dependencies:
        """Return what the application depends on."""
        local = [source for source in application.sources if self._counts(source)]
        named = named_paths(application.annotations.get(ANNOTATION, ""), (source.path for source in local))
        into = Gathering(Links({}) if named else self._links)
        if named:
            gather_named(named, into)
        else:
            elsewhere = frozenset(each.ref for each in application.sources if each.ref and each not in local)
            for source in application.sources:
                if source not in local:
                    self._values(application, source, elsewhere, into)
                elif source.path:
                    self._source(application, source, elsewhere, into)
        if self._links.resolve(application.file)[1]:
            into.file(application.file, "its Application")
        return into.done(_documents(application))

    def _counts(self, source: Source) -> bool:
        """Return whether a source's files are of this repository."""
        is_elsewhere = source.chart or source.repo_url.lower().startswith("oci://")
        return not is_elsewhere and (not source.repo_url or self._is_local(source.repo_url))

    def _values(self, application: Application, source: Source, elsewhere: frozenset[str], into: Gathering) -> None:
        """Add the files of this repository by which a chart from elsewhere is configured."""
        if source.helm is not None:
            names = Names(variables=build_environment(application, source, ""), elsewhere=elsewhere)
            self._charts.gather_referenced(source.helm, names, into)

    def _source(self, application: Application, source: Source, elsewhere: frozenset[str], into: Gathering) -> None:
        directory = joined("", source.path)
        if directory is None:
            return
        source = self._overridden(application, source, directory)
        kind = self._kind(source, directory, into)
        if kind is None:
            return
        real, passed = self._links.resolve(directory)
        for link in passed:
            into.file(link, f"part of its path {source.path}")
        for name in override_names(instance_name(application)):
            into.file(f"{directory}/{name}".lstrip("/"), "parameters of its source")
        if not self._tree.is_dir(directory):  # all files that it had are gone
            into.directory(directory, f"part of its path {source.path}")
        if any("ARGOCD_APP_REVISION" in text for text in _substituted(source, kind)):
            into.every_commit = "its source uses ARGOCD_APP_REVISION, which is another one in every commit"
        names = Names(variables=build_environment(application, source, ""), elsewhere=elsewhere)
        self._files_of(source, kind, directory, names, into, real=real)

    def _files_of(
        self, source: Source, kind: SourceKind, directory: str, names: Names, into: Gathering, *, real: str | None
    ) -> None:
        """Add the files that the source's renderer reads; ``real`` is where its directory's links lead."""
        match kind:
            case SourceKind.DIRECTORY:
                rule = ManifestFiles(source.directory or DirectorySource())
                into.selection(directory, rule, f"a manifest of {directory or '.'}")
            case SourceKind.HELM:
                self._charts.gather(directory, source.helm or HelmSource(), names, into)
            case SourceKind.KUSTOMIZE:
                block = source.kustomize or KustomizeSource()
                added = {"components": list(block.components), "patches": list(block.patches)}
                self._kustomizations.gather(real or directory, added, into)
            case SourceKind.PLUGIN:
                into.directory(directory, f"part of its path {source.path}")
            case _:
                assert_never(kind)

    def _overridden(self, application: Application, source: Source, directory: str) -> Source:
        """Return the source with what the files in its directory override."""
        paths = (f"{directory}/{name}".lstrip("/") for name in override_names(instance_name(application)))
        texts = ((path, self._tree.read(path)) for path in paths)
        try:
            return overridden(source, [(path, text) for path, text in texts if text is not None])[0]
        except ApplicationError:  # the rendering says so
            return source

    def _kind(self, source: Source, directory: str, into: Gathering) -> SourceKind | None:
        """Return what renders a source; ``None`` where it contradicts itself, whatever the files are."""
        try:
            explicit = explicit_kind(source)
        except ApplicationError:  # the rendering says so
            return None
        if explicit is None:
            into.selection(directory, TellingNames(), "tells how its source is rendered")
        return explicit or source_kind(source, self._tree.names(directory))


def _documents(application: Application) -> dict[DocumentKey, str]:
    own = {DocumentKey("Application", application.namespace, application.name): "its Application"}
    return {
        **(own if application.file else {}),
        SETTINGS: "Argo CD's settings",
        DocumentKey("AppProject", "", application.project): f"its AppProject {application.project}",
    }


def _substituted(source: Source, kind: SourceKind) -> Iterator[str]:
    """Yield the texts of a source in which variables of the build environment are replaced."""
    if kind is SourceKind.HELM and source.helm:
        yield from source.helm.value_files
        yield from (parameter.value for parameter in source.helm.parameters)
        yield from (parameter.path for parameter in source.helm.file_parameters)
    if kind is SourceKind.KUSTOMIZE and source.kustomize:
        yield from source.kustomize.images
        yield from source.kustomize.common_labels.values()
        if source.kustomize.common_annotations_envsubst:
            yield from source.kustomize.common_annotations.values()
