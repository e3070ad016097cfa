"""What ``argocd-cm`` says on comparisons."""

from __future__ import annotations

import pytest

from gitops_action.application.application import IgnoreDifference
from gitops_action.application.comparison_settings import (
    CompareOptions,
    StatusScope,
    compare_options,
    ignored_differences,
)
from gitops_action.application.discovery import Document
from gitops_action.application.settings import parse_settings
from gitops_action.errors import UsageError

KEY = "resource.customizations.ignoreDifferences."


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", CompareOptions()),
        ("ignoreAggregatedRoles: true", CompareOptions(ignore_aggregated_roles=True)),
        ("ignoreResourceStatusField: crd", CompareOptions(ignore_status=StatusScope.CRD)),
        ("ignoreResourceStatusField: none", CompareOptions(ignore_status=StatusScope.NONE)),
        ("ignoreResourceStatusField: off", CompareOptions(ignore_status=StatusScope.NONE)),
        ("ignoreResourceStatusField: false", CompareOptions(ignore_status=StatusScope.NONE)),
        ("ignoreResourceStatusField: all", CompareOptions()),
        ("ignoreResourceStatusField: sometimes", CompareOptions()),
        ("ignoreDifferencesOnResourceUpdates: true", CompareOptions()),
    ],
)
def test_compare_options_have_argo_cds_defaults(text: str, options: CompareOptions) -> None:
    assert compare_options({"resource.compareoptions": text}, "cm.yaml:1") == options


def test_dif_36_a_key_names_group_and_kind_kind_alone_or_all_and_replaces_the_older_setting() -> None:
    data = {
        "resource.customizations": (
            "apps/Deployment:\n  ignoreDifferences: |\n    jsonPointers: [/old]\n"
            "admissionregistration.k8s.io/*:\n"
            "  ignoreDifferences: |\n    jqPathExpressions: ['.webhooks[].clientConfig.caBundle']\n"
            "batch/Job:\n  health.lua: return {}\n"
        ),
        f"{KEY}apps_Deployment": "jsonPointers: [/spec/replicas]\nmanagedFieldsManagers: [hpa]",
        f"{KEY}ConfigMap": "jsonPointers: [/data]",
        f"{KEY}all": "jsonPointers: [/metadata/annotations/x]",
    }
    expressions = (".webhooks[].clientConfig.caBundle",)
    assert ignored_differences(data, "cm.yaml:1") == (
        IgnoreDifference(
            group="apps", kind="Deployment", json_pointers=("/spec/replicas",), managed_fields_managers=("hpa",)
        ),
        IgnoreDifference(group="admissionregistration.k8s.io", kind="*", jq_path_expressions=expressions),
        IgnoreDifference(kind="ConfigMap", json_pointers=("/data",)),
        IgnoreDifference(group="*", kind="*", json_pointers=("/metadata/annotations/x",)),
    )


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        (f"{KEY}a_b_c", "jsonPointers: []", "does not end in"),
        (f"{KEY}apps_Deployment", "jsonPointers: /spec", "jsonPointers is not a list of strings"),
        (f"{KEY}apps_Deployment", "jsonPointers: [1]", "jsonPointers is not a list of strings"),
        (f"{KEY}apps_Deployment", "jsonPointer: [/a]", "'jsonPointer' is not one of"),
        (f"{KEY}apps_Deployment", "- a", "not a mapping"),
        ("resource.compareoptions", "- a", "not a mapping"),
        ("resource.compareoptions", "ignoreAggregatedRoles: some", "ignoreAggregatedRoles is not a boolean"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(key: str, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        parse_settings(Document(file="cm.yaml", line=1, value={"data": {key: text}}))
    assert str(caught.value).startswith(f"cm.yaml:1: {key}")
