from __future__ import annotations

import pytest

from gitops_action.errors import UsageError
from gitops_action.health.overrides import HealthScript, parse_overrides
from gitops_action.resource import GroupKind

LEGACY = """
cert-manager.io/Certificate:
  health.lua: |
    return {}
  health.lua.useOpenLibs: true
  actions: "ignored here"
PersistentVolume:
  health.lua: pv
apps/Deployment:
  ignoreDifferences: |
    jsonPointers: [/spec/replicas]
Empty:
"""


def test_scripts_are_read_from_the_keys_of_argocd_cm() -> None:
    overrides = parse_overrides(
        {
            "resource.customizations": LEGACY,
            "resource.customizations.health.argoproj.io_Application": "app",
            "resource.customizations.useOpenLibs.argoproj.io_Application": "true",
            "resource.customizations.health.*.crossplane.io_*": "crossplane",
            "resource.customizations.health.Pod": "pod",
            "resource.customizations.useOpenLibs.PersistentVolume": "1",
            "resource.customizations.health.all": "everything",
            "resource.customizations.useOpenLibs.no_Script": "true",
            "resource.customizations.ignoreDifferences.apps_Deployment": "jqPathExpressions: []",
            "resource.exclusions": "",
        }
    )
    assert overrides.scripts == {
        "cert-manager.io/Certificate": HealthScript("return {}\n", use_open_libs=True),
        "PersistentVolume": HealthScript("pv", use_open_libs=True),
        "argoproj.io/Application": HealthScript("app", use_open_libs=True),
        "*.crossplane.io/*": HealthScript("crossplane"),
        "Pod": HealthScript("pod"),
        "*/*": HealthScript("everything"),
    }


@pytest.mark.parametrize(
    ("kind", "lua"),
    [
        (GroupKind("", "Pod"), "pod"),
        (GroupKind("", "Node"), None),
        (GroupKind("aws.crossplane.io", "Bucket"), "all of aws"),
        (GroupKind("gcp.crossplane.io", "Bucket"), "crossplane"),
        (GroupKind("crossplane.io", "Bucket"), None),
    ],
)
def test_wildcards_are_tried_in_sorted_order_after_the_exact_key(kind: GroupKind, lua: str | None) -> None:
    overrides = parse_overrides(
        {
            "resource.customizations.health.*crossplane.io_Never": "never",
            "resource.customizations.health.*.crossplane.io_*": "crossplane",
            "resource.customizations.health.aws.crossplane.io_Bucket": "all of aws",
            "resource.customizations.health.Pod": "pod",
        }
    )
    script = overrides.script(kind)
    assert (script.lua if script else None) == lua


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"resource.customizations.health.a_b_c": "x"},
         ("argocd-cm: resource.customizations.health.a_b_c: the key ends in <group>_<Kind>, or in <Kind> for the core "
          "group, not in 'a_b_c'")),
        ({"resource.customizations.useOpenLibs.a_B": "yes"},
         "argocd-cm: resource.customizations.useOpenLibs.a_B: 'yes' is not a boolean"),
        ({"resource.customizations": "[1]"},
         "argocd-cm: resource.customizations is not a mapping of <group>/<Kind> to settings"),
        ({"resource.customizations": "a/B: {health.lua: 1}"},
         "argocd-cm: resource.customizations: a/B: health.lua is a string, health.lua.useOpenLibs a boolean"),
        ({"resource.customizations": "a/B: {\n"},
         "argocd-cm: resource.customizations:2: while parsing a flow node, did not find expected node content"),
    ],
)  # fmt: skip
def test_what_argo_cd_cannot_read_is_an_error_naming_the_key(data: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_overrides(data)
    assert str(caught.value) == problem
