"""Directory sources: what their rules select counts, be it changed, new or gone."""

from __future__ import annotations

import pytest

from tests.affected.memory_tree import Link, application, why

_FILES = {"deploy/web.yaml": "", "deploy/more/db.yaml": "", "deploy/README.md": "", "other/web.yaml": ""}


@pytest.mark.parametrize("path", ["deploy/web.yaml", "deploy/new.yml", "deploy/gone.json"])
def test_a_changed_new_or_deleted_manifest_counts(path: str) -> None:
    assert why(application("path: deploy"), _FILES, path) == [f"{path} (a manifest of deploy)"]


@pytest.mark.parametrize("path", ["deploy/README.md", "deploy/more/db.yaml", "other/web.yaml", "deploy-2/web.yaml"])
def test_what_the_source_does_not_read_does_not_count(path: str) -> None:
    assert why(application("path: deploy"), _FILES, path) == []


def test_include_exclude_and_recurse_are_the_renderers_rules_rnd_25_rnd_26() -> None:
    app = application("{path: deploy, directory: {recurse: true, include: '*.yaml', exclude: '{more/skip*,x.yaml}'}}")

    changed = ("deploy/more/db.yaml", "deploy/more/skip.yaml", "deploy/x.yaml", "deploy/a.json", "deploy/a.yaml")
    assert why(app, _FILES, *changed) == [
        "deploy/a.yaml (a manifest of deploy)",
        "deploy/more/db.yaml (a manifest of deploy)",
    ]


def test_a_file_that_would_change_the_tool_counts_and_so_do_argo_cds_parameters() -> None:
    assert why(application("path: deploy"), _FILES, "deploy/Kustomization") == [
        "deploy/Kustomization (tells how its source is rendered)"
    ]
    assert why(application("path: deploy"), _FILES, "deploy/.argocd-source-web.yaml") == [
        "deploy/.argocd-source-web.yaml (parameters of its source)"
    ]
    assert why(application("path: deploy"), _FILES, "deploy/.argocd-source-db.yml") != []  # a manifest by its name


def test_the_directory_that_is_gone_with_all_its_files_counts() -> None:
    assert why(application("path: gone"), _FILES, "gone/README.md") == ["gone/README.md (part of its path gone)"]


def test_the_root_of_the_repository_is_a_directory_as_well() -> None:
    assert why(application("path: ."), _FILES, "new.yaml") == ["new.yaml (a manifest of .)"]
    assert why(application("path: ."), _FILES, "deploy/web.yaml") == []


def test_a_link_counts_and_so_does_its_target() -> None:
    files = {**_FILES, "deploy/common.yaml": Link("../common/all.yaml"), "common/all.yaml": ""}

    assert why(application("path: deploy"), files, "common/all.yaml") == [
        "common/all.yaml (a manifest of deploy, by the link deploy/common.yaml)"
    ]
    assert why(application("path: deploy"), files, "deploy/common.yaml") != []
    assert why(application("path: deploy"), files, "common/other.yaml") == []


def test_a_directory_behind_a_link_is_followed_and_the_link_itself_counts() -> None:
    files = {"current": Link("releases/2"), "releases/2/web.yaml": "", "releases/1/web.yaml": ""}

    assert why(application("path: current"), files, "releases/2/web.yaml") == [
        "releases/2/web.yaml (a manifest of current)"
    ]
    assert why(application("path: current"), files, "current") != []
    assert why(application("path: current"), files, "releases/1/web.yaml") == []
    assert why(application("path: current"), {}, "current") != []  # deleted


def test_sources_of_other_repositories_and_chart_repositories_count_nothing() -> None:
    other = application("{repoURL: https://github.com/acme/other, path: deploy}")
    chart = application("{repoURL: https://charts.example, chart: web, targetRevision: 1.0.0}")

    assert why(other, _FILES, "deploy/web.yaml", is_local=lambda _: False) == []
    assert why(chart, _FILES, "deploy/web.yaml") == []


def test_a_path_out_of_the_repository_counts_nothing() -> None:
    assert why(application("path: ../deploy"), _FILES, "deploy/web.yaml") == []
