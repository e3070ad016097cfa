"""Discovery documents → the catalog, aggregated and legacy, and the requests that it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.connection import Connection
from gitops_action.adapters.discovery import catalog, parse_aggregated, parse_legacy_groups, parse_legacy_resources
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.errors import Forbidden
from gitops_action.ports import ApiKind
from gitops_action.resource import GroupKind, Resource
from tests.adapters.api_server_stub import Answer, Asked, StubServer, api_server, document, status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tools.cluster import Cluster

READ = ["get", "list"]
HPA = {
    "resource": "horizontalpodautoscalers",
    "responseKind": {"group": "autoscaling", "version": "v2", "kind": "HorizontalPodAutoscaler"},
    "scope": "Namespaced",
    "verbs": READ,
    "subresources": [{"subresource": "status"}],
}
AGGREGATED = {
    "items": [
        {
            "metadata": {"name": "autoscaling"},
            "versions": [
                {"version": "v2", "freshness": "Current", "resources": [HPA]},
                {"version": "v1", "freshness": "Current", "resources": [HPA]},
            ],
        },
        {
            "metadata": {"name": "metrics.k8s.io"},
            "versions": [{"version": "v1beta1", "freshness": "Stale", "resources": []}],
        },
        {
            "metadata": {"name": "example.com"},
            "versions": [
                {"version": "v2", "resources": [{"resource": "nothings", "responseKind": None, "scope": "Cluster"}]},
                {
                    "version": "v1",
                    "resources": [
                        {"resource": "crontabs", "responseKind": {"kind": "CronTab"}, "scope": "Cluster", "verbs": READ}
                    ],
                },
            ],
        },
    ]
}


def kind(group: str, version: str, name: str, plural: str, *, namespaced: bool, has_status: bool) -> ApiKind:
    return ApiKind(
        group=group,
        version=version,
        kind=name,
        plural=plural,
        namespaced=namespaced,
        verbs=frozenset(READ),
        has_status=has_status,
    )


V2, V1 = (
    kind(
        "autoscaling",
        version,
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        namespaced=True,
        has_status=True,
    )
    for version in ("v2", "v1")
)
CRON_TAB = kind("example.com", "v1", "CronTab", "crontabs", namespaced=False, has_status=False)


def test_aggregated_discovery_has_the_preferred_version_first_and_a_failure_hides_nothing() -> None:
    found = catalog("v1.37.0", parse_aggregated(AGGREGATED))
    assert found.kinds == {
        ("autoscaling/v2", "HorizontalPodAutoscaler"): V2,
        ("autoscaling/v1", "HorizontalPodAutoscaler"): V1,
        ("example.com/v1", "CronTab"): CRON_TAB,
    }
    assert found.preferred == {
        GroupKind("autoscaling", "HorizontalPodAutoscaler"): V2,
        GroupKind("example.com", "CronTab"): CRON_TAB,
    }
    assert found.failed == {"metrics.k8s.io/v1beta1": "the server that serves it does not answer"}


def test_legacy_groups_are_asked_for_in_order_of_preference() -> None:
    groups = [
        {
            "name": "autoscaling",
            "versions": [{"groupVersion": "autoscaling/v1"}, {"groupVersion": "autoscaling/v2"}],
            "preferredVersion": {"groupVersion": "autoscaling/v2"},
        }
    ]
    assert parse_legacy_groups({"versions": ["v1"]}, {"groups": groups}) == ["v1", "autoscaling/v2", "autoscaling/v1"]


def resource_list(group_version: str, *resources: tuple[str, str, bool]) -> dict[str, Any]:
    listed = [{"name": name, "kind": of, "namespaced": inside, "verbs": READ} for name, of, inside in resources]
    return {"kind": "APIResourceList", "groupVersion": group_version, "resources": listed}


def test_a_legacy_list_tells_kinds_from_subresources() -> None:
    hpa = "HorizontalPodAutoscaler"
    found = parse_legacy_resources(
        resource_list(
            "autoscaling/v2",
            ("horizontalpodautoscalers", hpa, True),
            ("horizontalpodautoscalers/status", hpa, True),
        )
    )
    assert found.kinds == (V2,)


class LegacyServer(StubServer):
    """An API server from before aggregated discovery, one group of which does not answer."""

    DOCUMENTS: dict[str, Answer] = {  # noqa: RUF012 - read only
        "/version": document({"gitVersion": "v1.24.0"}),
        "/api": document({"kind": "APIVersions", "versions": ["v1"]}),
        "/apis": document(
            {
                "kind": "APIGroupList",
                "groups": [
                    {
                        "name": "metrics.k8s.io",
                        "versions": [{"groupVersion": "metrics.k8s.io/v1beta1"}],
                        "preferredVersion": {"groupVersion": "metrics.k8s.io/v1beta1"},
                    }
                ],
            }
        ),
        "/api/v1": document(resource_list("v1", ("configmaps", "ConfigMap", True), ("pods/log", "Pod", True))),
        "/apis/metrics.k8s.io/v1beta1": status(500, "InternalError", "it is away"),
    }

    def next_answer(self, asked: Asked) -> Answer:
        super().next_answer(asked)
        return self.DOCUMENTS[asked.path]


@pytest.fixture
def legacy() -> Iterator[StubServer]:
    with api_server(server_type=LegacyServer) as server:
        yield server


def test_a_server_without_aggregated_discovery_is_asked_group_by_group(legacy: StubServer) -> None:
    found = ApiServer(Connection(server=legacy.url)).catalog()
    assert found.git_version == "v1.24.0"
    assert list(found.kinds) == [("v1", "ConfigMap")]
    assert found.failed == {"metrics.k8s.io/v1beta1": "it is away"}
    assert len(legacy.asked) == 5


def test_discovery_that_is_forbidden_is_an_error() -> None:
    with api_server(status(401, "Unauthorized", "Unauthorized")) as server, pytest.raises(Forbidden):
        ApiServer(Connection(server=server.url)).catalog()


def test_a_real_server_is_asked_three_times_and_once_a_run(cluster: Cluster) -> None:
    server = ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect())
    found = server.catalog()
    assert server.catalog() is found
    assert server.requests == 3
    assert not found.failed
    hpa = found.preferred[GroupKind("autoscaling", "HorizontalPodAutoscaler")]
    assert hpa.api_version == "autoscaling/v2"
    assert found.kinds["autoscaling/v1", "HorizontalPodAutoscaler"].version == "v1"


def test_aggregated_and_legacy_discovery_of_one_server_say_the_same(cluster: Cluster) -> None:
    server = ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect())
    core, groups = cluster.request("GET", "/api"), cluster.request("GET", "/apis")
    versions = [
        parse_legacy_resources(cluster.request("GET", f"/apis/{version}" if "/" in version else f"/api/{version}"))
        for version in parse_legacy_groups(core, groups)
    ]
    aggregated = server.catalog()
    legacy = catalog(aggregated.git_version, versions)
    assert built_in(legacy.kinds) == built_in(aggregated.kinds)
    assert built_in(legacy.preferred) == built_in(aggregated.preferred)


def built_in(kinds: Mapping[Any, ApiKind]) -> dict[Any, ApiKind]:
    """Return the kinds of Kubernetes itself: other tests come and go with definitions of their own."""
    return {key: of for key, of in kinds.items() if "." not in of.group or of.group.endswith(".k8s.io")}


def test_a_kind_that_a_definition_brings_is_found_after_a_refresh(cluster: Cluster, namespace: str) -> None:
    server = ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect())
    definition = Resource(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"widgets.{namespace}.example.com"},
            "spec": {
                "group": f"{namespace}.example.com",
                "scope": "Namespaced",
                "names": {"plural": "widgets", "kind": "Widget"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                    }
                ],
            },
        }
    )
    kind_of_kinds = server.catalog().kinds["apiextensions.k8s.io/v1", "CustomResourceDefinition"]
    listing = server.list(kind_of_kinds)
    made = server.apply(kind_of_kinds, definition)
    try:
        for event in server.watch(kind_of_kinds, resource_version=listing.resource_version, timeout=20):
            conditions = event.object.object.get("status", {}).get("conditions") or []
            established = {"Established": "True"}.items() <= {c["type"]: c["status"] for c in conditions}.items()
            if event.object.uid == made.uid and established:
                break
        widget = Resource({"apiVersion": f"{namespace}.example.com/v1", "kind": "Widget", "metadata": {"name": "a"}})
        assert server.catalog().find(widget) is None
        found = None
        for _ in range(100):
            if found := server.refresh_catalog().find(widget):
                break
        assert found is not None
        assert server.catalog().find(widget) == found
    finally:
        server.delete(kind_of_kinds, made.key)
