"""Which renderer a source gets: Argo CD's type selection."""

from __future__ import annotations

import pytest

from gitops_action.application.application import (
    DirectorySource,
    HelmParameter,
    HelmSource,
    KustomizeSource,
    Source,
)
from gitops_action.errors import ApplicationError
from gitops_action.rendering.source_kind import SourceKind, source_kind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ([], SourceKind.DIRECTORY),
        (["deployment.yaml"], SourceKind.DIRECTORY),
        (["Chart.yaml", "values.yaml"], SourceKind.HELM),
        (["my-Chart.yaml"], SourceKind.HELM),
        (["chart.yaml"], SourceKind.DIRECTORY),
        (["kustomization.yaml"], SourceKind.KUSTOMIZE),
        (["kustomization.yml"], SourceKind.KUSTOMIZE),
        (["Kustomization"], SourceKind.KUSTOMIZE),
        (["Kustomization.yaml"], SourceKind.DIRECTORY),
        (["kustomization.yaml", "Chart.yaml"], SourceKind.KUSTOMIZE),
        (["Kustomization", "Chart.yaml"], SourceKind.KUSTOMIZE),
        (["my-Chart.yaml", "kustomization.yaml"], SourceKind.HELM),
    ],
)
def test_the_last_name_in_lexical_order_decides(names: list[str], kind: SourceKind) -> None:
    assert source_kind(Source(path="."), names) is kind


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (Source(helm=HelmSource(release_name="x")), SourceKind.HELM),
        (Source(kustomize=KustomizeSource(name_prefix="x-")), SourceKind.KUSTOMIZE),
        (Source(directory=DirectorySource(recurse=True)), SourceKind.DIRECTORY),
        (Source(plugin={}), SourceKind.PLUGIN),
    ],
)
def test_a_block_in_the_source_decides_whatever_the_files_are(source: Source, kind: SourceKind) -> None:
    assert source_kind(source, ["Chart.yaml", "kustomization.yaml"]) is kind


def test_an_empty_block_decides_nothing() -> None:
    source = Source(helm=HelmSource(), kustomize=KustomizeSource(), directory=DirectorySource())

    assert source_kind(source, ["Chart.yaml"]) is SourceKind.HELM


def test_two_blocks_are_an_error() -> None:
    source = Source(
        helm=HelmSource(parameters=(HelmParameter(name="a", value="b"),)), directory=DirectorySource(recurse=True)
    )

    with pytest.raises(ApplicationError, match="multiple application sources defined: Helm,Directory"):
        source_kind(source, [])
