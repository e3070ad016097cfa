"""Which renderer a source needs, by its own words or by the files of its directory.

In: a source and the names in its directory. Out: a ``SourceKind``. Never opens a file.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.application.application import DirectorySource, HelmSource, KustomizeSource
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from gitops_action.application.application import Source

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_EMPTY_KUSTOMIZE, _EMPTY_HELM, _EMPTY_DIRECTORY = KustomizeSource(), HelmSource(), DirectorySource()


class SourceKind(StrEnum):
    """Argo CD's names for what renders a source."""

    HELM = "Helm"
    KUSTOMIZE = "Kustomize"
    DIRECTORY = "Directory"
    PLUGIN = "Plugin"


def explicit_kind(source: Source) -> SourceKind | None:
    """Return the kind that the source's own block asks for; an empty block asks for nothing."""
    blocks = {
        SourceKind.KUSTOMIZE: source.kustomize is not None and source.kustomize != _EMPTY_KUSTOMIZE,
        SourceKind.HELM: source.helm is not None and source.helm != _EMPTY_HELM,
        SourceKind.DIRECTORY: source.directory is not None and source.directory != _EMPTY_DIRECTORY,
        SourceKind.PLUGIN: source.plugin is not None,
    }
    named = [kind for kind, is_named in blocks.items() if is_named]
    if len(named) > 1:
        raise ApplicationError(
            f"multiple application sources defined: {','.join(named)}",
            remedy="Keep one of the blocks: the fields of several tools cannot be combined in one source.",
        )
    return named[0] if named else None


def source_kind(source: Source, names: Iterable[str], *, disabled: Container[str] = ()) -> SourceKind:
    """Return the kind of a source whose directory holds files of these names; the last name in order decides.

    Where the settings have turned a tool off (``disabled``), its sources are directories of manifests.
    """
    explicit = explicit_kind(source)
    if explicit is not None:
        return SourceKind.DIRECTORY if explicit in disabled else explicit
    kind = SourceKind.DIRECTORY
    for name in sorted(names):
        if name.endswith("Chart.yaml") and SourceKind.HELM not in disabled:
            kind = SourceKind.HELM
        elif name in KUSTOMIZATION_NAMES and SourceKind.KUSTOMIZE not in disabled:
            kind = SourceKind.KUSTOMIZE
    return kind
