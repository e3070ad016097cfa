"""A comparison becomes ordered tasks; each line is phase, wave, action and object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.sync.options import SyncOptions
from gitops_action.sync.tasks import plan
from tests.fakes import FakeCluster
from tests.sync.example import an, compare

if TYPE_CHECKING:
    from gitops_action.comparison.model import Comparison
    from gitops_action.resource import Resource


def tasks(comparison: Comparison, *, prune: bool = True, revision: str = "0123456789") -> list[str]:
    options = SyncOptions(prune=prune, revision=revision)
    planned = plan(comparison, options=options, started=1700000000.9, kind_of=FakeCluster().catalog().find)
    return [f"{task.phase} {task.wave} {task.action} {task.key.kind}/{task.key.name}" for task in planned]


def _crd(wave: int = 0) -> Resource:
    spec = {"group": "example.com", "names": {"kind": "Widget"}}
    return an("CustomResourceDefinition", "widgets.example.com", wave=wave, spec=spec)


@pytest.mark.parametrize(
    ("rule", "targets", "expected"),
    [
        pytest.param(
            "phase, then wave, then kind, then name",
            [
                an("Job", "after", hook="PostSync"),
                an("Job", "failed", hook="SyncFail"),
                an("Deployment", "web"),
                an("ConfigMap", "b"),
                an("ConfigMap", "a"),
                an("Service", "early", wave=-1),
                an("Job", "before", hook="PreSync", wave=5),
            ],
            [
                "PreSync 5 create Job/before",
                "Sync -1 apply Service/early",
                "Sync 0 apply ConfigMap/a",
                "Sync 0 apply ConfigMap/b",
                "Sync 0 apply Deployment/web",
                "PostSync 0 create Job/after",
                "SyncFail 0 create Job/failed",
            ],
            id="5.4",
        ),
        pytest.param(
            "one task for each phase of a hook, duplicates collapse",
            [an("Job", "check", hook="PostSync, PreSync,PreSync")],
            ["PreSync 0 create Job/check", "PostSync 0 create Job/check"],
            id="SYN-8",
        ),
        pytest.param(
            "Skip with another type is a hook",
            [an("Job", "check", hook="Skip,PreSync")],
            ["PreSync 0 create Job/check"],
            id="SYN-6",
        ),
        pytest.param(
            "a wave that is no integer falls back to Helm's weight",
            [
                an("ConfigMap", "a", wave="soon", annotations={"helm.sh/hook-weight": "3"}),
                an("ConfigMap", "b", annotations={"helm.sh/hook-weight": "-2"}),
                an("ConfigMap", "c", wave="x"),
            ],
            ["Sync -2 apply ConfigMap/b", "Sync 0 apply ConfigMap/c", "Sync 3 apply ConfigMap/a"],
            id="SYN-10",
        ),
        pytest.param(
            "Helm hooks are mapped, and a pre-install hook runs at every sync",
            [
                an("Job", "before", annotations={"helm.sh/hook": "pre-install,pre-upgrade"}),
                an("Job", "after", annotations={"helm.sh/hook": "post-upgrade"}),
                an("ConfigMap", "plain", annotations={"helm.sh/hook": "crd-install"}),
            ],
            ["PreSync 0 create Job/before", "Sync 0 apply ConfigMap/plain", "PostSync 0 create Job/after"],
            id="SYN-4",
        ),
        pytest.param(
            "a Namespace moves before what is in it, and takes over its phase and wave",
            [
                an("Namespace", "default", wave=7),
                an("Job", "before", hook="PreSync", wave=-3),
                an("ConfigMap", "a"),
            ],
            ["PreSync -3 apply Namespace/default", "PreSync -3 create Job/before", "Sync 0 apply ConfigMap/a"],
            id="SYN-19 Namespace",
        ),
        pytest.param(
            "a CRD moves before the first of its kind",
            [_crd(wave=5), an("Widget", "one"), an("ConfigMap", "a")],
            [
                "Sync 0 apply ConfigMap/a",
                "Sync 0 apply CustomResourceDefinition/widgets.example.com",
                "Sync 0 apply Widget/one",
            ],
            id="SYN-19 CRD",
        ),
        pytest.param(
            "a Namespace and a CRD move before each other's dependants",
            [an("Namespace", "default", wave=2), _crd(wave=2), an("Widget", "one", wave=1)],
            [
                "Sync 1 apply Namespace/default",
                "Sync 1 apply CustomResourceDefinition/widgets.example.com",
                "Sync 1 apply Widget/one",
            ],
            id="SYN-19 both",
        ),
    ],
)
def test_targets_become_tasks_in_order(rule: str, targets: list[Resource], expected: list[str]) -> None:
    assert tasks(compare(targets)) == expected, rule


@pytest.mark.parametrize(
    ("rule", "kept", "live", "expected"),
    [
        pytest.param(
            "the waves of prune tasks change places, first with last",
            [an("ConfigMap", "kept", wave=2)],
            [an("Secret", "a", wave=1), an("Secret", "b", wave=3), an("Secret", "c", wave=4)],
            [
                "Sync 1 prune Secret/c",
                "Sync 2 apply ConfigMap/kept",
                "Sync 3 prune Secret/b",
                "Sync 4 prune Secret/a",
            ],
            id="SYN-20",
        ),
        pytest.param(
            "PruneLast comes after all else",
            [an("ConfigMap", "kept", wave=6)],
            [an("Secret", "a", options="PruneLast=true"), an("Secret", "b", wave=3)],
            ["Sync 0 prune Secret/b", "Sync 6 apply ConfigMap/kept", "Sync 7 prune Secret/a"],
            id="SYN-21",
        ),
        pytest.param(
            "PruneLast is at least wave 1",
            [an("ConfigMap", "kept", wave=-6)],
            [an("Secret", "a", wave=-9, options="PruneLast=true")],
            ["Sync -6 apply ConfigMap/kept", "Sync 1 prune Secret/a"],
            id="SYN-21 at least 0",
        ),
        pytest.param(
            "old hooks are never pruned",
            [],
            [an("Job", "old", hook="PreSync"), an("Secret", "a")],
            ["Sync 0 prune Secret/a"],
            id="SYN-14",
        ),
        pytest.param(
            "Prune=false and Prune=confirm keep an object",
            [],
            [an("Secret", "a", options="Prune=false"), an("Secret", "b", options="Prune=confirm"), an("Secret", "c")],
            ["Sync 0 prune-skipped Secret/a", "Sync 0 prune-skipped Secret/b", "Sync 0 prune Secret/c"],
            id="5.9",
        ),
    ],
)
def test_what_left_git_is_pruned(rule: str, kept: list[Resource], live: list[Resource], expected: list[str]) -> None:
    assert tasks(compare(kept, live)) == expected, rule


def test_without_prune_candidates_are_skipped() -> None:
    assert tasks(compare([], [an("Secret", "a")]), prune=False) == ["Sync 0 prune-skipped Secret/a"]


def test_what_equals_is_unchanged_and_with_apply_out_of_sync_only_no_task_at_all_w_17() -> None:
    same, changed = an("ConfigMap", "same"), an("ConfigMap", "changed")
    assert tasks(compare([changed], same=[same])) == [
        "Sync 0 apply ConfigMap/changed",
        "Sync 0 unchanged ConfigMap/same",
    ]
    only = compare([changed], same=[same], sync_options=("ApplyOutOfSyncOnly=true",))
    assert tasks(only) == ["Sync 0 apply ConfigMap/changed"]


@pytest.mark.parametrize(
    ("revision", "name"),
    [
        ("0123456789", "migrate-0123456-presync-1700000000"),
        ("v1.2", "migrate-v1.2-presync-1700000000"),
        ("", "migrate--presync-1700000000"),
    ],
)
def test_an_unnamed_hook_gets_a_name_for_this_operation_syn_11(revision: str, name: str) -> None:
    hook = an("Job", "", hook="PreSync").with_metadata(name=None, generateName="migrate-")
    comparison = compare([hook])
    assert tasks(comparison, revision=revision) == [f"PreSync 0 create Job/{name}"]


def test_a_hook_gets_the_finalizer_and_the_destination_namespace_syn_13_syn_15() -> None:
    hooks = [an("Job", "check", hook="PreSync", namespace=""), an("ClusterRole", "wide", hook="PreSync")]
    planned = plan(compare(hooks), options=SyncOptions(), started=0.0, kind_of=FakeCluster().catalog().find)
    assert [(task.key.namespace, task.target.metadata["finalizers"]) for task in planned if task.target] == [
        ("", ["argocd.argoproj.io/hook-finalizer"]),
        ("default", ["argocd.argoproj.io/hook-finalizer"]),
    ]


@pytest.mark.parametrize("spec", [None, "text", [], {"group": "example.com"}, {"group": 1, "names": "text"}])
def test_a_definition_that_is_not_in_order_is_the_servers_to_refuse(spec: object) -> None:
    targets = [an("CustomResourceDefinition", "odd", spec=spec), an("Widget", "one")]
    assert tasks(compare(targets)) == [
        "Sync 0 apply CustomResourceDefinition/odd",
        "Sync 0 apply Widget/one",
    ]
