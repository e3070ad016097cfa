"""``.argocd-source.yaml`` and ``.argocd-source-<app>.yaml``: parameters that lie beside the manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.application import (
    Application,
    ConditionType,
    Destination,
    DirectorySource,
    HelmParameter,
    HelmSource,
    KustomizeReplica,
    KustomizeSource,
    Source,
)
from gitops_action.application.source_override import overridden
from gitops_action.errors import ApplicationError
from gitops_action.rendering.render import render
from tests.rendering.conftest import config_map

if TYPE_CHECKING:
    from tests.rendering.conftest import Repository


@pytest.fixture
def chart(repository: Repository) -> Repository:
    return repository.write(
        {
            "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "c/templates/c.yaml": config_map("c", a="{{ .Values.a }}", b="{{ .Values.b }}", r="{{ .Release.Name }}"),
            "c/values.yaml": "a: chart\nb: chart\n",
        }
    )


def test_the_common_file_and_then_the_applications_own_are_merged_in(chart: Repository) -> None:
    chart.write(
        {
            "c/.argocd-source.yaml": "helm: {valuesObject: {a: common, b: common}, releaseName: common}\n",
            "c/.argocd-source-web.yaml": "helm: {valuesObject: {b: own}}\npath: elsewhere\nrepoURL: https://x.example\n",
            "c/.argocd-source-other.yaml": "helm: {valuesObject: {b: other}}\n",
        }
    )

    rendered = chart.render(Source(path="c", helm=HelmSource(values_object={"a": "application"})))

    assert rendered.targets[0].object["data"] == {"a": "common", "b": "own", "r": "common"}


def test_outside_the_control_plane_the_files_name_has_the_namespace(chart: Repository) -> None:
    chart.write({"c/.argocd-source-team_web.yaml": "helm: {parameters: [{name: a, value: own}]}\n"})
    application = Application(
        name="web", namespace="team", sources=(Source(path="c"),), destination=Destination(namespace="shop")
    )

    rendered = render(application, chart.context(), SubprocessProcess())

    assert rendered.targets[0].object["data"]["a"] == "own"


def test_a_file_can_make_plain_manifests_a_kustomization(repository: Repository) -> None:
    repository.write(
        {
            "k/kustomization.yaml": "resources: [a.yaml]\n",
            "k/a.yaml": config_map("a"),
            "k/.argocd-source.yaml": "kustomize: {namePrefix: from-file-}\n",
        }
    )
    assert [target.name for target in repository.render(Source(path="k")).targets] == ["from-file-a"]


def test_a_directory_of_that_name_counts_for_nothing(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a"), "web/.argocd-source.yaml/x": ""})
    assert len(repository.render(Source(path="web")).targets) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("helm: {", "web/.argocd-source.yaml:2: while parsing"),
        ("[]", "web/.argocd-source.yaml is not a mapping"),
        ("helm: [x]", "web/.argocd-source.yaml: helm is a list, not a mapping"),
        ("kustomize: {images: nginx}", "web/.argocd-source.yaml: kustomize.images is a string, not a list"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(repository: Repository, text: str, message: str) -> None:
    repository.write({"web/a.yaml": config_map("a"), "web/.argocd-source.yaml": text})
    assert repository.refusal(Source(path="web")).summary.startswith(message)


def test_a_file_that_leads_out_of_the_repository_is_refused(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a")}).link("web/.argocd-source.yaml", "/etc/hostname")
    assert "out-of-bounds symlinks" in repository.refusal(Source(path="web")).summary


def test_an_unknown_field_is_named(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a"), "web/.argocd-source.yaml": "helm: {valueFile: x}\n"})

    conditions = repository.render(Source(path="web", directory=DirectorySource(recurse=True))).conditions

    assert [(each.type, each.message) for each in conditions] == [
        (ConditionType.UNSUPPORTED_WARNING, "web/.argocd-source.yaml: unknown field helm.valueFile has no effect")
    ]


def test_what_is_not_overridden_stays_as_it_is() -> None:
    source = Source(
        repo_url="https://x.example/a",
        path="k",
        target_revision="1.x",
        ref="r",
        helm=HelmSource(
            parameters=(HelmParameter(name="a", value="1", force_string=True),),
            values_object={"keep_this": {"as_it": "is"}},
            skip_crds=True,
            api_versions=("v1",),
        ),
        kustomize=KustomizeSource(
            replicas=(KustomizeReplica(name="web", count="2"),),
            common_labels={"a_b": "c"},
            patches=({"target": {"kind": "X"}},),
            common_annotations_envsubst=True,
        ),
        directory=DirectorySource(recurse=True, jsonnet={"ext_vars": []}),
        plugin={"name": "x"},
    )
    assert overridden(source, [("f", b"{}")]) == (source, ())
    assert overridden(source, [("f", b"plugin: null\nhelm: {skipCrds: null}")])[0].plugin is None


def test_the_error_of_a_wrong_type_is_of_the_application() -> None:
    with pytest.raises(ApplicationError, match=r"f: helm\.skipCrds is a string, not a boolean"):
        overridden(Source(path="x"), [("f", b"helm: {skipCrds: 'yes'}")])
