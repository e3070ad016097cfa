"""The fake cluster keeps the contract of the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.cluster_contract import ClusterContract
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from gitops_action.ports import Cluster


class TestFakeCluster(ClusterContract):
    @pytest.fixture
    def namespace(self) -> str:
        return "shop"

    @pytest.fixture
    def client(self, namespace: str) -> Cluster:
        return FakeCluster({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})


def test_a_test_can_refuse_a_request_and_see_all_of_them() -> None:
    fake = FakeCluster()
    kind = fake.catalog().kinds["v1", "Secret"]

    def refuse(call: object) -> None:
        raise PermissionError(call)

    fake.before = refuse
    with pytest.raises(PermissionError):
        fake.list(kind, namespace="default")
    assert [(call.verb, call.kind, call.namespace) for call in fake.calls] == [("list", "Secret", "default")]
