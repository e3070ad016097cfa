"""What the application's project does not permit is not compared, and what lives of it is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.selection import select
from gitops_action.resource.tracking import Tracking
from tests.comparison.objects import resources
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from gitops_action.comparison.model import Comparison
    from gitops_action.resource import Resource, ResourceKey

TRACKING = Tracking(instance="shop", namespace="default")


def an(kind: str, name: str, *, namespace: str = "default", hook: str = "") -> Resource:
    annotations = f", annotations: {{argocd.argoproj.io/hook: {hook}}}" if hook else ""
    metadata = f"{{name: {name}, namespace: {namespace}{annotations}}}"
    return resources(f"apiVersion: v1\nkind: {kind}\nmetadata: {metadata}\ndata: {{a: Yg==}}")[0]


def denial(key: ResourceKey) -> str:
    if key.kind == "Secret":
        return "resource :Secret is not permitted in project team"
    return "namespace prod is not permitted in project 'team'" if key.namespace == "prod" else ""


def compared(cluster: FakeCluster, *targets: Resource) -> Comparison:
    application = Application(name="shop", project="team", destination=Destination(namespace="default"))
    return compare(application, targets, TRACKING, cluster, inventory=None, parallelism=2, denial=denial)


def lively(*objects: Resource) -> FakeCluster:
    cluster = FakeCluster()
    cluster.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"}})
    for target in select(objects, TRACKING, cluster.catalog(), lambda _: False).compared:
        kind = cluster.catalog().find(target)
        assert kind is not None
        cluster.apply(kind, target)
    cluster.calls.clear()
    return cluster


def rows(comparison: Comparison) -> list[tuple[str, str, str, bool]]:
    return [(str(row.key), row.status.value, row.unknown, row.is_permitted) for row in comparison.resources]


def test_a_target_that_is_not_permitted_is_unknown_with_argo_cds_reason() -> None:
    targets = [an("ConfigMap", "here"), an("ConfigMap", "there", namespace="prod"), an("Secret", "key")]
    cluster = lively(*targets)
    comparison = compared(cluster, *targets)
    assert rows(comparison) == [
        ("ConfigMap default/here", "Synced", "", True),
        ("ConfigMap prod/there", "Unknown", "namespace prod is not permitted in project 'team'", False),
        ("Secret default/key", "Unknown", "resource :Secret is not permitted in project team", False),
    ]
    assert comparison.status == "Unknown"
    assert not [call for call in cluster.calls if call.dry_run]  # nothing of it is tried either


def test_a_hook_that_is_not_permitted_is_a_row_that_says_so() -> None:
    comparison = compared(FakeCluster(), an("Secret", "seed", hook="PreSync"))
    assert rows(comparison) == [
        ("Secret default/seed", "Unknown", "resource :Secret is not permitted in project team", False)
    ]
    assert comparison.resources[0].is_hook


def test_trk_13_a_live_object_that_is_not_permitted_is_no_prune_candidate() -> None:
    cluster = lively(an("ConfigMap", "old"), an("Secret", "old"), an("ConfigMap", "old", namespace="prod"))
    kept = an("Secret", "kept"), an("ConfigMap", "kept", namespace="prod"), an("ConfigMap", "kept")
    comparison = compared(cluster, *kept)
    assert [str(row.key) for row in comparison.resources if row.requires_pruning] == ["ConfigMap default/old"]
