"""Ignore rules on a real API server: what is judged, what is counted, and what is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.jq import JqQueries
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.application import Application, Destination, IgnoreDifference, SyncPolicy
from gitops_action.comparison.compare import compare
from gitops_action.comparison.display import describe
from gitops_action.comparison.ignore_differences import IgnoreRules
from gitops_action.comparison.model import Hidden
from gitops_action.comparison.normalize import Normalizer
from tests.comparison.objects import resource

if TYPE_CHECKING:
    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.resource import Resource
    from gitops_action.resource.tracking import Tracking

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {tier: front}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: registry.example/app:1}
      - {name: mesh, image: registry.example/mesh:1}
"""
REPLICAS = IgnoreDifference(group="apps", kind="Deployment", json_pointers=("/spec/replicas",))
MESH = '.spec.template.spec.containers[] | select(.name == "mesh") | .image'


class _Scene:
    """One deployed Deployment, which somebody else then changes."""

    def __init__(self, api: ApiServer, tracking: Tracking, namespace: str) -> None:
        self.api = api
        self.tracking = tracking
        self.target = resource(WEB).with_namespace(namespace)
        self.application = Application(name="web", destination=Destination(namespace=namespace))
        self.apply(self.compared())

    def compared(self, *rules: IgnoreDifference, target: Resource | None = None, options: Any = ()) -> Comparison:
        policy = SyncPolicy(sync_options=tuple(options))
        entries = IgnoreRules(entries=rules, queries=JqQueries(process=SubprocessProcess()))
        return compare(
            replace(self.application, sync_policy=policy),
            [target or self.target],
            self.tracking,
            self.api,
            inventory=[self.target.key],
            parallelism=2,
            normalize=Normalizer(rules=entries),
        )

    def row(self, *rules: IgnoreDifference, target: Resource | None = None, options: Any = ()) -> ResourceComparison:
        (row,) = self.compared(*rules, target=target, options=options).resources
        return row

    def apply(self, comparison: Comparison) -> None:
        for row in comparison.resources:
            assert row.kind is not None
            assert row.target is not None
            self.api.apply(row.kind, row.target)

    def live(self) -> Any:
        kind = self.api.catalog().kinds["apps/v1", "Deployment"]
        found = self.api.get(kind, namespace=self.target.namespace, name="web")
        assert found is not None
        return found.object

    def change(self, *operations: Any) -> None:
        kind = self.api.catalog().kinds["apps/v1", "Deployment"]
        self.api.patch(kind, self.target.key, list(operations))


@pytest.fixture
def scene(api: ApiServer, tracking: Tracking, namespace: str) -> _Scene:
    return _Scene(api, tracking, namespace)


SCALED = {"op": "replace", "path": "/spec/replicas", "value": 5}
RELABELED = {"op": "replace", "path": "/metadata/labels/tier", "value": "back"}


def test_a_deployment_that_was_scaled_is_synced_where_replicas_are_ignored_and_the_field_is_counted(
    scene: _Scene,
) -> None:
    scene.change(SCALED)

    assert scene.row().status == "OutOfSync"
    row = scene.row(REPLICAS)

    hidden = (Hidden(rule="jsonPointer:/spec/replicas", path="/spec/replicas"),)
    assert (row.status, row.hidden, row.shown, row.predicted) == ("Synced", hidden, None, None)


def test_what_is_hidden_is_not_in_the_diff_and_other_changes_are(scene: _Scene) -> None:
    scene.change(SCALED, RELABELED)

    row = scene.row(REPLICAS)

    assert (row.status, len(row.hidden)) == ("OutOfSync", 1)
    assert describe(row).text == "@@ metadata.labels @@\n-  tier: back\n+  tier: front\n"


def test_dif_23_without_the_sync_option_an_ignored_field_is_sent_as_git_says(scene: _Scene) -> None:
    scene.change(SCALED, RELABELED)

    scene.apply(scene.compared(REPLICAS))

    assert scene.live()["spec"]["replicas"] == 2


def test_dif_44_respect_ignore_differences_keeps_lives_value_and_the_walk_then_needs_no_dry_run(
    scene: _Scene,
) -> None:
    scene.change(SCALED, RELABELED)
    options = ("RespectIgnoreDifferences=true",)

    before = scene.row(REPLICAS, options=options)
    scene.apply(scene.compared(REPLICAS, options=options))
    after = scene.row(REPLICAS, options=options)

    assert (before.status, before.hidden) == ("OutOfSync", ())
    live = scene.live()
    assert (live["spec"]["replicas"], live["metadata"]["labels"]["tier"]) == (5, "front")
    assert (after.status, after.method) == ("Synced", "owned-fields walk")


def test_dif_47_without_live_the_ignored_fields_are_sent_as_git_says(scene: _Scene) -> None:
    new = scene.target.with_metadata(name="new")

    rows = scene.compared(REPLICAS, target=new, options=("RespectIgnoreDifferences=true",)).resources

    assert [row.target.object["spec"]["replicas"] for row in rows if row.target] == [2]


def test_jq_hides_one_container_and_shows_the_other(scene: _Scene) -> None:
    path = "/spec/template/spec/containers"
    scene.change(
        {"op": "replace", "path": f"{path}/0/image", "value": "registry.example/app:2"},
        {"op": "replace", "path": f"{path}/1/image", "value": "registry.example/mesh:2"},
    )

    row = scene.row(IgnoreDifference(group="apps", kind="Deployment", jq_path_expressions=(MESH,)))

    assert row.hidden == (Hidden(rule=f"jq:{MESH}", path=f"{path}/1/image"),)
    assert describe(row).text == (
        "@@ spec.template.spec.containers[app] @@\n-  image: registry.example/app:2\n+  image: registry.example/app:1\n"
    )


def test_dif_32_what_another_manager_wrote_is_hidden_where_it_differs(scene: _Scene) -> None:
    scene.change(SCALED, RELABELED)
    (manager,) = {
        entry["manager"]
        for entry in scene.live()["metadata"]["managedFields"]
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {}) and entry["operation"] == "Update"
    }

    row = scene.row(IgnoreDifference(group="*", kind="*", managed_fields_managers=(manager,)))

    assert row.status == "Synced"
    assert {(each.rule, each.path) for each in row.hidden} == {
        (f"manager:{manager}", "/spec/replicas"),
        (f"manager:{manager}", "/metadata/labels/tier"),
    }


@pytest.mark.parametrize("expression", ["until(false; .)", "[range(0; 1e18)]", ".spec.replicas[]"])
def test_dif_30_a_rule_that_fails_leaves_its_object_unknown_and_names_itself(scene: _Scene, expression: str) -> None:
    scene.change(SCALED)

    comparison = scene.compared(IgnoreDifference(group="*", kind="*", jq_path_expressions=(expression,)))

    (row,) = comparison.resources
    assert (comparison.status, row.status, row.hidden) == ("Unknown", "Unknown", ())
    assert row.unknown.startswith(f"ignore rule jq:{expression}: fails on this object")


def test_dif_30_a_syntax_error_makes_the_application_unknown_even_where_nothing_differs(scene: _Scene) -> None:
    comparison = scene.compared(IgnoreDifference(group="batch", kind="Job", jq_path_expressions=(".a[",)))

    assert comparison.status == "Unknown"
    assert [condition.type for condition in comparison.conditions] == ["ComparisonError"]
    assert "ignore rule jq:.a[: " in comparison.conditions[0].message
