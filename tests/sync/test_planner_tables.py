"""The tables of a sync as a whole: the order of all kinds, what each result says, and what has no say in a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.resource.annotations import SYNC_OPTIONS
from gitops_action.sync.operation import step
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.order import kind_rank
from gitops_action.sync.state import Applied, Observed, Pruned, Refused, Seen, fold, start
from gitops_action.sync.tasks import plan
from tests.fakes import FakeCluster
from tests.sync.example import an, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.comparison.model import Comparison
    from gitops_action.resource import Resource
    from gitops_action.sync.state import Event, State
    from gitops_action.sync.tasks import Task

KINDS = """
Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList
ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList
ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet Pod
ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress
APIService
"""
_PROGRESSING = HealthStatus(code=HealthStatusCode.PROGRESSING)


def planned(comparison: Comparison, *, prune: bool = True) -> tuple[Task, ...]:
    catalog = FakeCluster().catalog()
    return plan(comparison, options=SyncOptions(prune=prune), started=0.0, kind_of=catalog.find)


def lines(tasks: Sequence[Task]) -> list[str]:
    return [f"{task.phase} {task.wave} {task.action} {task.key.kind}/{task.key.name}" for task in tasks]


# --- 5.4: the order ---------------------------------------------------------------------------------------------------


def test_every_kind_has_its_place_whatever_its_group_and_all_others_come_last_5_4() -> None:
    kinds = KINDS.split()
    assert sorted(sorted([*kinds, "Widget", "AWidget"]), key=kind_rank) == [*kinds, "AWidget", "Widget"]
    assert kind_rank("Widget") == kind_rank("ValidatingWebhookConfiguration") == len(kinds)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(an("ConfigMap", "b", wave=-1), an("Namespace", "a", wave=0), id="a wave beats a kind"),
        pytest.param(an("Secret", "b"), an("ConfigMap", "a"), id="a kind beats a name"),
        pytest.param(
            an("ConfigMap", "a", namespace="z"), an("ConfigMap", "b", namespace="a"), id="a name beats a namespace"
        ),
        pytest.param(
            an("Job", "z", hook="PreSync", wave=9), an("ConfigMap", "a", wave=-9), id="a phase beats everything"
        ),
    ],
)
def test_what_decides_the_order_5_4(first: Resource, second: Resource) -> None:
    assert [task.key.name for task in planned(compare([second, first]))] == [first.name, second.name]


def test_only_what_has_a_target_moves_a_namespace_forward_syn_19() -> None:
    tasks = planned(compare([an("Namespace", "default", wave=3)], [an("Secret", "old", wave=1)]))
    assert lines(tasks) == ["Sync 1 prune Secret/old", "Sync 3 apply Namespace/default"]


def test_prune_last_of_an_application_puts_all_prunes_behind_syn_21() -> None:
    comparison = compare(
        [an("ConfigMap", "kept", wave=4)],
        [an("Secret", "a", wave=1), an("Secret", "b", wave=9)],
        sync_options=("PruneLast=true",),
    )
    last = [line for line in lines(planned(comparison)) if "prune" in line]
    assert [line.partition(" prune ")[2] for line in last] == ["Secret/a", "Secret/b"]
    [wave] = {line.split()[1] for line in last}
    assert int(wave) > 4


# --- 5.9: what has no say ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "annotations",
    [
        pytest.param({"helm.sh/resource-policy": "keep"}, id="SYN-40"),
        pytest.param({SYNC_OPTIONS: "Delete=false"}, id="Delete=false is for the deletion of applications"),
        pytest.param({"argocd.argoproj.io/hook-delete-policy": "HookSucceeded"}, id="a policy without a hook"),
    ],
)
def test_what_does_not_keep_an_object_from_being_pruned_syn_40(annotations: dict[str, str]) -> None:
    tasks = planned(compare([], [an("Secret", "old", annotations=annotations)]))
    assert lines(tasks) == ["Sync 0 prune Secret/old"]


def test_one_object_that_asks_for_a_confirmation_holds_up_no_other_syn_38() -> None:
    """Unlike Argo CD's, which would hold the whole wave until somebody confirms."""
    comparison = compare([an("ConfigMap", "new")], [an("Secret", "a", options="Prune=confirm"), an("Secret", "b")])
    assert lines(planned(comparison)) == [
        "Sync 0 prune-skipped Secret/a",
        "Sync 0 prune Secret/b",
        "Sync 0 apply ConfigMap/new",
    ]


@pytest.mark.parametrize("policy", ["background", "orphan", "foreground"])
def test_hooks_are_deleted_as_everything_else_syn_41(policy: str) -> None:
    hook, old = an("Job", "check", hook="PreSync"), an("Secret", "old")
    tasks = planned(compare([hook], [old], sync_options=(f"PrunePropagationPolicy={policy}",)))
    assert [(task.key.name, task.propagation) for task in tasks] == [
        ("check", policy.capitalize()),
        ("old", policy.capitalize()),
    ]


# --- 5.13: what a result says -----------------------------------------------------------------------------------------


def _begun(*targets: Resource, live: tuple[Resource, ...] = ()) -> State:
    comparison = compare(targets, live)
    seen = {row.key: Seen(live=row.live) for row in comparison.resources if row.live}
    return start(planned(comparison), seen)


def _after(state: State, *events: Event) -> list[str]:
    return [
        f"{each.key.name}: {each.code}, {each.hook_phase}, {each.message}" for each in fold(state, events).results()
    ]


def test_what_each_outcome_is_called_5_13() -> None:
    state = _begun(an("Deployment", "web"), an("ConfigMap", "bad"), live=(an("Secret", "old"),))
    by_name = {task_id.key.name: task_id for task_id in state.tasks}
    assert _after(state) == ["old: None, None, ", "bad: None, None, ", "web: None, None, "]
    outcomes = _after(
        state,
        Pruned(id=by_name["old"], live=None, message="pruned", now=1.0),
        Refused(id=by_name["bad"], message="denied", now=1.0),
        Applied(
            id=by_name["web"],
            live=an("Deployment", "web"),
            message="deployment.apps/web created",
            now=1.0,
            health=_PROGRESSING,
        ),
    )
    assert outcomes == [
        "old: Pruned, Succeeded, pruned",
        "bad: SyncFailed, Failed, denied",
        "web: Synced, Running, deployment.apps/web created",
    ]


def test_what_may_not_be_pruned_has_succeeded_and_says_why_5_13() -> None:
    state = _begun(live=(an("Secret", "kept", options="Prune=false"),))
    state, _ = step(state, 1.0)
    assert _after(state) == ["kept: PruneSkipped, Succeeded, ignored (no prune)"]


def test_each_phase_of_a_hook_has_a_result_and_a_silent_health_keeps_the_last_message_syn_51() -> None:
    state = _begun(an("Job", "check", hook="PreSync,PostSync"))
    first, second = state.tasks
    live = an("Job", "check", hook="PreSync,PostSync")
    assert (first.phase, second.phase, first.key) == ("PreSync", "PostSync", second.key)
    state = fold(state, [Applied(id=first, live=live, message="job.batch/check created", now=1.0, health=_PROGRESSING)])
    state = fold(state, [Observed(key=first.key, live=live, now=2.0, health=_PROGRESSING)])
    assert [(each.phase, each.message) for each in state.results()] == [
        ("PreSync", "job.batch/check created"),
        ("PostSync", ""),
    ]
