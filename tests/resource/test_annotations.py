"""What Argo CD reads from annotations: rules SYN-1 to SYN-10."""

from __future__ import annotations

import pytest

from gitops_action.resource import Resource
from gitops_action.resource.annotations import (
    HookDeletePolicy,
    HookType,
    comma_list,
    hook_delete_policies,
    hook_types,
    is_hook,
    is_ignored_hook,
    is_skipped,
    option_value,
    sync_options,
    sync_wave,
)

HOOK = "argocd.argoproj.io/hook"
HELM = "helm.sh/hook"
DELETE = "argocd.argoproj.io/hook-delete-policy"
HELM_DELETE = "helm.sh/hook-delete-policy"
WAVE = "argocd.argoproj.io/sync-wave"
WEIGHT = "helm.sh/hook-weight"
OPTIONS = "argocd.argoproj.io/sync-options"


def job(**annotations: object) -> Resource:
    """Return a Job; the keywords are the constants' names above."""
    named = {globals()[name]: value for name, value in annotations.items()}
    return Resource({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "annotations": named}})


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({}, False),
        ({"HOOK": "PreSync"}, True),
        ({"HOOK": ""}, True),
        ({"HOOK": "garbage"}, True),
        ({"HOOK": "Skip"}, False),
        ({"HOOK": " Skip , Skip "}, False),
        ({"HOOK": "Skip,garbage"}, False),
        ({"HOOK": "Skip,PreSync"}, True),
        ({"HOOK": "skip"}, True),
    ],
)
def test_whatever_argo_hook_is_a_hook_unless_it_says_skip_alone_syn1_syn6(
    annotations: dict[str, str], expected: bool
) -> None:
    assert is_hook(job(**annotations)) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("pre-install", True), ("test", True), ("", True), ("crd-install", False), ("crd-install,pre-install", True)],
)
def test_helm_hooks_are_hooks_unless_they_are_crd_install_alone_syn2(value: str, expected: bool) -> None:
    assert is_hook(job(HELM=value)) is expected


def test_argo_skip_wins_over_a_helm_hook_syn1() -> None:
    assert not is_hook(job(HOOK="Skip", HELM="pre-install"))


@pytest.mark.parametrize(
    ("annotations", "types"),
    [
        ({"HOOK": "PostSync", "HELM": "pre-install"}, [HookType.POST_SYNC]),
        ({"HOOK": "garbage", "HELM": "pre-install"}, [HookType.PRE_SYNC]),
        ({"HOOK": "presync"}, []),
        ({"HOOK": ""}, []),
    ],
)
def test_helm_types_count_only_where_the_argo_list_has_none_syn3(
    annotations: dict[str, str], types: list[HookType]
) -> None:
    assert list(hook_types(job(**annotations))) == types


@pytest.mark.parametrize(
    ("value", "types"),
    [
        ("pre-install", [HookType.PRE_SYNC]),
        ("pre-upgrade", [HookType.PRE_SYNC]),
        ("post-install", [HookType.POST_SYNC]),
        ("post-upgrade", [HookType.POST_SYNC]),
        ("pre-delete", [HookType.PRE_DELETE]),
        ("post-delete", [HookType.POST_DELETE]),
        ("pre-rollback", []),
        ("post-rollback", []),
        ("test", []),
        ("test-success", []),
        ("test-failure", []),
        ("crd-install,pre-install", [HookType.PRE_SYNC]),
    ],
)
def test_helm_hooks_map_to_phases_syn4(value: str, types: list[HookType]) -> None:
    assert list(hook_types(job(HELM=value))) == types


def test_install_and_upgrade_are_one_syn5() -> None:
    assert hook_types(job(HELM="pre-install,pre-upgrade")) == (HookType.PRE_SYNC,)


def test_skip_alone_is_skipped_and_no_hook_syn6() -> None:
    assert is_skipped(job(HOOK="Skip"))
    assert not is_skipped(job(HOOK="Skip,PreSync"))
    assert not is_skipped(job(HOOK="garbage"))
    assert not is_skipped(job())


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({"HOOK": "garbage"}, True),
        ({"HELM": "test"}, True),
        ({"HOOK": "PreDelete"}, True),
        ({"HELM": "post-delete"}, True),
        ({"HOOK": "PreDelete,Sync"}, False),
        ({"HOOK": "SyncFail"}, False),
        ({"HOOK": "Skip"}, False),
        ({"HELM": "crd-install"}, False),
        ({}, False),
    ],
)
def test_a_hook_that_no_sync_runs_is_ignored_syn7(annotations: dict[str, str], expected: bool) -> None:
    assert is_ignored_hook(job(**annotations)) is expected


def test_a_hook_may_name_several_phases_each_once_syn8() -> None:
    assert hook_types(job(HOOK=" PreSync,PostSync ,, PreSync")) == (HookType.PRE_SYNC, HookType.POST_SYNC)


@pytest.mark.parametrize(
    ("annotations", "policies"),
    [
        ({}, [HookDeletePolicy.BEFORE_HOOK_CREATION]),
        ({"DELETE": "garbage"}, [HookDeletePolicy.BEFORE_HOOK_CREATION]),
        ({"DELETE": "HookSucceeded"}, [HookDeletePolicy.HOOK_SUCCEEDED]),
        (
            {"DELETE": "HookSucceeded", "HELM_DELETE": "hook-failed,hook-succeeded"},
            [HookDeletePolicy.HOOK_SUCCEEDED, HookDeletePolicy.HOOK_FAILED],
        ),
        ({"HELM_DELETE": "before-hook-creation"}, [HookDeletePolicy.BEFORE_HOOK_CREATION]),
        ({"DELETE": "hook-succeeded"}, [HookDeletePolicy.BEFORE_HOOK_CREATION]),
    ],
)
def test_argo_and_helm_delete_policies_add_up_syn9(
    annotations: dict[str, str], policies: list[HookDeletePolicy]
) -> None:
    assert list(hook_delete_policies(job(HOOK="PreSync", **annotations))) == policies


@pytest.mark.parametrize(
    ("annotations", "wave"),
    [
        ({}, 0),
        ({"WAVE": "5"}, 5),
        ({"WAVE": "-5"}, -5),
        ({"WAVE": "+5"}, 5),
        ({"WAVE": "007"}, 7),
        ({"WAVE": "0", "WEIGHT": "9"}, 0),
        ({"WEIGHT": "-3"}, -3),
        ({"WAVE": "soon", "WEIGHT": "3"}, 3),
        ({"WAVE": "1.5"}, 0),
        ({"WAVE": " 5"}, 0),
        ({"WAVE": "1_000"}, 0),
        ({"WAVE": "٣"}, 0),
        ({"WAVE": ""}, 0),
        ({"WAVE": None}, 0),
        ({"WAVE": "9223372036854775807"}, 2**63 - 1),
        ({"WAVE": "9223372036854775808"}, 0),
        ({"WAVE": "9" * 5000}, 0),
        ({"WEIGHT": "soon"}, 0),
    ],
)
def test_the_wave_is_an_integer_as_go_reads_it_else_helms_weight_else_0_syn10(
    annotations: dict[str, object], wave: int
) -> None:
    assert sync_wave(job(**annotations)) == wave


def test_a_list_is_trimmed_without_empties_and_duplicates_in_order() -> None:
    assert comma_list(" b, a,,b ,") == ("b", "a")
    assert comma_list(None) == comma_list("") == ()


def test_options_are_read_by_name_the_first_one_counts() -> None:
    options = sync_options(job(OPTIONS="Prune=false, Replace=true,Prune=confirm,Flag"))
    assert options == ("Prune=false", "Replace=true", "Prune=confirm", "Flag")
    assert option_value(options, "Prune") == "false"
    assert option_value(options, "Flag") is None
    assert option_value(options, "prune") is None
    assert sync_options(None) == sync_options(job()) == ()


def test_annotations_that_are_no_mapping_say_nothing() -> None:
    odd = Resource({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations": ["x"]}})
    assert not is_hook(odd)
    assert sync_wave(odd) == 0
