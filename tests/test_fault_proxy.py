"""The proxy with which other tests let one request fail: it must itself be right, or they prove nothing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.errors import ApiError, ClusterError
from gitops_action.resource import Resource
from tests.fault_proxy import ANSWER_LOST, CUT, TRUNCATED, FaultProxy, Hook, fault_proxy, refused, slow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.cluster import Cluster


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[FaultProxy]:
    with fault_proxy(cluster) as running:
        yield running


@pytest.fixture
def api(proxy: FaultProxy, tmp_path: Path) -> Iterator[ApiServer]:
    path = proxy.kubeconfig(tmp_path / "config")
    server = ApiServer(load(ClusterInputs(kubeconfig=str(path)), {}).connect(""))
    server.catalog()
    proxy.forget()
    yield server
    server.close()


def config_map(namespace: str, name: str = "settings") -> Resource:
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}})


def test_requests_are_forwarded_and_counted(api: ApiServer, proxy: FaultProxy, namespace: str) -> None:
    kind = api.catalog().kinds["v1", "ConfigMap"]
    api.apply(kind, config_map(namespace), dry_run=True)
    api.apply(kind, config_map(namespace))
    assert api.get(kind, namespace=namespace, name="settings")
    assert [(seen.number, seen.method, seen.writes) for seen in proxy.seen] == [
        (0, "PATCH", False),
        (1, "PATCH", True),
        (2, "GET", False),
    ]


def test_a_request_is_refused_once_or_again(api: ApiServer, proxy: FaultProxy, namespace: str) -> None:
    kind = api.catalog().kinds["v1", "ConfigMap"]
    proxy.fail(0, refused(403, "not you"))
    proxy.fail(2, refused(500), again=True)
    with pytest.raises(ApiError, match="not you"):
        api.list(kind, namespace=namespace)
    api.list(kind, namespace=namespace)
    for _ in range(2):
        with pytest.raises(ApiError):
            api.list(kind, namespace=namespace)


@pytest.mark.parametrize(("fault", "is_there"), [(CUT, False), (ANSWER_LOST, True)])
def test_a_write_is_lost_before_or_after_it_was_done(
    api: ApiServer, proxy: FaultProxy, namespace: str, fault: object, is_there: bool
) -> None:
    kind = api.catalog().kinds["v1", "ConfigMap"]
    proxy.fail(0, CUT if fault is CUT else ANSWER_LOST, again=True)
    with pytest.raises(ClusterError):
        api.create(kind, config_map(namespace))
    assert (api.get(kind, namespace=namespace, name="settings") is not None) is is_there


def test_an_answer_is_cut_within(api: ApiServer, proxy: FaultProxy, namespace: str) -> None:
    proxy.fail(0, TRUNCATED, again=True)
    with pytest.raises(ClusterError):
        api.list(api.catalog().kinds["v1", "ConfigMap"], namespace=namespace)


def test_an_answer_comes_late(api: ApiServer, proxy: FaultProxy, namespace: str) -> None:
    proxy.fail(0, slow(0.2))
    began = time.monotonic()
    api.list(api.catalog().kinds["v1", "ConfigMap"], namespace=namespace)
    assert time.monotonic() - began >= 0.2


def test_hooks_are_called_before_and_after_the_server_knows(
    api: ApiServer, proxy: FaultProxy, namespace: str, cluster: Cluster
) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps?fieldSelector=metadata.name%3Dsettings"
    counts: list[int] = []

    def count() -> None:
        counts.append(len(cluster.request("GET", path)["items"]))

    proxy.hooks[0] = Hook(arrived=count, answered=count)
    api.apply(api.catalog().kinds["v1", "ConfigMap"], config_map(namespace))
    assert counts == [0, 1]


def test_a_watch_streams(api: ApiServer, proxy: FaultProxy, namespace: str, cluster: Cluster) -> None:
    kind = api.catalog().kinds["v1", "ConfigMap"]
    version = api.list(kind, namespace=namespace).resource_version
    created = threading.Timer(
        0.1, cluster.request, ("POST", f"/api/v1/namespaces/{namespace}/configmaps", config_map(namespace).object)
    )
    created.start()
    events = api.watch(kind, namespace=namespace, resource_version=version, timeout=10)
    assert any(event.object.name == "settings" for event in events)
    created.join()
    assert proxy.seen[1].is_watch
