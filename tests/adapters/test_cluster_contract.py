"""The real adapter keeps the contract of the port, on a real API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from tests.contracts.cluster_contract import ClusterContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.ports import Cluster as Port
    from tools.cluster import Cluster


class TestApiServer(ClusterContract):
    @pytest.fixture
    def client(self, cluster: Cluster) -> Iterator[Port]:
        server = ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect())
        yield server
        server.close()
