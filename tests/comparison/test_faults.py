"""Each request of a comparison fails in turn: the answer stays right, or is Unknown with a reason, and never a lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.http import Http
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.model import Comparison, SyncStatusCode
from gitops_action.errors import ClusterError
from tests.comparison.objects import resources
from tests.fault_proxy import ANSWER_LOST, CUT, TRUNCATED, Fault, FaultProxy, fault_proxy, refused, slow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking
    from tools.cluster import Cluster

FAULTS = {
    "403": refused(403),
    "404": refused(404),
    "409": refused(409),
    "410": refused(410),
    "429": refused(429, Retry_After="0"),
    "500": refused(500),
    "503": refused(503, Retry_After="0"),
    "cut": CUT,
    "answer lost": ANSWER_LOST,
    "slow": slow(0.1),
    "truncated": TRUNCATED,
    "a login page": Fault(status=200, headers={"Content-Type": "text/html"}, body=b"<html>Sign in</html>"),
}
APPLIED = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: equal}, data: {a: '1'}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: changed}, data: {a: '1'}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {a: '1', b: '2'}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: gone}, data: {a: '1'}}
---
{apiVersion: v1, kind: Secret, metadata: {name: equal}, data: {a: YQ==}}
---
{apiVersion: example.com/v1, kind: Gateway, metadata: {name: a}, spec: {size: 1, routes: [{port: 80}]}}
---
{apiVersion: example.com/v1, kind: Gateway, metadata: {name: b}, spec: {size: 1, routes: [{port: 80}]}}
---
{apiVersion: example.com/v1, kind: Gateway, metadata: {name: c}, spec: {size: 1, routes: [{port: 80}]}}
"""
TARGETS = (
    APPLIED.replace("name: changed}, data: {a: '1'}", "name: changed}, data: {a: '2'}")
    .replace("{apiVersion: v1, kind: ConfigMap, metadata: {name: gone}, data: {a: '1'}}\n---\n", "")
    .replace("{a: '1', b: '2'}", "{a: '1'}")
    + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: new}, data: {a: '1'}}"
)
TRUTH = {
    ("ConfigMap", "changed"): "OutOfSync",
    ("ConfigMap", "equal"): "Synced",
    ("ConfigMap", "gone"): "OutOfSync",
    ("ConfigMap", "new"): "OutOfSync",
    ("ConfigMap", "shared"): "Synced",
    ("Secret", "equal"): "Synced",
    ("Gateway", "a"): "Synced",
    ("Gateway", "b"): "Synced",
    ("Gateway", "c"): "Synced",
}


class World:
    """An application of which some objects are equal, one only by the server's word, and some differ."""

    def __init__(self, proxy: FaultProxy, kubeconfig: Path, tracking: Tracking) -> None:
        self.proxy = proxy
        self.tracking = tracking
        self.connection = load(ClusterInputs(kubeconfig=str(kubeconfig)), {}).connect("")
        self.application = Application(name="web", destination=Destination(namespace=tracking.namespace))

    def placed(self, text: str) -> list[Resource]:
        return [each.with_namespace(self.tracking.namespace) for each in resources(text)]

    def apply(self, api: ApiServer) -> None:
        catalog = api.catalog()
        for target in self.placed(APPLIED):
            api.apply(catalog.kinds[target.api_version, target.kind], self.tracking.mark(target))

    def compare(self, *, is_recorded: bool = True) -> Comparison:
        http = Http(self.connection, retry_seconds=0.3, read_seconds=5)
        api = ApiServer(self.connection, http=http)
        inventory: list[ResourceKey] = [target.key for target in self.placed(APPLIED)]
        try:
            return compare(
                self.application,
                self.placed(TARGETS),
                self.tracking,
                api,
                inventory=inventory if is_recorded else None,
                parallelism=4,
            )
        finally:
            api.close()


@pytest.fixture
def world(api: ApiServer, cluster: Cluster, tracking: Tracking, tmp_path: Path) -> Iterator[World]:
    with fault_proxy(cluster) as proxy:
        found = World(proxy, proxy.kubeconfig(tmp_path / "config"), tracking)
        found.apply(api)
        path = f"/api/v1/namespaces/{tracking.namespace}/configmaps/shared?fieldManager=other&force=true"
        shared = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared"}, "data": {"b": "2"}}
        cluster.request("PATCH", path, shared, content_type="application/apply-patch+yaml")
        yield found


def lies(comparison: Comparison, *, may_be_missing: bool) -> list[str]:
    """Return what is neither right nor Unknown with a reason; a refusal of the server is shown as one."""
    rows = {(row.key.kind, row.key.name): row for row in comparison.resources}
    wrong = []
    for key, truth in TRUTH.items():
        row = rows.get(key)
        if row is None:
            wrong += [] if comparison.status is SyncStatusCode.UNKNOWN else [f"{key} has no row"]
        elif row.status == truth:
            continue
        elif row.status is SyncStatusCode.UNKNOWN:
            wrong += [] if row.unknown else [f"{key} is Unknown without a reason"]
        elif not ((may_be_missing or row.refusal) and row.status is SyncStatusCode.OUT_OF_SYNC):
            wrong.append(f"{key} is {row.status} and not {truth}")
    return wrong


def test_without_a_fault_all_is_as_it_should_be(world: World) -> None:
    found = {(row.key.kind, row.key.name): row.status.value for row in world.compare().resources}
    assert found == TRUTH


@pytest.mark.parametrize(
    ("name", "again"), [*((name, False) for name in FAULTS), ("503", True), ("truncated", True), ("answer lost", True)]
)
def test_each_request_fails_in_turn(world: World, name: str, again: bool) -> None:
    world.compare()
    count = len(world.proxy.seen)
    assert count >= 8
    wrong = []
    for number in range(count):
        world.proxy.forget()
        world.proxy.fail(number, FAULTS[name], again=again)
        try:
            comparison = world.compare()
        except ClusterError as error:
            wrong += [] if error.summary else [f"{number}: an error without words"]
        else:
            wrong += [f"{number}: {lie}" for lie in lies(comparison, may_be_missing=name == "404")]
    assert wrong == []


def test_without_a_record_a_list_that_fails_makes_what_is_to_be_pruned_unknown(world: World) -> None:
    world.compare(is_recorded=False)
    lists = [each.number for each in world.proxy.seen if each.path.endswith("/configmaps")]
    for number in lists:
        world.proxy.forget()
        world.proxy.fail(number, refused(500), again=True)
        comparison = world.compare(is_recorded=False)
        assert comparison.status is SyncStatusCode.UNKNOWN
        assert any("cannot list" in condition.message for condition in comparison.conditions)
