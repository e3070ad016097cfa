"""The trees of several applications: few requests, and a word about what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.application.application import Application, Destination
from gitops_action.commands.evaluate import Evaluation
from gitops_action.commands.resource_tree import with_read_trees
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.errors import Forbidden
from gitops_action.health.assess import assess
from gitops_action.report.model import ApplicationReport
from gitops_action.resource.tracking import Tracking
from tests.fake_cluster import Call, FakeCluster

if TYPE_CHECKING:
    from gitops_action.resource import Resource


def put(cluster: FakeCluster, kind: str, name: str, owner: Resource | None = None, **fields: Any) -> Resource:
    api_version = {"Deployment": "apps/v1", "ReplicaSet": "apps/v1"}.get(kind, "v1")
    owners = [{"uid": owner.uid, "controller": True}] if owner else []
    metadata = {"name": name, "namespace": "default", "ownerReferences": owners}
    return cluster.put({"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields})


def evaluated(cluster: FakeCluster, live: Resource, *, obstacle: str = "") -> Evaluation:
    application = Application(name=live.name, sources=(), destination=Destination(namespace="default"))
    row = ResourceComparison(
        key=live.key, kind=None, live=live, status=SyncStatusCode.SYNCED, method=Method.WALK, obstacle=obstacle
    )
    tracking = Tracking(instance=live.name, namespace="default")
    compared = Comparison(application=application, tracking=tracking, status=SyncStatusCode.SYNCED, resources=(row,))
    return Evaluation(application=application, cluster=cluster, comparison=compared)


def reported(name: str) -> ApplicationReport:
    return ApplicationReport(
        name=name, namespace="", project="", cluster="", destination_namespace="", revision="", sync_status="",
        health_status="",
    )  # fmt: skip


def scene(cluster: FakeCluster) -> tuple[list[ApplicationReport], list[Evaluation]]:
    roots = [put(cluster, "Deployment", name) for name in ("web", "shop")]
    for root in roots:
        replicas = put(cluster, "ReplicaSet", f"{root.name}-1", root)
        waiting = [
            {"ready": False, "restartCount": 2, "state": {"waiting": {"reason": "ErrImagePull", "message": "no"}}}
        ]
        put(
            cluster, "Pod", f"{root.name}-1-a", replicas, spec={"restartPolicy": "Always", "nodeName": "n1"},
            status={"phase": "Pending", "containerStatuses": waiting},
        )  # fmt: skip
    return [reported(root.name) for root in roots], [evaluated(cluster, root) for root in roots]


def test_applications_of_one_namespace_share_their_lists() -> None:
    cluster = FakeCluster()
    reports, evaluations = scene(cluster)
    (web, shop), notes = with_read_trees(reports, evaluations, assess)
    assert [(node.parent, node.id, node.health_status, node.info) for node in web.tree] == [
        ("apps/Deployment/default/web", "apps/ReplicaSet/default/web-1", "", ()),
        (
            "apps/ReplicaSet/default/web-1",
            "/Pod/default/web-1-a",
            "Degraded",
            ("ready 0/1", "2 restarts", "node n1"),
        ),
    ]
    assert [node.name for node in shop.tree] == ["shop-1", "shop-1-a"]
    assert web.tree[0].created > 0
    assert (notes, [call.kind for call in cluster.calls]) == ((), ["Pod", "ReplicaSet"])


def test_what_may_not_be_read_is_noted_and_the_rest_is_shown() -> None:
    cluster = FakeCluster()
    reports, evaluations = scene(cluster)

    def refuse(call: Call) -> None:
        if call.kind == "Pod":
            raise Forbidden("pods is forbidden", status=403, reason="Forbidden")

    cluster.before = refuse
    (web, _), notes = with_read_trees(reports, evaluations, assess)
    assert [node.name for node in web.tree] == ["web-1"]
    assert notes == ("The resource trees lack pods in namespace default: pods is forbidden",)


def test_an_object_of_another_owner_and_an_application_that_was_not_compared_have_no_tree() -> None:
    cluster = FakeCluster()
    root = put(cluster, "Deployment", "web")
    put(cluster, "ReplicaSet", "web-1", root)
    foreign = evaluated(cluster, root, obstacle="tracked for application other")
    broken = Evaluation(application=foreign.application)
    filled, notes = with_read_trees([reported("web"), reported("web")], [foreign, broken], assess)
    assert ([each.tree for each in filled], notes, cluster.calls) == ([(), ()], (), [])
