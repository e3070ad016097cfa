"""Whole syncs on a cluster in memory: kinds and namespaces that the sync brings itself, and other ways to write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import Forbidden
from gitops_action.sync.model import OperationPhase
from tests.sync.example import LivelyCluster, an, compare, refuse, run

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def test_a_custom_resource_follows_its_definition_in_one_sync_syn_35() -> None:
    cluster = LivelyCluster()
    widget = an("Widget", "one")
    result = run(compare([widget, _widgets()], cluster=cluster), cluster)
    assert cluster.writes == ["apply CustomResourceDefinition/widgets.example.com", "apply Widget/one"]
    assert result.phase is OperationPhase.SUCCEEDED


def test_a_definition_that_may_not_be_read_back_is_applied_all_the_same() -> None:
    cluster = LivelyCluster()
    cluster.before = refuse("get", "widgets.example.com", Forbidden("may not get", status=403))
    result = run(compare([an("Widget", "one"), _widgets()], cluster=cluster), cluster)
    assert result.phase is OperationPhase.SUCCEEDED


def test_a_kind_that_is_not_served_and_not_brought_is_refused_syn_18() -> None:
    cluster = LivelyCluster()
    result = run(compare([an("Widget", "one"), an("ConfigMap", "settings")], cluster=cluster), cluster)
    assert result.message == (
        "one or more synchronization tasks are not valid: "
        'the cluster does not serve Widget of API version "example.com/v1"'
    )
    assert cluster.writes == []


def test_the_namespace_is_created_first_and_not_tracked_syn_43_syn_45() -> None:
    cluster = LivelyCluster()
    comparison = compare([an("ConfigMap", "settings", namespace="new")], sync_options=("CreateNamespace=true",))
    application = replace(
        comparison.application, destination=replace(comparison.application.destination, namespace="new")
    )
    result = run(replace(comparison, application=application), cluster)
    assert cluster.writes == ["apply Namespace/new", "apply ConfigMap/settings"]
    assert result.phase is OperationPhase.SUCCEEDED
    (created,) = [found for found in cluster.objects("Namespace") if found.name == "new"]
    assert "annotations" not in created.metadata
    assert "labels" not in created.metadata


def test_replace_and_force_syn_30() -> None:
    cluster = LivelyCluster()
    options = {"replaced": "Replace=true", "recreated": "Force=true,Replace=true"}
    targets = [an("ConfigMap", name, options=said, data={"new": "yes"}) for name, said in options.items()]
    old = [target.with_object({**target.object, "data": {"old": "yes"}}) for target in targets]
    comparison = compare(targets, old, cluster=cluster)
    before = {found.name: found.uid for found in cluster.objects("ConfigMap")}
    result = run(comparison, cluster)
    after = {
        found.name: (found.object["data"], found.uid == before[found.name]) for found in cluster.objects("ConfigMap")
    }
    assert after == {"replaced": ({"new": "yes"}, True), "recreated": ({"new": "yes"}, False)}
    assert {r.message for r in result.resources} == {"configmap/replaced replaced", "configmap/recreated replaced"}


@pytest.mark.parametrize("health", ["Healthy: hunter2", "Degraded: hunter2 is wrong", "Progressing: hunter2"])
def test_secrets_are_scrubbed_from_what_the_cluster_says(health: str) -> None:
    cluster = LivelyCluster(becomes={"migrate": health, "web": health})
    cluster.before = refuse("patch", "settings", Forbidden("no hunter2 here", status=403))
    lines: list[str] = []
    targets = [an("Job", "migrate", hook="PreSync"), an("Deployment", "web"), an("ConfigMap", "settings", wave=1)]
    result = run(compare(targets), cluster, lines=lines, timeout=0.5, scrub=lambda text: text.replace("hunter2", "***"))
    assert "***" in repr((result, lines))
    assert "hunter2" not in repr((result, lines))


def _widgets() -> Resource:
    names = {"kind": "Widget", "plural": "widgets"}
    versions = [{"name": "v1", "served": True, "storage": True}]
    spec = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": versions}
    return an("CustomResourceDefinition", "widgets.example.com", spec=spec)
