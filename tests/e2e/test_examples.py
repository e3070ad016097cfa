"""Every example application: synced as ``deployer``, then in sync as ``preview`` sees it, and not written again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.examples import example_files
from tests.e2e.roles import role_tokens
from tests.e2e.scene import says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.scene import Scene

pytestmark = pytest.mark.xdist_group("examples")

OWN = {"storefront": "shop", "payments": "pay", "platform": "platform"}
"""The applications, and the namespace that each has in the examples."""
CLUSTER_SCOPED = (
    "apiextensions.k8s.io/v1/customresourcedefinitions/teams.platform.acme.example",
    "rbac.authorization.k8s.io/v1/clusterroles/platform-team-viewer",
    "rbac.authorization.k8s.io/v1/clusterrolebindings/platform-team-viewer",
)


@pytest.fixture
def connections(scene: Scene) -> dict[str, list[str]]:
    """Return the flags that connect as each role."""
    ca = scene.cluster.ca_file.read_text()
    return {
        role: ["--server", scene.cluster.server, "--ca", ca, "--token", token]
        for role, token in role_tokens(scene.cluster).items()
    }


@pytest.fixture
def destination(scene: Scene) -> Iterator[str]:
    """Return a namespace that does not exist yet: the examples create theirs."""
    name = f"{scene.namespace}-own"
    yield name
    scene.cluster.request("DELETE", f"/api/v1/namespaces/{name}")


@pytest.mark.parametrize("name", OWN)
def test_an_example_converges_in_one_sync(
    name: str, scene: Scene, connections: dict[str, list[str]], destination: str
) -> None:
    files = example_files({OWN[name]: destination, "shop-staging": destination}, apps=[name])
    if name == "platform":
        path = "platform/base/namespace.yaml"
        files[path] = files[path].replace("name: platform", f"name: {destination}")
    scene.write(dict(files))

    says(scene.cli("sync", name, *connections["deployer"], "--timeout", "60s"), ExitCode.OK, "1 application was synced")
    written = versions(scene, destination)
    assert len(written) > 5

    says(
        scene.cli("diff", name, *connections["preview"]),
        ExitCode.OK,
        "Nothing changes: the application is in sync",
        f"{name} in-cluster Synced Healthy",
    )
    says(
        scene.cli("sync", name, *connections["deployer"]),
        ExitCode.OK,
        "Nothing to sync: the application is already in sync",
    )
    assert versions(scene, destination) == written


def versions(scene: Scene, namespace: str) -> dict[str, str]:
    """Return the version of every tracked object of a namespace, and of the cluster-scoped ones of the examples."""
    found = {}
    for kind in kinds(scene):
        for item in scene.cluster.request("GET", f"{kind['root']}/namespaces/{namespace}/{kind['name']}")["items"]:
            if "argocd.argoproj.io/tracking-id" in item["metadata"].get("annotations", {}):
                found[f"{kind['name']}/{item['metadata']['name']}"] = item["metadata"]["resourceVersion"]
    for path in (f"/api/v1/namespaces/{namespace}", *(f"/apis/{path}" for path in CLUSTER_SCOPED)):
        if item := scene.read(path):
            found[path] = item["metadata"]["resourceVersion"]
    return found


def kinds(scene: Scene) -> list[dict[str, Any]]:
    """Return every namespaced kind that can be listed."""
    groups = scene.cluster.request("GET", "/apis")["groups"]
    roots = ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]
    return [
        {"root": root, "name": kind["name"]}
        for root in roots
        for kind in scene.cluster.request("GET", root)["resources"]
        if kind["namespaced"] and "list" in kind["verbs"] and kind["name"] != "events"
    ]
