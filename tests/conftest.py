"""What many tests share: the built tools, one test cluster a run, and a namespace of its own for each test.

Set ``GITOPS_ACTION_TEST_CLUSTER`` to the folder of a running cluster (``python -m tools.cluster start``) to use that
one instead of starting another.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools import build
from tools.cluster import Cluster, ControlPlane
from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="try every case of what is else tried in samples")


pytest_plugins = ["tests.github_server.plugin", "tests.e2e.scene"]


class Tools:
    """The programs that ``tools/build.py`` has built."""

    bin = build.cache_directory() / "tools" / "bin"

    def path(self, name: str) -> str:
        """Return the absolute path of a program, or of the folder ``catalogue``."""
        return str(build.program(name))


@pytest.fixture(scope="session")
def tools() -> Tools:
    return Tools()


@pytest.fixture(scope="session")
def cluster(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster of this test run, shared by all its workers; it ends with the last of them."""
    if running := os.environ.get("GITOPS_ACTION_TEST_CLUSTER"):
        yield Cluster.of(Path(running))
        return
    of_worker = tmp_path_factory.getbasetemp()
    of_run = of_worker.parent if "PYTEST_XDIST_WORKER" in os.environ else of_worker
    with ControlPlane(of_run / "cluster", binaries=tools.bin) as started:
        yield started


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A fresh namespace's name; it is deleted afterwards, without waiting."""
    name = f"test-{secrets.token_hex(4)}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.request("POST", "/api/v1/namespaces", body)
    yield name
    try:
        cluster.request("DELETE", f"/api/v1/namespaces/{name}")
    except RequestRefused as error:
        if error.status != 404:
            raise
