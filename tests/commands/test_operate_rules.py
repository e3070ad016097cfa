"""What stops one application's sync, makes it partial, ends it early or repeats it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Retry, Source
from gitops_action.commands.older import Ancestry
from gitops_action.commands.operate import operate
from gitops_action.commands.recording import Intent
from gitops_action.errors import Forbidden, Invalid, Refused
from gitops_action.ports import ApiKind
from gitops_action.sync.lease import LEASE
from gitops_action.sync.record import Operation, record_name
from gitops_action.sync.record_store import load_record, save_record
from gitops_action.sync.rights import Right
from gitops_action.sync.selection import parse_selection
from gitops_action.sync.terminate import request_termination
from tests.commands.test_operate import OURS, Desk, desk, recorded
from tests.fake_kinds import VERBS
from tests.sync.example import an, assess

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.application.application import Application
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.sync.model import OperationResult
    from tests.fake_cluster import Call

__all__ = ["desk"]

APPLICATION = ApiKind(
    group="argoproj.io", version="v1alpha1", kind="Application", plural="applications", namespaced=True, verbs=VERBS
)


def changed(found: Evaluation, **changes: Any) -> Evaluation:
    """Return an evaluation whose application is another one."""
    assert found.comparison is not None
    application: Application = replace(found.application, **changes)
    return replace(found, application=application, comparison=replace(found.comparison, application=application))


def with_inputs(desk: Desk, **inputs: Any) -> Desk:
    desk.session = replace(desk.session, inputs=replace(desk.session.inputs, **inputs))
    return desk


def names(desk: Desk) -> list[str]:
    return [found.name for found in desk.cluster.objects("ConfigMap") if found.name != "gitops-action"]


# --- the stop switch -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotations", "reason"),
    [
        ({"gitops-action/pause": "until the\nfreeze ends"}, "annotation gitops-action/pause: until the freeze ends"),
        ({"gitops-action/pause": ""}, "annotation gitops-action/pause: no reason given"),
        ({"argocd.argoproj.io/skip-reconcile": "true"}, "annotation argocd.argoproj.io/skip-reconcile"),
    ],
)
def test_an_application_that_git_pauses_is_not_changed(desk: Desk, annotations: dict[str, str], reason: str) -> None:
    found = changed(desk.evaluation([an("ConfigMap", "settings")]), annotations=annotations)
    with pytest.raises(Refused) as refused:
        desk.operate(found)
    assert refused.value.summary == f"shop: not synced, for it is paused ({reason})"
    assert desk.writes == []


@pytest.mark.parametrize("key", ["pause", "pause.shop"])
def test_an_application_that_the_cluster_pauses_is_not_changed(desk: Desk, key: str) -> None:
    switch = {"name": "gitops-action", "namespace": "default"}
    desk.cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": switch, "data": {key: "a migration runs"}})
    with pytest.raises(Refused, match=rf"ConfigMap default/gitops-action, key {key}: a migration runs"):
        desk.operate(desk.evaluation([an("ConfigMap", "settings")]))
    assert names(desk) == []
    assert desk.cluster.objects("Lease") == []


def test_another_applications_switch_pauses_nothing_and_nothing_to_do_is_never_paused(desk: Desk) -> None:
    switch = {"name": "gitops-action", "namespace": "default"}
    desk.cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": switch, "data": {"pause.other": "x"}})
    desk.operate(desk.evaluation([an("ConfigMap", "settings")]))
    assert names(desk) == ["settings"]
    paused = changed(desk.evaluation([], same=[an("ConfigMap", "settings")]), annotations={"gitops-action/pause": "x"})
    assert desk.operate(paused)[1] is not None


# --- Argo CD beside us -----------------------------------------------------------------------------------------------


def with_argocd(desk: Desk) -> Evaluation:
    desk.cluster.serve(APPLICATION)
    spec = {
        "source": {"repoURL": "https://github.com/octo-org/shop", "path": "shop"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "default"},
        "syncPolicy": {"automated": {}},
    }
    metadata = {"name": "shop", "namespace": "argocd"}
    desk.cluster.put({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec})
    return changed(desk.evaluation([an("ConfigMap", "settings")]), sources=(Source(path="shop"),))


def test_a_sync_that_argo_cd_does_on_its_own_is_refused_unless_they_shall_coexist(desk: Desk) -> None:
    found = with_argocd(desk)
    with pytest.raises(Refused, match="Application argocd/shop in the cluster is automated"):
        desk.operate(found)
    assert names(desk) == []
    with_inputs(desk, argocd="coexist").operate(found)
    assert names(desk) == ["settings"]


def test_who_may_not_read_applications_is_not_stopped(desk: Desk) -> None:
    found = with_argocd(desk)

    def forbid(call: Call) -> None:
        if call.kind == "Application":
            raise Forbidden("no", status=403)

    desk.cluster.before = forbid
    desk.operate(found)
    assert names(desk) == ["settings"]


# --- rights ----------------------------------------------------------------------------------------------------------


def test_all_rights_that_are_missing_are_told_at_once_before_the_first_change(desk: Desk) -> None:
    desk.cluster.forbidden = {
        Right("default", "", "configmaps", "delete"),
        Right("default", "batch", "jobs", "delete"),
    }
    old = desk.cluster.put(an("ConfigMap", "old").object)
    found = desk.evaluation([an("ConfigMap", "new"), an("Job", "check", hook="PreSync")])
    assert found.comparison is not None
    row = found.comparison.resources[0]
    gone = replace(row, key=old.key, target=None, live=old, requires_pruning=True)
    found = replace(found, comparison=replace(found.comparison, resources=(row, gone)))
    with pytest.raises(Forbidden) as refused:
        with_inputs(desk, prune=True).operate(found)
    assert refused.value.summary == "shop: not synced, for 2 rights are missing"
    assert refused.value.detail.splitlines() == [
        "delete configmaps in namespace default",
        "delete jobs.batch in namespace default",
    ]
    assert "kind: Role" in refused.value.remedy
    assert desk.writes == []


# --- a part of it ----------------------------------------------------------------------------------------------------


def test_a_selective_sync_leaves_the_record_at_the_last_whole_sync_but_looks_for_all_syn_55(desk: Desk) -> None:
    former = recorded(desk.evaluation([]), revision="b" * 40)
    operations = (Operation(id=4, revision="b" * 40, phase="Succeeded"),)
    found = desk.evaluation([an("ConfigMap", "one"), an("ConfigMap", "two")])
    found = replace(found, record=replace(former, operations=operations))
    assert found.record is not None
    save_record(found.record, found.application, desk.cluster)
    found = replace(found, record=load_record(found.application, desk.cluster))
    result = sync(desk, found, Intent(selection=parse_selection([":ConfigMap:two"], "")))
    assert [row.key.name for row in result.resources] == ["two"]
    after = desk.record(found)
    assert after is not None
    assert (after.phase, after.revision, [each.id for each in after.operations]) == ("Succeeded", "b" * 40, [4])
    assert [key.name for key in after.inventory] == ["one", "two"]


def test_a_dry_run_takes_no_lock_and_writes_no_record(desk: Desk) -> None:
    result = sync(with_inputs(desk, dry_run=True), desk.evaluation([an("ConfigMap", "settings")]))
    assert [row.message for row in result.resources] == ["configmap/settings created (dry run)"]
    assert desk.writes == []


# --- again -----------------------------------------------------------------------------------------------------------


def flaky(desk: Desk, times: int) -> None:
    """Let the cluster refuse some writes of the object, each of its dry runs succeeding."""
    left = [times]

    def before(call: Call) -> None:
        if (call.verb, call.name, call.dry_run) == ("patch", "settings", False) and left[0]:
            left[0] -= 1
            raise Invalid("admission webhook says no", status=400)

    desk.cluster.before = before


def test_a_sync_that_failed_is_compared_and_tried_again_as_the_policy_says_ops_8(desk: Desk) -> None:
    flaky(desk, 2)
    found = desk.evaluation([an("ConfigMap", "settings")])
    assert found.comparison is not None
    policy = replace(found.application.sync_policy, retry=Retry(limit=3, duration=0.01, factor=2, max_duration=1.0))
    result = sync(desk, changed(found, sync_policy=policy))
    assert (result.phase, result.message) == (
        "Succeeded",
        "successfully synced (all tasks run) (retried 2 times).",
    )
    assert [line for line in desk.lines if "Retrying" in line] == [
        "one or more objects failed to apply, reason: admission webhook says no. Retrying attempt #1 in 0.01 s",
        "one or more objects failed to apply, reason: admission webhook says no. Retrying attempt #2 in 0.02 s",
    ]
    assert len(desk.compared) == 2
    after = desk.record(found)
    assert after is not None
    assert after.phase == "Succeeded"
    assert desk.cluster.objects("Lease") == []


def test_the_input_limits_the_retries_and_without_a_policy_there_are_none(desk: Desk) -> None:
    flaky(desk, 9)
    found = desk.evaluation([an("ConfigMap", "settings")])
    assert sync(desk, found).message.endswith("webhook says no")
    desk.stop.clear()
    found = desk.evaluation([an("ConfigMap", "settings")])
    with_inputs(desk, retry_limit=1, retry_backoff_duration=0.01)
    assert sync(desk, found).message.endswith("webhook says no (retried 1 times).")


def test_a_stop_ends_the_wait_for_the_next_attempt(desk: Desk) -> None:
    flaky(desk, 9)
    with_inputs(desk, retry_limit=1, retry_backoff_duration=5.0)

    def say(line: str) -> None:
        if "Retrying" in line:
            desk.stop.set()

    result = sync(desk, desk.evaluation([an("ConfigMap", "settings")]), say=say)
    assert result.phase == "Failed"


# --- terminate -------------------------------------------------------------------------------------------------------


def test_a_sync_that_is_asked_to_end_ends_as_terminated(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitops_action.sync.lock._RENEW_EVERY", 0.1)
    desk.cluster.becomes = {"migrate": "Progressing"}
    found = desk.evaluation([an("Job", "migrate", hook="PreSync"), an("ConfigMap", "settings")])
    asked: list[str] = []

    def say(line: str) -> None:
        if line.startswith("waiting for completion") and not asked:
            asked.append(request_termination(found.application, desk.cluster))

    result = sync(desk, found, say=say)
    assert asked == ["https://github.com/octo-org/shop/actions/runs/7"]
    assert (result.phase, result.message) == ("Failed", "Operation terminated")
    assert names(desk) == []
    assert desk.cluster.objects("Lease") == []
    after = desk.record(found)
    assert after is not None
    assert after.phase == "Failed"


def test_a_wait_for_health_that_is_asked_to_end_has_failed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitops_action.sync.lock._RENEW_EVERY", 0.1)
    desk.cluster.becomes = {"web": "Progressing"}
    found = desk.evaluation([an("Deployment", "web")])

    def say(line: str) -> None:
        if line.startswith("waiting for the health"):
            request_termination(found.application, desk.cluster)

    result = sync(desk, found, say=say)
    assert (result.phase, result.message) == ("Failed", "Operation terminated while waiting for health")


def test_there_must_be_a_sync_to_terminate_and_a_request_ends_no_later_one(desk: Desk) -> None:
    found = desk.evaluation([an("ConfigMap", "settings")])
    with pytest.raises(Refused, match="shop: no sync is running, so there is none to terminate"):
        request_termination(found.application, desk.cluster)
    metadata = {
        "name": record_name(found.application),
        "namespace": "default",
        "annotations": {"gitops-action/terminate": "somebody#1"},
    }
    desk.cluster.put({"apiVersion": LEASE.api_version, "kind": "Lease", "metadata": metadata, "spec": {}})
    assert sync(desk, found).phase == "Succeeded"


# --- confirmation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approved", "confirms", "is_pruned"),
    [
        ("", False, False),
        ("", True, True),
        ("2026-01-01T00:00:00Z", False, False),
        ("2026-01-03T00:00:00Z", False, True),
        ("soon", False, False),
    ],
)
def test_what_asks_for_a_confirmation_is_pruned_once_somebody_approved_it_since_the_last_sync_syn_39(
    desk: Desk, approved: str, *, confirms: bool, is_pruned: bool
) -> None:
    old = desk.cluster.put(an("ConfigMap", "old", options="Prune=confirm").object)
    found = desk.evaluation([an("ConfigMap", "new")])
    assert found.comparison is not None
    row = found.comparison.resources[0]
    gone = replace(row, key=old.key, target=None, live=old, requires_pruning=True)
    operation = Operation(id=0, revision=OURS, phase="Succeeded", finished=1767312000.0)  # 2026-01-02
    found = replace(
        found,
        comparison=replace(found.comparison, resources=(row, gone)),
        record=replace(recorded(found), operations=(operation,)),
    )
    assert found.record is not None
    save_record(found.record, found.application, desk.cluster)
    found = replace(found, record=load_record(found.application, desk.cluster))
    annotations = {"argocd.argoproj.io/deletion-approved": approved} if approved else {}
    found = changed(found, annotations=annotations)
    result = sync(with_inputs(desk, prune=True, confirm_prune=confirms), found)
    said = {row.key.name: row.message for row in result.resources}
    assert said["old"] == ("pruned" if is_pruned else "ignored (requires confirmation: Prune=confirm)")
    assert names(desk) == (["new"] if is_pruned else ["new", "old"])


def sync(
    desk: Desk, found: Evaluation, intent: Intent | None = None, *, say: Callable[[str], None] | None = None
) -> OperationResult:
    def again(current: Evaluation) -> Evaluation:
        desk.compared.append(current.record)
        return current

    _, result = operate(
        found,
        desk.session,
        assess,
        desk.stop,
        ancestry=Ancestry(desk.session),
        say=say or desk.lines.append,
        again=again,
        intent=intent or Intent(),
    )
    assert result is not None
    return result


# --- after a sync that did not end well ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "hooks_done", "runs"),
    [
        ("Succeeded", False, False),
        ("Running", False, True),
        ("Running", True, False),
        ("Failed", False, True),
        ("Error", False, True),
    ],
)
def test_hooks_run_without_a_difference_only_where_the_last_sync_did_not_end_well(
    desk: Desk, phase: str, *, hooks_done: bool, runs: bool
) -> None:
    found = desk.evaluation([an("Job", "tell", hook="PostSync", policy="HookSucceeded")], same=[an("ConfigMap", "a")])
    operation = Operation(id=0, revision=OURS, phase=phase, hooks_done=hooks_done)
    save_record(replace(recorded(found, phase=phase), operations=(operation,)), found.application, desk.cluster)
    found = replace(found, record=load_record(found.application, desk.cluster))
    desk.cluster.writes.clear()
    assert sync(desk, found).phase == "Succeeded"
    assert ("apply Job/tell" in desk.cluster.writes) is runs
    after = desk.record(found)
    assert after is not None
    assert after.phase == "Succeeded"


def test_a_hook_that_a_killed_run_was_about_to_delete_is_deleted_and_not_run_anew(desk: Desk) -> None:
    hook = an("Job", "tell", hook="PostSync", policy="HookSucceeded", status={"health": "Healthy"})
    left = desk.cluster.put(hook.object)
    found = desk.evaluation([hook], same=[an("ConfigMap", "a")])
    operation = Operation(id=0, revision=OURS, phase="Running", hooks_done=True)
    save_record(replace(recorded(found, phase="Running"), operations=(operation,)), found.application, desk.cluster)
    sync(desk, replace(found, record=load_record(found.application, desk.cluster)))
    assert left.uid
    assert "delete Job/tell" in desk.cluster.writes
    assert desk.cluster.objects("Job") == []


def test_the_lock_of_a_run_that_had_ended_holds_nobody_up(desk: Desk) -> None:
    found = desk.evaluation([an("ConfigMap", "settings")])
    operation = Operation(id=0, revision=OURS, phase="Succeeded", holder="killed while it let go#1")
    save_record(replace(recorded(found), operations=(operation,)), found.application, desk.cluster)
    metadata = {"name": record_name(found.application), "namespace": "default"}
    spec = {"holderIdentity": "killed while it let go#1", "leaseDurationSeconds": 30}
    desk.cluster.put({"apiVersion": LEASE.api_version, "kind": "Lease", "metadata": metadata, "spec": spec})
    found = replace(found, record=load_record(found.application, desk.cluster))
    assert sync(desk, found).phase == "Succeeded"
    assert not [line for line in desk.lines if "waiting for the sync of" in line]
    assert desk.cluster.objects("Lease") == []
