"""Whole syncs on a cluster in memory: what is deleted, and what is left alone."""

from __future__ import annotations

from gitops_action.application.application import Automated
from tests.fake_cluster import Call
from tests.sync.example import LivelyCluster, an, background, compare, run, until


def test_only_where_asked_is_anything_pruned() -> None:
    cluster = LivelyCluster()
    old = an("ConfigMap", "old")
    result = run(compare([an("ConfigMap", "new")], [old], cluster=cluster), cluster)
    assert [r.message for r in result.resources] == ["configmap/new created", "ignored (requires pruning)"]
    result = run(compare([an("ConfigMap", "new")], [old], cluster=cluster), cluster, prune=True)
    assert [found.name for found in cluster.objects("ConfigMap")] == ["new"]
    assert [r.message for r in result.resources] == ["configmap/new configured", "pruned"]


def test_a_prune_reads_again_and_leaves_alone_what_became_somebody_elses() -> None:
    cluster = LivelyCluster()
    comparison = compare([], [an("ConfigMap", "old")], automated=Automated(allow_empty=True), cluster=cluster)
    theirs = an("ConfigMap", "old").with_annotations(
        {"argocd.argoproj.io/tracking-id": "billing:/ConfigMap:default/old"}
    )
    cluster.put(theirs.object)
    result = run(comparison, cluster, prune=True)
    (skipped,) = result.resources
    assert (skipped.code, skipped.message) == (
        "PruneSkipped",
        "not pruned: it is no longer tracked for this application but for billing",
    )
    assert cluster.writes == []


def test_a_prune_whose_object_changes_in_between_is_tried_again_with_the_new_version() -> None:
    cluster = LivelyCluster()
    comparison = compare([], [an("ConfigMap", "old")], automated=Automated(allow_empty=True), cluster=cluster)
    changes = iter(["once"])

    def change_once(call: Call) -> None:
        if call.verb == "delete" and next(changes, None):
            cluster.put({**cluster.objects("ConfigMap")[0].object, "data": {"changed": "yes"}})

    cluster.before = change_once
    result = run(comparison, cluster, prune=True)
    assert [r.message for r in result.resources] == ["pruned"]
    assert cluster.writes == ["delete ConfigMap/old", "delete ConfigMap/old"]


def test_within_a_wave_prunes_come_before_applies_5_7() -> None:
    cluster = LivelyCluster()
    run(compare([an("ConfigMap", "new")], [an("Secret", "old")], cluster=cluster), cluster, prune=True)
    assert cluster.writes == ["delete Secret/old", "apply ConfigMap/new"]


def test_the_next_wave_waits_until_what_was_pruned_is_gone_rule_3() -> None:
    cluster = LivelyCluster()
    old = an("ConfigMap", "old").with_metadata(finalizers=["example.com/slow"])
    comparison = compare([an("ConfigMap", "new", wave=1)], [old], cluster=cluster)
    lines: list[str] = []
    ended = background(lambda: run(comparison, cluster, prune=True, lines=lines))
    until(lambda: Call(verb="watch", kind="ConfigMap", namespace="default") in cluster.calls)
    assert "waiting for deletion of /ConfigMap/old" in lines
    assert cluster.writes == ["delete ConfigMap/old"]
    (marked,) = cluster.objects("ConfigMap")
    cluster.put(marked.with_metadata(finalizers=None).object)
    ended()
    assert cluster.writes == ["delete ConfigMap/old", "apply ConfigMap/new"]


def test_a_sync_ends_when_what_was_pruned_is_gone_or_says_what_holds_it_hlt_16() -> None:
    cluster = LivelyCluster()
    old = an("ConfigMap", "old").with_metadata(finalizers=["example.com/slow"])
    result = run(compare([an("ConfigMap", "new")], [old], cluster=cluster), cluster, prune=True, timeout=0.5)
    assert result.timed_out
    assert result.health is not None
    assert (result.health.code, result.health.message) == ("Progressing", "Caused by ConfigMap:default/old")
    assert "the object is being deleted and waits for: example.com/slow" in result.causes[0]


def test_what_is_being_deleted_already_counts_as_pruned_without_a_request_5_9() -> None:
    cluster = LivelyCluster()
    leaving = an("ConfigMap", "old").with_metadata(deletionTimestamp="2024-01-01T00:00:00Z", finalizers=["a/b"])
    comparison = compare([an("ConfigMap", "new")], [leaving], cluster=cluster)
    result = run(comparison, cluster, prune=True, wait=False)
    assert sorted((each.key.name, each.message) for each in result.resources) == [
        ("new", "configmap/new created"),
        ("old", "pruned"),
    ]
    assert cluster.writes == ["apply ConfigMap/new"]
