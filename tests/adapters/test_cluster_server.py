"""What only a real API server does: schemas, pages, and many requests at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.adapters.api_path import collection
from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.http import Http
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.errors import Invalid, NotFound
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.adapters.connection import Connection
    from gitops_action.resource.resource import JsonObject
    from tools.cluster import Cluster


@pytest.fixture
def connection(cluster: Cluster) -> Connection:
    return load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect()


@pytest.fixture
def server(connection: Connection) -> Iterator[ApiServer]:
    found = ApiServer(connection)
    yield found
    found.close()


def config_map(namespace: str, name: str, **rest: object) -> Resource:
    metadata = {"name": name, "namespace": namespace, "labels": {"app": "shop"}}
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **rest})


def deployment(namespace: str, **spec: object) -> Resource:
    labels = {"app": "web"}
    template: JsonObject = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "web", "image": "registry.example.com/web:1"}]},
    }
    return Resource(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": namespace},
            "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template, **spec},
        }
    )


def test_an_unknown_field_is_refused_unless_validation_is_off(server: ApiServer, namespace: str) -> None:
    kind = server.catalog().kinds["apps/v1", "Deployment"]
    misspelt = deployment(namespace, replica=3)
    for dry_run in (True, False):
        with pytest.raises(Invalid, match=r"\.spec\.replica: field not declared in schema"):
            server.apply(kind, misspelt, dry_run=dry_run)
        with pytest.raises(Invalid, match=r'unknown field "spec\.replica"'):
            server.create(kind, misspelt, dry_run=dry_run)
    assert server.create(kind, misspelt, validate=False).object["spec"]["replicas"] == 0


def test_an_immutable_field_is_refused_with_the_servers_reason(server: ApiServer, namespace: str) -> None:
    kind = server.catalog().kinds["apps/v1", "Deployment"]
    server.apply(kind, deployment(namespace))
    with pytest.raises(Invalid) as caught:
        server.apply(
            kind, deployment(namespace, selector={"matchLabels": {"app": "web", "tier": "x" * 60}}), dry_run=True
        )
    assert caught.value.status == 422
    assert caught.value.summary.startswith('Deployment.apps "web" is invalid: ')
    assert "field is immutable" in caught.value.summary


def test_pages_of_a_list_add_up(connection: Connection, server: ApiServer, namespace: str) -> None:
    kind = server.catalog().kinds["v1", "ConfigMap"]
    for index in range(5):
        server.apply(kind, config_map(namespace, f"n{index}"))
    paged = ApiServer(connection, page=2)
    listing = paged.list(kind, namespace=namespace, selector="app=shop")
    assert [item.name for item in listing.items] == ["n0", "n1", "n2", "n3", "n4"]
    assert paged.requests == 3
    whole = server.list(kind, namespace=namespace, selector="app=shop")
    assert [item.object for item in listing.items] == [item.object for item in whole.items]


def test_many_threads_share_one_cluster(server: ApiServer, namespace: str) -> None:
    kind = server.catalog().kinds["v1", "ConfigMap"]
    targets = [config_map(namespace, f"n{index}", data={"index": str(index)}) for index in range(64)]
    before = server.requests
    with ThreadPoolExecutor(16) as threads:
        applied = list(threads.map(lambda target: server.apply(kind, target), targets))
    assert [item.object["data"]["index"] for item in applied] == [str(index) for index in range(64)]
    assert server.requests == before + 64
    assert len(server.list(kind, namespace=namespace, selector="app=shop").items) == 64


def test_a_big_list_that_comes_packed_is_read_as_one_that_does_not(connection: Connection, namespace: str) -> None:
    server = ApiServer(connection)
    kind = server.catalog().kinds["v1", "ConfigMap"]
    for index in range(3):
        server.apply(kind, config_map(namespace, f"n{index}", data={"text": str(index) * 100_000}))
    request = replace(collection(kind, namespace, method="GET", verb="list"), query={"labelSelector": "app=shop"})
    http = Http(connection)
    packed, plain = (orjson.loads(http.send(each)) for each in (replace(request, encoding="gzip"), request))
    assert packed["items"] == plain["items"]  # the list's own version moves with every write of other tests
    assert len(http.send(request)) > 300_000


def test_the_logs_of_a_pod_that_is_not_there_are_not_found(server: ApiServer, namespace: str) -> None:
    with pytest.raises(NotFound, match='pods "none" not found'):
        server.logs(namespace=namespace, pod="none", container="web", lines=3)
