"""Whole syncs on a cluster in memory: phases, waves, hooks, and the wait for health."""

from __future__ import annotations

import time

from gitops_action.errors import Forbidden
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.refuse import is_needed
from tests.fake_cluster import Call
from tests.sync.example import LivelyCluster, an, background, brief, compare, refuse, run, until


def test_what_is_out_of_sync_is_applied_and_waited_for() -> None:
    cluster = LivelyCluster()
    lines: list[str] = []
    result = run(compare([an("Deployment", "web"), an("ConfigMap", "settings")]), cluster, lines=lines)
    assert (result.phase, result.message) == (OperationPhase.SUCCEEDED, "successfully synced (all tasks run)")
    assert cluster.writes == ["apply ConfigMap/settings", "apply Deployment/web"]
    assert brief(result) == ["Sync ConfigMap/settings: Synced, Succeeded", "Sync Deployment/web: Synced, Running"]
    assert result.health is not None
    assert result.health.code == "Healthy"
    assert "Deployment default/web: Healthy" in lines


def test_a_second_sync_writes_nothing_and_asks_nothing() -> None:
    cluster = LivelyCluster()
    healthy = an("Deployment", "web", status={"health": "Healthy"})
    comparison = compare(same=[healthy, an("ConfigMap", "settings")], cluster=cluster)
    assert not is_needed(comparison)
    result = run(comparison, cluster)
    assert (result.phase, result.message) == (OperationPhase.SUCCEEDED, "successfully synced (no more tasks)")
    assert cluster.calls == []
    assert {r.message for r in result.resources} == {"configmap/settings unchanged", "deployment.apps/web unchanged"}


def test_phases_run_one_after_the_other_and_each_waits_for_the_one_before_syn_22() -> None:
    cluster = LivelyCluster(becomes={"migrate": None})
    hooks = [an("Job", "migrate", hook="PreSync"), an("Job", "smoke", hook="PostSync")]
    comparison = compare([*hooks, an("Deployment", "web")], cluster=cluster)
    ended = background(lambda: run(comparison, cluster))
    until(lambda: cluster.writes == ["apply Job/migrate"])
    until(lambda: Call(verb="watch", kind="Job", namespace="default") in cluster.calls)
    assert cluster.writes == ["apply Job/migrate"]
    cluster.turns(cluster.objects("Job")[0], "Healthy")
    assert ended().phase is OperationPhase.SUCCEEDED
    assert cluster.writes == ["apply Job/migrate", "apply Deployment/web", "apply Job/smoke"]


def test_a_completed_hook_loses_its_finalizer_and_stays_without_a_policy_that_deletes_it_syn_13() -> None:
    cluster = LivelyCluster()
    run(compare([an("Job", "migrate", hook="PreSync")]), cluster)
    (job,) = cluster.objects("Job")
    assert "finalizers" not in job.metadata or not job.metadata["finalizers"]


def test_the_old_object_of_a_hook_is_deleted_before_it_is_created_anew_syn_28() -> None:
    cluster = LivelyCluster()
    hook = an("Job", "migrate", hook="PreSync")
    old = cluster.put(hook.with_metadata(finalizers=["argocd.argoproj.io/hook-finalizer"]).object)
    result = run(compare([hook]), cluster)
    assert result.phase is OperationPhase.SUCCEEDED
    assert cluster.writes == ["delete Job/migrate", "apply Job/migrate"]
    assert cluster.objects("Job")[0].uid != old.uid


def test_a_hook_without_before_hook_creation_is_applied_again_syn_28() -> None:
    cluster = LivelyCluster()
    hook = an("Job", "migrate", hook="PreSync", policy="HookFailed")
    cluster.put(hook.object)
    run(compare([hook]), cluster)
    assert cluster.writes == ["apply Job/migrate"]


def test_hooks_with_hook_succeeded_go_at_the_end_of_a_good_operation_syn_27() -> None:
    cluster = LivelyCluster()
    targets = [an("Job", "migrate", hook="PreSync", policy="HookSucceeded"), an("ConfigMap", "settings")]
    run(compare(targets), cluster)
    assert cluster.writes == ["apply Job/migrate", "apply ConfigMap/settings", "delete Job/migrate"]
    assert cluster.objects("Job") == []


def test_a_failed_hook_stops_the_sync_and_runs_the_sync_fail_hooks_rule_5() -> None:
    cluster = LivelyCluster(becomes={"migrate": "Degraded: out of luck"})
    targets = [
        an("Job", "migrate", hook="PreSync", policy="HookFailed"),
        an("ConfigMap", "settings"),
        an("Job", "tell", hook="SyncFail"),
    ]
    result = run(compare(targets), cluster)
    assert (result.phase, result.message) == (
        OperationPhase.FAILED,
        "one or more synchronization tasks completed unsuccessfully, reason: out of luck",
    )
    assert cluster.writes == ["apply Job/migrate", "apply Job/tell", "delete Job/migrate"]
    assert brief(result) == [
        "PreSync Job/migrate: Synced, Failed",
        "Sync ConfigMap/settings: not run, None",
        "SyncFail Job/tell: Synced, Succeeded",
    ]


def test_a_hook_of_two_phases_runs_in_each_syn_8() -> None:
    cluster = LivelyCluster()
    result = run(compare([an("Job", "check", hook="PreSync,PostSync"), an("ConfigMap", "settings")]), cluster)
    assert cluster.writes == ["apply Job/check", "apply ConfigMap/settings", "delete Job/check", "apply Job/check"]
    assert result.phase is OperationPhase.SUCCEEDED


def test_a_wave_waits_for_the_health_of_the_one_before() -> None:
    cluster = LivelyCluster(becomes={"database": None})
    comparison = compare([an("StatefulSet", "database", wave=-1), an("Deployment", "web")], cluster=cluster)
    ended = background(lambda: run(comparison, cluster))
    until(lambda: Call(verb="watch", kind="StatefulSet", namespace="default") in cluster.calls)
    assert cluster.writes == ["apply StatefulSet/database"]
    cluster.turns(cluster.objects("StatefulSet")[0], "Healthy")
    ended()
    assert cluster.writes == ["apply StatefulSet/database", "apply Deployment/web"]


def test_an_unchanged_object_of_an_earlier_wave_is_waited_for_but_not_applied_w_17() -> None:
    cluster = LivelyCluster()
    database = an("StatefulSet", "database", wave=-1, status={"health": "Degraded: disk full"})
    result = run(compare([an("Deployment", "web")], same=[database], cluster=cluster), cluster)
    assert (result.phase, result.message) == (
        OperationPhase.FAILED,
        "one or more synchronization tasks completed unsuccessfully, reason: disk full",
    )
    assert cluster.writes == []


def test_a_resource_degraded_for_a_moment_is_forgiven() -> None:
    cluster = LivelyCluster(becomes={"web": "Degraded: not yet"})
    comparison = compare([an("Deployment", "web")], cluster=cluster)
    ended = background(lambda: run(comparison, cluster, degraded_grace=5.0))
    until(lambda: Call(verb="watch", kind="Deployment", namespace="default") in cluster.calls)
    cluster.turns(cluster.objects("Deployment")[0], "Healthy")
    health = ended().health
    assert health is not None
    assert health.code == "Healthy"


def test_the_wait_ends_within_half_a_second_of_the_last_object_getting_healthy() -> None:
    cluster = LivelyCluster(becomes={"web": None})
    comparison = compare([an("Deployment", "web")], cluster=cluster)
    ended = background(lambda: run(comparison, cluster))
    until(lambda: Call(verb="watch", kind="Deployment", namespace="default") in cluster.calls)
    cluster.turns(cluster.objects("Deployment")[0], "Healthy")
    healthy = time.monotonic()
    ended()
    assert time.monotonic() - healthy < 0.5


def test_without_wait_a_sync_ends_when_all_is_applied() -> None:
    cluster = LivelyCluster(becomes={"web": None})
    result = run(compare([an("Deployment", "web")]), cluster, wait=False)
    assert (result.phase, result.health) == (OperationPhase.SUCCEEDED, None)


def test_an_object_that_the_server_refuses_does_not_keep_later_kinds_from_being_applied_rule_10() -> None:
    cluster = LivelyCluster()
    cluster.before = refuse("patch", "settings", Forbidden("no", status=403))
    result = run(compare([an("ConfigMap", "settings"), an("Deployment", "web")]), cluster)
    assert (result.phase, result.message) == (
        OperationPhase.FAILED,
        "one or more synchronization tasks completed unsuccessfully, reason: no",
    )
    assert brief(result) == ["Sync ConfigMap/settings: SyncFailed, Failed", "Sync Deployment/web: Synced, Running"]


def test_when_nothing_of_a_wave_could_be_applied_the_message_says_so_rule_10() -> None:
    cluster = LivelyCluster()
    cluster.before = refuse("patch", "settings", Forbidden("no", status=403))
    result = run(compare([an("ConfigMap", "settings"), an("Deployment", "web", wave=1)]), cluster)
    assert result.message == "one or more objects failed to apply, reason: no"
    assert cluster.writes == []
