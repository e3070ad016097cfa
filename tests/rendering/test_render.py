"""Whole applications: several sources, and what this version says it does not render."""

from __future__ import annotations

import pytest

from gitops_action.application.application import (
    Application,
    ConditionType,
    Destination,
    HelmSource,
    Source,
)
from gitops_action.rendering.render import render
from gitops_action.rendering.source_kind import SourceKind
from tests.fakes import FakeProcess
from tests.rendering.conftest import REVISION, Repository, config_map

HERE = "https://github.com/acme/shop"


def conditions(repository: Repository, *sources: Source) -> list[tuple[ConditionType, str]]:
    rendered = repository.render(
        *sources, remotes=("git@github.com:acme/shop.git",), tracked_revisions=frozenset({"main"})
    )
    assert not rendered.targets
    assert all(condition.is_error and condition.remedy for condition in rendered.conditions)
    return [(condition.type, condition.message) for condition in rendered.conditions]


def test_rnd_34_sources_are_put_together_in_order_and_the_later_wins(repository: Repository) -> None:
    repository.write(
        {
            "plain/a.yaml": config_map("a", of="plain"),
            "plain/b.yaml": config_map("b"),
            "kustomize/kustomization.yaml": "resources: [a.yaml]\n",
            "kustomize/a.yaml": config_map("a", of="kustomize"),
            "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "chart/templates/c.yaml": config_map("c"),
        }
    )

    rendered = repository.render(Source(path="plain"), Source(path="kustomize"), Source(path="chart"))

    assert [(target.name, target.object.get("data")) for target in rendered.targets] == [
        ("a", {"of": "kustomize"}),
        ("b", None),
        ("c", None),
    ]
    assert [condition.type for condition in rendered.conditions] == [ConditionType.REPEATED_RESOURCE_WARNING]
    assert rendered.kinds == (SourceKind.DIRECTORY, SourceKind.KUSTOMIZE, SourceKind.HELM)


def test_rnd_35_37_a_reference_source_renders_nothing_and_serves_values(repository: Repository) -> None:
    repository.write(
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "chart/templates/c.yaml": config_map("{{ .Values.name }}"),
            "env/prod.yaml": "name: from-reference\n",
        }
    )
    chart = Source(repo_url=HERE, path="chart", helm=HelmSource(value_files=("$values/env/prod.yaml",)))
    rendered = repository.render(chart, Source(repo_url=HERE, ref="values"), remotes=(HERE,))

    assert [target.name for target in rendered.targets] == ["from-reference"]


@pytest.mark.parametrize("revision", ["", "HEAD", "main", "refs/heads/main", REVISION])
def test_this_repository_at_the_tracked_revision_is_the_checkout(repository: Repository, revision: str) -> None:
    repository.write({"web/a.yaml": config_map("a")})
    source = Source(repo_url=f"{HERE}.git", path="web", target_revision=revision)

    rendered = repository.render(source, remotes=(HERE,), tracked_revisions=frozenset({"main"}))

    assert len(rendered.targets) == 1
    assert rendered.conditions == ()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            Source(repo_url="https://charts.example", chart="redis", target_revision="1.x"),
            "the chart redis of a chart repository is not fetched in this run",
        ),
        (
            Source(repo_url="oci://ghcr.io/acme/x", path="."),
            "the artifact oci://ghcr.io/acme/x is not fetched in this run",
        ),
        (
            Source(repo_url="https://bot:ghs_secret@github.com/acme/other", path="."),
            (
                "the Git repository https://github.com/acme/other, which is not the one that is checked out,"
                " is not fetched in this run"
            ),
        ),
        (
            Source(repo_url=HERE, path=".", target_revision="v1.*"),
            "targetRevision v1.*, which is not what is checked out, is not fetched in this run",
        ),
        (
            Source(repo_url=HERE, path=".", plugin={"name": "x"}),
            "the config management plugin x is not allowed in this run",
        ),
    ],
)
def test_what_this_run_does_not_render_is_a_condition_that_says_so(
    repository: Repository, source: Source, message: str
) -> None:
    assert conditions(repository, source) == [(ConditionType.COMPARISON_ERROR, message)]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ((), "spec.source or spec.sources is required"),
        (
            (Source(repo_url=HERE),),
            "spec.source.repoURL and either spec.source.path or spec.source.chart are required",
        ),
        (
            (Source(repo_url=HERE, chart="redis"),),
            "spec.source.targetRevision is required if the manifest source is a helm chart",
        ),
        ((Source(repo_url=HERE, ref="a b"),), "ref 'a b' may hold letters, digits, '-' and '_' only"),
        ((Source(repo_url=HERE, ref="v"), Source(repo_url=HERE, ref="v")), "ref 'v' names 2 sources"),
    ],
)
def test_rnd_10_36_an_incomplete_source_is_a_spec_error(
    repository: Repository, sources: tuple[Source, ...], message: str
) -> None:
    assert conditions(repository, *sources) == [(ConditionType.INVALID_SPEC_ERROR, message)]


def test_of_several_sources_the_condition_names_the_one(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a")})

    found = conditions(repository, Source(path="web"), Source(path="web", plugin={"name": "x"}))

    assert [message for _, message in found] == ["source 2: the config management plugin x is not allowed in this run"]


def test_a_parameter_file_of_another_application_is_none_of_ours(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a"), "web/.argocd-source-other.yaml": "helm: {}\n"})

    assert len(repository.render(Source(path="web")).targets) == 1


def test_a_missing_renderer_says_how_to_get_it(repository: Repository) -> None:
    repository.write({"web/kustomization.yaml": ""})

    refusal = repository.refusal(Source(path="web"), kustomize="kustomize-that-is-not-there")

    assert refusal.summary.endswith("program 'kustomize-that-is-not-there' is not installed")
    assert refusal.remedy.startswith("Install kustomize-that-is-not-there")


def test_huge_output_is_stopped(repository: Repository) -> None:
    template = 'a: {{ range until 100 }}{{ repeat 10000 "x" }}{{ end }}\n'
    repository.write({"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/a.yaml": template})

    refusal = repository.refusal(Source(path="c"), output_limit=100_000)

    assert refusal.summary == "helm wrote more than 100000 bytes and was stopped"


def test_rendering_with_a_fake_process_needs_no_helm(repository: Repository) -> None:
    repository.write({"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"})
    fake = FakeProcess(helm=lambda command: config_map("from-fake"))
    application = Application(name="web", sources=(Source(path="c"),), destination=Destination(namespace="shop"))

    rendered = render(application, repository.context(helm="helm"), fake)

    assert [target.name for target in rendered.targets] == ["from-fake"]
    assert [command.argv[:2] for command in fake.commands] == [("helm", "template")]


def test_of_several_sources_an_error_names_the_one(repository: Repository) -> None:
    repository.write({"a/a.yaml": config_map("a"), "b/kustomization.yaml": "resources: [c.yaml]\n"})

    refusal = repository.refusal(Source(path="a"), Source(path="b"))

    assert refusal.summary == "source 2: kustomize: c.yaml: no such file or directory"
    assert refusal.detail == "To reproduce: cd b && kustomize build ."
    assert refusal.remedy.startswith("Check the path")
