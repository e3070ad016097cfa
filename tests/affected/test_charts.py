"""Helm sources: the chart with its local dependencies, files of values, parameters from files."""

from __future__ import annotations

import pytest

from tests.affected.memory_tree import Link, application, why

_LIB = "dependencies: [{name: lib, version: 1.0.0, repository: 'file://../lib'}, {name: x, repository: 'https://a.b'}]"
_FILES = {
    "charts/web/Chart.yaml": f"{{name: web}}\n---\n{_LIB}".partition("---\n")[2],
    "charts/web/templates/web.yaml": "",
    "charts/lib/Chart.yaml": "dependencies: [{name: deep, repository: 'file://../de%65p'}]",
    "charts/deep/Chart.yaml": "dependencies: [{name: lib, repository: 'file://../lib'}]",
    "values/prod.yaml": "",
}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("charts/web/templates/new.tpl", "part of the chart charts/web"),
        ("charts/web/files/ignored.bin", "part of the chart charts/web"),
        ("charts/lib/values.yaml", "part of the chart charts/lib, which charts/web depends on"),
        ("charts/deep/templates/x.yaml", "part of the chart charts/deep, which charts/web depends on"),
    ],
)
def test_every_file_of_the_chart_and_of_local_dependencies_counts(path: str, reason: str) -> None:
    assert why(application("path: charts/web"), _FILES, path) == [f"{path} ({reason})"]


def test_other_charts_and_values_do_not_count() -> None:
    assert why(application("path: charts/web"), _FILES, "charts/web-2/Chart.yaml", "values/prod.yaml") == []


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("../../values/prod.yaml", "values/prod.yaml"),
        ("/values/prod.yaml", "values/prod.yaml"),
        ("../../values/absent.yaml", "values/absent.yaml"),
        ("$ARGOCD_APP_NAME.yaml", "charts/web/shop.yaml"),
        ("$values/values/prod.yaml", "values/prod.yaml"),
    ],
)
def test_a_file_of_values_counts_wherever_it_is_rnd_14_rnd_19(entry: str, path: str) -> None:
    app = application(f"[{{path: charts/web, helm: {{valueFiles: ['{entry}']}}}}, {{ref: values}}]", name="shop")

    assert len(why(app, _FILES, path)) == 1


@pytest.mark.parametrize(
    ("pattern", "path", "counts"),
    [
        ("../../values/*.yaml", "values/new.yaml", True),
        ("../../values/*.yaml", "values/deep/new.yaml", False),
        ("/values/**/*.yaml", "values/new.yaml", True),
        ("/values/**/*.yaml", "values/a/b/gone.yaml", True),
        ("/values/**/*.yaml", "values/a/b/gone.yml", False),
        ("/values/**", "values/a/b", True),
        ("/values/[ab]?/x***.yaml", "values/b1/xyz.yaml", True),
        ("/*/prod.yaml", "values/prod.yaml", True),
        ("/*/../values/prod.yaml", "values/prod.yaml", True),
    ],
)
def test_a_file_that_a_glob_of_values_matches_counts_rnd_17(pattern: str, path: str, *, counts: bool) -> None:
    app = application(f"{{path: charts/web, helm: {{valueFiles: ['{pattern}']}}}}")

    assert bool(why(app, _FILES, path)) is counts


def test_a_parameter_from_a_file_counts() -> None:
    app = application("{path: charts/web, helm: {fileParameters: [{name: tls, path: /certificates/web.pem}]}}")

    assert why(app, _FILES, "certificates/web.pem") == ["certificates/web.pem (the value of its parameter tls)"]


def test_links_in_a_chart_are_followed_even_in_circles() -> None:
    files = {
        **_FILES,
        "charts/web/files": Link("../../common"),
        "common/back": Link("../charts/web"),
        "common/a.conf": "",
    }

    assert why(application("path: charts/web"), files, "common/a.conf") == [
        "common/a.conf (part of the chart charts/web, by the link charts/web/files)"
    ]


def test_values_by_url_and_out_of_the_repository_are_no_files() -> None:
    app = application("{path: charts/web, helm: {valueFiles: ['https://a.b/values/prod.yaml', ../../../values.yaml]}}")

    assert why(app, _FILES, "values/prod.yaml", "values.yaml") == []


def test_a_source_that_uses_the_revision_is_another_one_in_every_commit() -> None:
    app = application("{path: charts/web, helm: {parameters: [{name: image.tag, value: $ARGOCD_APP_REVISION}]}}")

    assert why(app, _FILES, "README.md") == [
        "its source uses ARGOCD_APP_REVISION, which is another one in every commit"
    ]


_ELSEWHERE = "{repoURL: 'https://charts.example', chart: redis, targetRevision: 1.x, helm: {valueFiles: [%s]}}"


@pytest.mark.parametrize(
    ("entry", "path", "counts"),
    [
        ("$values/values/prod.yaml", "values/prod.yaml", True),
        ("$values/values/*.yaml", "values/new.yaml", True),
        ("$other/values/prod.yaml", "values/prod.yaml", False),
        ("values/prod.yaml", "values/prod.yaml", False),
        ("/values/prod.yaml", "values/prod.yaml", False),
    ],
)
def test_of_a_chart_from_elsewhere_the_values_of_this_repository_count(entry: str, path: str, *, counts: bool) -> None:
    sources = f"[{_ELSEWHERE % repr(entry)}, {{ref: values}}, {{repoURL: 'oci://elsewhere.example/x', ref: other}}]"
    assert bool(why(application(sources), _FILES, path)) is counts


def test_a_parameter_file_of_a_chart_from_elsewhere_counts() -> None:
    sources = "[{chart: redis, helm: {fileParameters: [{name: a, path: $values/values/a.txt}]}}, {ref: values}]"
    assert why(application(sources), _FILES, "values/a.txt") == ["values/a.txt (the value of its parameter a)"]


def test_what_is_overridden_beside_the_chart_counts() -> None:
    files = {**_FILES, "charts/web/.argocd-source-web.yaml": "helm: {valueFiles: [/values/prod.yaml]}"}
    assert why(application("path: charts/web"), files, "values/prod.yaml") == ["values/prod.yaml (a file of values)"]


def test_an_override_that_cannot_be_read_leaves_the_source_as_it_is() -> None:
    files = {**_FILES, "charts/web/.argocd-source.yaml": "helm: ["}
    assert why(application("path: charts/web"), files, "values/prod.yaml") == []
    assert len(why(application("path: charts/web"), files, "charts/web/.argocd-source.yaml")) == 1
