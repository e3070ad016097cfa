"""Whose descendants are found, and which lists are asked for to find them."""

from __future__ import annotations

from typing import Any

from gitops_action.health.resource_tree import descendants, readings
from gitops_action.ports import ApiKind
from gitops_action.resource import Resource
from tests.fake_cluster import FakeCluster
from tests.fake_kinds import VERBS

DEPLOYMENT_REVISION = "deployment.kubernetes.io/revision"


def made(
    kind: str, name: str, *, owner: str = "", api_version: str = "v1", revision: str = "", **fields: Any
) -> Resource:
    """Return an object whose UID is its name."""
    owners = [{"uid": "helper"}, {"uid": owner, "controller": True}] if owner else []
    annotations = {DEPLOYMENT_REVISION: revision} if revision else {}
    metadata = {"name": name, "namespace": "shop", "uid": name, "ownerReferences": owners, "annotations": annotations}
    return Resource({"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields})


WEB = made("Deployment", "web", api_version="apps/v1")


def tree(roots: list[Resource], others: list[Resource]) -> list[tuple[str, str]]:
    return [(node.parent.name, node.resource.name) for node in descendants(roots, others)]


def asked(*roots: Resource, extra: tuple[ApiKind, ...] = ()) -> set[tuple[str, str, bool]]:
    cluster = FakeCluster()
    for kind in extra:
        cluster.serve(kind)
    return {(each.kind.kind, each.namespace, each.metadata_only) for each in readings(roots, cluster.catalog())}


def test_descendants_come_parents_first_whatever_the_order_in_which_they_were_read() -> None:
    others = [
        made("Pod", "web-1-a", owner="web-1"),
        made("Pod", "stray"),
        made("ReplicaSet", "web-1", owner="web", api_version="apps/v1"),
        made("Pod", "web-1-b", owner="web-1"),
        made("Pod", "other-1-a", owner="other-1"),
    ]
    assert tree([WEB], others) == [("web", "web-1"), ("web-1", "web-1-a"), ("web-1", "web-1-b")]


def test_an_object_of_the_application_itself_is_no_descendant() -> None:
    job = made("Job", "nightly-1", owner="nightly", api_version="batch/v1")
    cron_job = made("CronJob", "nightly", api_version="batch/v1")
    assert tree([cron_job, job], [job, made("Pod", "p", owner="nightly-1")]) == [("nightly-1", "p")]


def test_replica_sets_of_former_revisions_are_left_out_once_they_have_no_pods() -> None:
    others = [
        made("ReplicaSet", f"web-{n}", owner="web", api_version="apps/v1", revision=str(n)) for n in range(1, 4)
    ] + [made("Pod", "late", owner="web-2")]
    assert tree([WEB], others) == [("web", "web-2"), ("web", "web-3"), ("web-2", "late")]


def test_the_claims_of_a_stateful_set_are_known_by_their_names() -> None:
    spec = {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}
    database = made("StatefulSet", "db", api_version="apps/v1", spec=spec)
    claims = [made("PersistentVolumeClaim", name) for name in ("data-db-0", "data-db-x", "log-db-0", "data-db2-0")]
    assert tree([database, WEB], claims) == [("db", "data-db-0")]


def test_owners_in_a_circle_do_not_go_round_for_ever() -> None:
    others = [made("Pod", "a", owner="web"), made("Pod", "b", owner="a"), made("Pod", "a", owner="b")]
    assert tree([WEB], others) == [("web", "a"), ("a", "b")]


def test_only_kinds_that_may_descend_from_the_objects_are_read_and_most_without_their_content() -> None:
    assert asked(made("ConfigMap", "c"), made("ClusterRole", "r", api_version="rbac.authorization.k8s.io/v1")) == set()
    assert asked(WEB) == {("ReplicaSet", "shop", True), ("Pod", "shop", False)}
    assert asked(WEB, made("StatefulSet", "db", api_version="apps/v1")) == {
        ("ReplicaSet", "shop", True),
        ("Pod", "shop", False),
        ("PersistentVolumeClaim", "shop", False),
    }


def test_below_custom_resources_workloads_and_kinds_of_their_group_are_looked_for() -> None:
    def custom(kind: str, *, verbs: frozenset[str] = VERBS, namespaced: bool = True) -> ApiKind:
        plural = f"{kind.lower()}s"
        return ApiKind(group="acme.io", version="v1", kind=kind, plural=plural, namespaced=namespaced, verbs=verbs)

    kinds = (custom("Order"), custom("Review", verbs=frozenset({"create"})), custom("Issuer", namespaced=False))
    found = asked(made("Order", "o", api_version="acme.io/v1"), extra=kinds)
    assert ("Order", "shop", True) in found
    assert {("Deployment", "shop", True), ("Secret", "shop", True), ("Pod", "shop", False)} <= found
    assert {kind for kind, _, _ in found}.isdisjoint({"Review", "Issuer"})


def test_what_lives_in_no_namespace_has_no_descendants_to_read() -> None:
    assert asked(Resource({"apiVersion": "acme.io/v1", "kind": "Order", "metadata": {"name": "o"}})) == set()
