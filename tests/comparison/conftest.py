"""What the comparison's tests share: the test cluster through our own adapter, and a custom kind."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.resource.tracking import Tracking
from tests.comparison.objects import resource, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.resource import Resource
    from tools.cluster import Cluster

TESTDATA = Path(__file__).parent / "testdata"


@pytest.fixture(scope="session")
def connect(cluster: Cluster) -> Callable[[str], ApiServer]:
    """Return what connects to the test cluster as one of its users."""

    def connected(user: str) -> ApiServer:
        inputs = ClusterInputs(kubeconfig=str(cluster.kubeconfig(user)))
        return ApiServer(load(inputs, {}).connect(""))

    return connected


@pytest.fixture(scope="session")
def api(connect: Callable[[str], ApiServer]) -> Iterator[ApiServer]:
    """The test cluster as its administrator, with the custom kind ``Gateway`` served."""
    server = connect("admin")
    crd = resource((TESTDATA / "crd.yaml").read_text())
    server.apply(server.catalog().kinds[crd.api_version, crd.kind], crd)
    deadline = time.monotonic() + 20
    while ("example.com/v1", "Gateway") not in server.refresh_catalog().kinds:
        assert time.monotonic() < deadline, "the custom kind is not served in time"
        time.sleep(0.05)
    yield server
    server.close()


@pytest.fixture
def tracking(namespace: str) -> Tracking:
    return Tracking(instance="web", namespace=namespace)


@pytest.fixture
def targets(namespace: str) -> list[Resource]:
    """One of everything, in the test's namespace."""
    text = (TESTDATA / "objects.yaml").read_text().replace("NAMESPACE", namespace)
    return [target.with_namespace(namespace) for target in resources(text)]
