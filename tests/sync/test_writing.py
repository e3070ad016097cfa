"""Whole syncs on a cluster in memory: writes that others interfere with, and what is done then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import ApplicationCondition, Automated, ConditionType
from gitops_action.errors import ClusterError, Forbidden, Refused
from gitops_action.resource import Resource
from gitops_action.resource.annotations import HOOK_FINALIZER
from gitops_action.resource.tracking import Tracking
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.options import Adopt
from gitops_action.sync.refuse import is_needed
from tests.fakes import FakeCluster
from tests.sync.example import TRACKING, LivelyCluster, an, background, brief, compare, refuse, run, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.ports import ApiKind
    from gitops_action.resource import ResourceKey
    from gitops_action.resource.resource import JsonObject
    from gitops_action.sync.model import OperationResult
    from tests.fake_cluster import Call

_SETTINGS = an("ConfigMap", "settings", data={"new": "yes"})
_OLD = an("ConfigMap", "settings", data={"old": "yes"})
_THEIRS = {"argocd.argoproj.io/tracking-id": "billing:batch/Job:default/check"}


_BILLING = Tracking(instance="billing", namespace="default").mark(
    Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}})
)
_TAKEN = (
    OperationPhase.FAILED,
    (
        "ConfigMap default/settings came into being since the comparison, and is tracked for application billing: "
        "leave it to one of the two"
    ),
)


def _when(verb: str, name: str, cluster: LivelyCluster, change: Resource, *, times: int = 1) -> None:
    """Let somebody else change an object just before it is asked for."""
    left = iter(range(times))

    def before(call: Call) -> None:
        if (call.verb, call.name, call.dry_run) == (verb, name, False) and (count := next(left, None)) is not None:
            cluster.put({**change.object, "data": {"theirs": str(count)}})

    cluster.before = before


def test_a_replacement_is_tried_again_with_the_version_that_is_there() -> None:
    cluster = LivelyCluster()
    target = an("ConfigMap", "settings", options="Replace=true", data={"new": "yes"})
    comparison = compare([target], [_OLD], cluster=cluster)
    _when("update", "settings", cluster, _OLD)
    result = run(comparison, cluster)
    assert [r.message for r in result.resources] == ["configmap/settings replaced"]
    assert cluster.objects("ConfigMap")[0].object["data"] == {"new": "yes"}


def _comes_into_being(name: str, cluster: LivelyCluster, theirs: Resource, *, verb: str = "patch") -> None:
    """Let somebody else create an object in the moment before we do."""
    left = iter([theirs.object])

    def before(call: Call) -> None:
        if (call.verb, call.name, call.dry_run) == (verb, name, False) and (created := next(left, None)):
            cluster.put(created)

    cluster.before = before


def test_what_another_application_has_just_created_is_not_taken_from_it() -> None:
    cluster = LivelyCluster()
    comparison = compare([an("ConfigMap", "settings", data={"new": "yes"})], cluster=cluster)
    _comes_into_being("settings", cluster, _BILLING)
    assert _outcome(run(comparison, cluster)) == _TAKEN
    [left] = cluster.objects("ConfigMap")
    assert (TRACKING.owner(left), "data" in left.object) == ("billing", False)


def test_nor_is_it_replaced_where_ours_has_just_been_deleted() -> None:
    cluster = LivelyCluster()
    target = an("ConfigMap", "settings", options="Replace=true", data={"new": "yes"})
    comparison = compare([target], [_OLD], cluster=cluster)
    FakeCluster.delete(cluster, cluster.catalog().kinds["v1", "ConfigMap"], target.key)
    _comes_into_being("settings", cluster, _BILLING, verb="create")
    assert _outcome(run(comparison, cluster)) == _TAKEN


def _outcome(result: OperationResult) -> tuple[OperationPhase, str]:
    [row] = result.resources
    return result.phase, row.message


def test_what_nobody_tracks_and_has_just_come_into_being_is_applied_to() -> None:
    """As a ServiceAccount ``default``, which comes with its Namespace."""
    cluster = LivelyCluster()
    new = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "default"}}
    comparison = compare([an("ServiceAccount", "default", automountServiceAccountToken=False)], cluster=cluster)
    _comes_into_being("default", cluster, Resource(new))
    result = run(comparison, cluster)
    assert [row.message for row in result.resources] == ["serviceaccount/default configured"]
    assert cluster.objects("ServiceAccount")[0].object["automountServiceAccountToken"] is False


def test_what_does_not_exist_is_created_by_one_request() -> None:
    cluster = LivelyCluster()
    comparison = compare([an("ConfigMap", "settings")], cluster=cluster)
    cluster.calls.clear()
    run(comparison, cluster, wait=False)
    assert [(call.verb, call.name) for call in cluster.calls if call.name == "settings"] == [("patch", "settings")]


def test_a_replacement_gives_up_when_somebody_changes_the_object_every_time() -> None:
    cluster = LivelyCluster()
    target = an("ConfigMap", "settings", options="Replace=true", data={"new": "yes"})
    comparison = compare([target], [_OLD], cluster=cluster)
    _when("update", "settings", cluster, _OLD, times=100)
    assert run(comparison, cluster).phase is OperationPhase.FAILED


def test_a_prune_gives_up_when_somebody_changes_the_object_every_time() -> None:
    cluster = LivelyCluster()
    comparison = compare([], [_OLD], automated=Automated(allow_empty=True), cluster=cluster)
    _when("delete", "settings", cluster, _OLD, times=100)
    result = run(comparison, cluster, prune=True)
    assert [r.message for r in result.resources] == [
        "ConfigMap default/settings was changed by somebody else each time it was about to be pruned"
    ]
    assert cluster.objects("ConfigMap") != []


def test_fields_of_an_old_writer_that_left_git_go_with_the_apply_syn_32() -> None:
    cluster = LivelyCluster()
    live = cluster.put(_OLD.object, manager="kubectl-client-side-apply")
    comparison = compare([_SETTINGS], [live], cluster=cluster)
    run(comparison, cluster)
    assert cluster.objects("ConfigMap")[0].object["data"] == {"new": "yes"}


def test_client_side_apply_migration_false_leaves_them() -> None:
    cluster = LivelyCluster()
    live = cluster.put(_OLD.object, manager="kubectl-client-side-apply")
    run(compare([_SETTINGS], [live], cluster=cluster, sync_options=("ClientSideApplyMigration=false",)), cluster)
    assert cluster.objects("ConfigMap")[0].object["data"] == {"new": "yes", "old": "yes"}


def test_what_is_being_deleted_is_created_again_once_it_is_gone_w_16() -> None:
    cluster = LivelyCluster()
    leaving = cluster.put(_SETTINGS.with_metadata(finalizers=["example.com/slow"]).object)
    kind = cluster.catalog().kinds["v1", "ConfigMap"]
    cluster.delete(kind, leaving.key)
    comparison = compare(same=[_SETTINGS], cluster=LivelyCluster())
    (row,) = comparison.resources
    comparison = replace(comparison, resources=(replace(row, live=cluster.objects("ConfigMap")[0]),))
    assert is_needed(comparison)
    ended = background(lambda: run(comparison, cluster))
    until(lambda: any(call.verb == "get" for call in cluster.calls))
    cluster.put(cluster.objects("ConfigMap")[0].with_metadata(finalizers=None).object)
    assert [r.message for r in ended().resources] == ["configmap/settings created"]
    assert cluster.objects("ConfigMap")[0].uid != leaving.uid


def test_a_hook_whose_object_belongs_to_another_application_is_refused_before_the_first_change() -> None:
    cluster = LivelyCluster()
    cluster.put(an("Job", "check").with_annotations(_THEIRS).object)
    result = run(compare([an("Job", "check", hook="PreSync"), _SETTINGS], cluster=cluster), cluster)
    assert [r.message for r in result.resources] == ["Job default/check exists and is tracked for application billing"]
    assert cluster.writes == []


def test_a_finalizer_that_cannot_be_removed_is_told_and_changes_nothing_else() -> None:
    cluster = LivelyCluster()
    comparison = compare([an("Job", "check", hook="PreSync")], cluster=cluster)
    gone: list[str] = []

    def before(call: Call) -> None:
        if call.verb == "patch" and not call.dry_run and gone:
            raise Forbidden("jobs is forbidden", status=403)
        gone.extend([call.name] if call.verb == "patch" and not call.dry_run else [])

    cluster.before = before
    result = run(comparison, cluster)
    assert result.phase is OperationPhase.SUCCEEDED
    assert [r.message for r in result.resources] == ["failed to remove hook finalizer: jobs is forbidden"]
    assert cluster.objects("Job")[0].metadata["finalizers"] == [HOOK_FINALIZER]


class _Forgetful(LivelyCluster):
    """A cluster that takes a finalizer off, and whose answer to that is lost."""

    lost = 0

    def patch(
        self, kind: ApiKind, key: ResourceKey, operations: Sequence[JsonObject], *, dry_run: bool = False
    ) -> Resource:
        written = super().patch(kind, key, operations, dry_run=dry_run)
        self.lost += 1
        raise ClusterError(f"the connection broke after {written.key} was written")


def test_a_finalizer_whose_removal_was_not_answered_is_looked_at_again_syn_13() -> None:
    cluster = _Forgetful()
    hook = an("Job", "check", hook="PreSync", policy="HookSucceeded")
    result = run(compare([hook], cluster=cluster), cluster)
    assert (result.phase, cluster.lost, cluster.objects("Job")) == (OperationPhase.SUCCEEDED, 1, [])
    assert [row.message for row in result.resources] == ["started"]


def test_a_hook_that_cannot_be_deleted_for_its_new_creation_fails() -> None:
    cluster = LivelyCluster()
    cluster.put(an("Job", "check").object)
    cluster.before = refuse("delete", "check", Forbidden("jobs is forbidden", status=403))
    result = run(compare([an("Job", "check", hook="PreSync")], cluster=cluster), cluster)
    assert result.message == "one or more objects failed to apply, reason: failed to delete resource: jobs is forbidden"


def test_the_namespace_that_cannot_be_read_fails_the_sync_syn_47() -> None:
    cluster = LivelyCluster()
    comparison = compare([_SETTINGS], sync_options=("CreateNamespace=true",), cluster=cluster)
    cluster.before = refuse("get", "default", Forbidden("namespaces is forbidden", status=403))
    result = run(comparison, cluster)
    assert brief(result) == ["PreSync Namespace/default: SyncFailed, Failed"]
    assert [r.message for r in result.resources] == ["namespace auto creation failed: namespaces is forbidden"]


def test_a_cluster_that_stops_answering_fails_the_objects_and_not_the_run() -> None:
    cluster = LivelyCluster()
    cluster.before = refuse("patch", "settings", ClusterError("connection refused"))
    result = run(compare([_SETTINGS]), cluster)
    assert result.message == "one or more objects failed to apply, reason: connection refused"


def test_a_dry_run_tells_what_would_be_done_and_does_nothing_syn_29() -> None:
    cluster = LivelyCluster()
    comparison = compare(
        [an("ConfigMap", "new"), _SETTINGS, an("Job", "check", hook="PreSync")],
        [_OLD, an("Secret", "old"), an("Secret", "kept", options="Prune=false")],
        same=[an("ConfigMap", "same")],
        cluster=cluster,
    )
    result = run(comparison, cluster, dry_run=True, prune=True)
    assert result.phase is OperationPhase.SUCCEEDED
    assert [r.message for r in result.resources] == [
        "job.batch/check created (dry run)",
        "ignored (no prune)",
        "pruned (dry run)",
        "configmap/new created (dry run)",
        "configmap/same unchanged",
        "configmap/settings configured (dry run)",
    ]
    assert cluster.writes == []


def test_fail_on_shared_resource_refuses_even_where_all_is_adopted_trk_17() -> None:
    words = "ConfigMap/settings is part of applications argocd/shop and billing"
    condition = ApplicationCondition(type=ConditionType.SHARED_RESOURCE_WARNING, message=words)
    comparison = compare([_SETTINGS], sync_options=("FailOnSharedResource=true",))
    with pytest.raises(Refused, match=f"Shared resource found: {words}"):
        run(replace(comparison, conditions=(condition,)), LivelyCluster(), adopt=Adopt.ALL)


def test_a_kind_that_may_come_later_is_tried_and_then_failed_syn_16_syn_37() -> None:
    cluster = LivelyCluster()
    widget = an("Widget", "one", options="SkipDryRunOnMissingResource=true")
    result = run(compare([widget], cluster=cluster), cluster)
    assert [r.message for r in result.resources] == [
        (
            "The Kubernetes API could not find example.com/Widget for requested resource default/one. "
            'Make sure the "Widget" CRD is installed on the destination cluster.'
        )
    ]
