"""Targets as they are compared and applied: TRK-11, TRK-19, SST-11."""

from __future__ import annotations

from typing import Any

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.ports import ApiCatalog, ApiKind
from gitops_action.rendering.targets import normalize_targets
from gitops_action.resource import GroupKind, Resource


def resource(api_version: str, kind: str, name: str = "a", namespace: str | None = None, **more: Any) -> Resource:
    metadata = {"name": name} | ({} if namespace is None else {"namespace": namespace})
    return Resource({"apiVersion": api_version, "kind": kind, "metadata": metadata} | more)


def catalog(*kinds: tuple[str, str, str, bool]) -> ApiCatalog:
    served = [
        ApiKind(group=group, version=version, kind=kind, plural=f"{kind.lower()}s", namespaced=namespaced)
        for group, version, kind, namespaced in kinds
    ]
    return ApiCatalog(
        git_version="v1.37.2",
        kinds={(kind.api_version, kind.kind): kind for kind in served},
        preferred={kind.group_kind: kind for kind in served},
    )


def keys(*resources: Resource, namespace: str = "shop", known: ApiCatalog | None = None) -> list[str]:
    targets, _ = normalize_targets(resources, namespace=namespace, catalog=known)
    return [str(target.key) for target in targets]


def test_trk_11_namespaced_objects_get_the_destinations_namespace_unless_they_have_one() -> None:
    assert keys(resource("v1", "ConfigMap"), resource("v1", "ConfigMap", namespace="own")) == [
        "ConfigMap shop/a",
        "ConfigMap own/a",
    ]


def test_trk_11_cluster_scoped_objects_lose_theirs() -> None:
    target, *_ = normalize_targets([resource("v1", "Namespace", namespace="shop")], namespace="shop", catalog=None)[0]

    assert target.object["metadata"] == {"name": "a"}


def test_trk_11_discovery_knows_the_scope_in_any_version_and_the_built_in_table_where_there_is_no_cluster() -> None:
    known = catalog(("acme.io", "v1", "Region", False), ("", "v1", "Namespace", False))

    assert keys(resource("acme.io/v1", "Region", "a"), resource("acme.io/v2", "Region", "b"), known=known) == [
        "Region a",
        "Region b",
    ]
    assert keys(resource("rbac.authorization.k8s.io/v1", "ClusterRole", namespace="x"), known=None) == ["ClusterRole a"]
    assert keys(resource("rbac.authorization.k8s.io/v1", "ClusterRole"), known=known) == ["ClusterRole a"]


def test_trk_11_an_unknown_kind_counts_as_namespaced_unless_a_crd_of_the_same_change_says_otherwise() -> None:
    def crd(kind: str, scope: str) -> Resource:
        spec = {"group": "acme.io", "scope": scope, "names": {"kind": kind}}
        return resource("apiextensions.k8s.io/v1", "CustomResourceDefinition", kind.lower(), spec=spec)

    broken = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition", "broken", spec=[])
    region, route, other = (resource("acme.io/v1", kind) for kind in ("Region", "Route", "Other"))

    assert keys(region, route, other, crd("Region", "Cluster"), crd("Route", "Namespaced"), broken)[:3] == [
        "Region a",
        "Route shop/a",
        "Other shop/a",
    ]


def test_a_cluster_that_serves_the_kind_knows_better_than_the_built_in_table() -> None:
    known = catalog(("storage.k8s.io", "v1", "StorageClass", True))

    assert keys(resource("storage.k8s.io/v1", "StorageClass"), known=known) == ["StorageClass shop/a"]
    assert GroupKind("storage.k8s.io", "StorageClass") in known.preferred


def test_trk_19_of_duplicates_the_last_one_wins_with_a_warning() -> None:
    targets, conditions = normalize_targets(
        [
            resource("v1", "ConfigMap", data={"v": "1"}),
            resource("v1", "Secret"),
            resource("v1", "ConfigMap", namespace="shop", data={"v": "2"}),
            resource("v1", "ConfigMap", namespace="other"),
        ],
        namespace="shop",
        catalog=None,
    )

    assert [(str(target.key), target.object.get("data")) for target in targets] == [
        ("ConfigMap shop/a", {"v": "2"}),
        ("Secret shop/a", None),
        ("ConfigMap other/a", None),
    ]
    assert conditions == (
        ApplicationCondition(
            type=ConditionType.REPEATED_RESOURCE_WARNING,
            message="Resource /ConfigMap/shop/a appeared 2 times among application resources.",
            remedy="The last one is used: remove the others.",
        ),
    )


def test_trk_19_versions_of_one_object_are_duplicates_too() -> None:
    targets, conditions = normalize_targets(
        [resource("autoscaling/v1", "HorizontalPodAutoscaler"), resource("autoscaling/v2", "HorizontalPodAutoscaler")],
        namespace="shop",
        catalog=None,
    )

    assert [target.api_version for target in targets] == ["autoscaling/v2"]
    assert len(conditions) == 1


def test_trk_19_objects_with_generated_names_never_collide() -> None:
    job = Resource({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "run-"}})

    targets, conditions = normalize_targets([job, job], namespace="shop", catalog=None)

    assert [target.metadata for target in targets] == [{"generateName": "run-", "namespace": "shop"}] * 2
    assert conditions == ()


def test_sst_11_a_namespaced_object_without_any_namespace_is_a_spec_error() -> None:
    targets, conditions = normalize_targets(
        [resource("apps/v1", "Deployment"), resource("v1", "Namespace")], namespace="", catalog=None
    )

    assert len(targets) == 2
    assert [(condition.type, condition.message, condition.is_error) for condition in conditions] == [
        (ConditionType.INVALID_SPEC_ERROR, "Namespace for a apps/v1, Kind=Deployment is missing.", True)
    ]


def test_what_came_in_is_not_changed() -> None:
    given = resource("v1", "ConfigMap")

    normalize_targets([given], namespace="shop", catalog=None)

    assert given.object["metadata"] == {"name": "a"}
