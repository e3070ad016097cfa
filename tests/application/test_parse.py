"""Application documents: every field has its place, and what is wrong or unknown is said."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.application.application import (
    ApplicationCondition,
    Automated,
    ConditionType,
    Destination,
    DirectorySource,
    HelmFileParameter,
    HelmParameter,
    HelmSource,
    IgnoreDifference,
    KustomizeReplica,
    KustomizeSource,
    Retry,
    Source,
    SyncPolicy,
)
from gitops_action.application.parse import parse_application
from gitops_action.errors import UsageError


def document(**spec: Any) -> dict[str, Any]:
    source = {"repoURL": "https://github.com/acme/platform.git", "path": "web"}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {"project": "default", "source": source, "destination": {"namespace": "shop"}, **spec},
    }


def test_an_application_is_read_with_every_field_by_its_name() -> None:
    read = parse_application(
        document(
            project="shop",
            source={
                "repoURL": "https://github.com/acme/platform.git",
                "targetRevision": "main",
                "path": "charts/web",
                "helm": {
                    "valueFiles": ["prod.yaml"],
                    "parameters": [{"name": "replicas", "value": 3, "forceString": True}],
                    "fileParameters": [{"name": "motd", "path": "motd.txt"}],
                    "releaseName": "web",
                    "values": "a: 1\n",
                    "valuesObject": {"a": 2},
                    "skipCrds": True,
                    "ignoreMissingValueFiles": True,
                },
            },
            destination={"server": "https://prod:6443/", "namespace": "shop"},
            syncPolicy={
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": ["CreateNamespace=true"],
                "retry": {"limit": 3, "backoff": {"duration": "10s", "factor": 3, "maxDuration": "2m"}},
            },
            ignoreDifferences=[{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}],
            info=[{"name": "runbook", "value": "https://wiki"}],
            revisionHistoryLimit=5,
        ),
        file="apps/web.yaml",
        line=4,
    )
    assert read.sources == (
        Source(
            repo_url="https://github.com/acme/platform.git",
            target_revision="main",
            path="charts/web",
            helm=HelmSource(
                value_files=("prod.yaml",),
                parameters=(HelmParameter(name="replicas", value="3", force_string=True),),
                file_parameters=(HelmFileParameter(name="motd", path="motd.txt"),),
                release_name="web",
                values="a: 1\n",
                values_object={"a": 2},
                skip_crds=True,
                ignore_missing_value_files=True,
            ),
        ),
    )
    assert read.destination == Destination(server="https://prod:6443", namespace="shop")
    assert read.sync_policy == SyncPolicy(
        automated=Automated(prune=True, self_heal=True),
        sync_options=("CreateNamespace=true",),
        retry=Retry(limit=3, duration=10.0, factor=3, max_duration=120.0),
    )
    assert read.ignore_differences == (
        IgnoreDifference(group="apps", kind="Deployment", json_pointers=("/spec/replicas",)),
    )
    assert (read.project, read.info, read.revision_history_limit) == ("shop", (("runbook", "https://wiki"),), 5)
    assert (read.file, read.line) == ("apps/web.yaml", 4)
    assert read.conditions == ()


def test_kustomize_directory_and_several_sources_are_read() -> None:
    kustomize = {
        "namePrefix": "a-",
        "images": ["web=registry.example/web:2"],
        "replicas": [{"name": "web", "count": 3}],
        "commonLabels": {"team": "shop"},
        "patches": [{"patch": "x"}],
        "components": ["../c"],
    }
    sources = [
        {"repoURL": "r", "path": "k", "kustomize": kustomize},
        {"repoURL": "r", "path": "d", "directory": {"recurse": True, "include": "*.yaml", "exclude": "x/*"}},
        {"repoURL": "r", "ref": "values"},
    ]
    spec = document(sources=sources)
    del spec["spec"]["source"]
    read = parse_application(spec)
    assert read.sources == (
        Source(
            repo_url="r",
            path="k",
            kustomize=KustomizeSource(
                name_prefix="a-",
                images=("web=registry.example/web:2",),
                replicas=(KustomizeReplica(name="web", count="3"),),
                common_labels={"team": "shop"},
                patches=({"patch": "x"},),
                components=("../c",),
            ),
        ),
        Source(repo_url="r", path="d", directory=DirectorySource(recurse=True, include="*.yaml", exclude="x/*")),
        Source(repo_url="r", ref="values"),
    )


def test_an_unknown_field_is_a_warning_that_names_file_line_and_field() -> None:
    read = parse_application(document(syncPolicy={"automatd": {}}), file="apps/web.yaml", line=1)
    assert read.conditions == (
        ApplicationCondition(
            type=ConditionType.UNSUPPORTED_WARNING,
            message="apps/web.yaml:1: unknown field spec.syncPolicy.automatd has no effect",
            remedy="Remove the field, or correct its spelling.",
        ),
    )


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"source": {"path": "a", "directory": {"jsonnet": {"libs": ["b"]}}}}, "Jsonnet files are not rendered"),
        ({"syncPolicy": {"syncOptions": ["RespectIgnore=true"]}}, "sync option RespectIgnore=true has no effect"),
        ({"syncPolicy": {"syncOptions": ["ServerSideApply=false"]}}, "every object is applied on the server's side"),
    ],
)
def test_what_is_read_and_has_no_effect_is_said(spec: dict[str, Any], says: str) -> None:
    (condition,) = parse_application(document(**spec), file="apps/web.yaml", line=1).conditions
    assert condition.type is ConditionType.UNSUPPORTED_WARNING
    assert says in condition.message


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"destination": "prod"}, "spec.destination is a string, not a mapping"),
        ({"source": {"path": 3}}, "spec.source.path is an integer, not a string"),
        ({"source": {"helm": {"valueFiles": "a.yaml"}}}, "spec.source.helm.valueFiles is a string, not a list"),
        ({"source": {"helm": {"valueFiles": [1]}}}, "spec.source.helm.valueFiles holds an integer, not only strings"),
        ({"syncPolicy": {"automated": {"prune": "yes"}}}, "spec.syncPolicy.automated.prune is a string, not a boolean"),
        ({"source": {"kustomize": {"commonLabels": {"a": 1}}}}, "spec.source.kustomize.commonLabels.a is an integer"),
        ({"destination": {"server": "s", "name": "n"}}, "spec.destination has both server and name"),
        ({"revisionHistoryLimit": True}, "spec.revisionHistoryLimit is a boolean, not an integer"),
    ],
)
def test_a_field_of_the_wrong_type_is_an_invalid_spec_and_not_an_exception(spec: dict[str, Any], says: str) -> None:
    read = parse_application(document(**spec), file="apps/web.yaml", line=1)
    assert [condition.type for condition in read.conditions] == [ConditionType.INVALID_SPEC_ERROR]
    assert says in read.conditions[0].message
    assert read.conditions[0].remedy == "Correct the field in apps/web.yaml:1."


def test_an_application_without_a_source_is_invalid() -> None:
    spec = document()
    del spec["spec"]["source"]
    (condition,) = parse_application(spec).conditions
    assert condition.message.startswith("spec.source.repoURL and either spec.source.path")


@pytest.mark.parametrize("name", ["", "Web", "-web", "a/b", "x" * 254])
def test_a_name_that_is_no_dns_name_is_an_error_with_its_place(name: str) -> None:
    invalid = document()
    invalid["metadata"]["name"] = name
    with pytest.raises(UsageError, match=r"apps/web.yaml:7: an Application is named"):
        parse_application(invalid, file="apps/web.yaml", line=7)
