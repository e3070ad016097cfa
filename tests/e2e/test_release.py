"""``release``: an application is given up, and its objects stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """Return a scene with one application that was synced."""
    scene.add("web", deployment("web"), config_map("settings", a="1"))
    says(scene.cli("sync"), ExitCode.OK, "1 application was synced")
    return scene


def ours(live: dict[str, Any]) -> list[str]:
    """Return what of us is on an object."""
    metadata = live["metadata"]
    marks = [*metadata.get("annotations", {}), *metadata.get("labels", {})]
    managers = [each["manager"] for each in metadata.get("managedFields", ())]
    return [each for each in marks if each.startswith("argocd")] + [each for each in managers if "gitops" in each]


def record(scene: Scene) -> list[str]:
    found = scene.read(f"/api/v1/namespaces/{scene.namespace}/secrets")["items"]
    return [each["metadata"]["name"] for each in found if each["metadata"]["name"].startswith("gitops-action.")]


def test_tracking_ownership_and_record_go_and_the_objects_stay(shop: Scene) -> None:
    before = {path: shop.get(path) for path in ("apps/v1/deployments/web", "v1/configmaps/settings")}
    assert all(len(ours(live)) == 3 for live in before.values())
    assert record(shop)
    ran = shop.cli("release", "web", "--yes")
    says(ran, ExitCode.OK, f"released Deployment {shop.namespace}/web", "deleted the record", "web: released;")
    for path, old in before.items():
        live = shop.get(path)
        assert ours(live) == []
        assert live["metadata"]["uid"] == old["metadata"]["uid"]
        assert live.get("spec") == old.get("spec")
        assert live.get("data") == old.get("data")
    assert record(shop) == []
    leases = shop.read(f"/apis/coordination.k8s.io/v1/namespaces/{shop.namespace}/leases")["items"]
    assert leases == []
    says(shop.cli("release", "web", "--dry-run"), ExitCode.OK, "web: nothing to release")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(shop: Scene) -> None:
    ran = shop.cli("release", "web", "--dry-run")
    says(ran, ExitCode.OK, f"web: would release ConfigMap {shop.namespace}/settings", "web: would delete the record")
    assert len(ours(shop.get("v1/configmaps/settings"))) == 3
    assert record(shop)


def test_nobody_is_there_to_be_asked(shop: Scene) -> None:
    says(shop.cli("release", "web"), ExitCode.USAGE, "nobody can answer here", "Look with --dry-run, then say --yes.")
    assert record(shop)


def test_an_object_that_another_application_took_over_is_left_alone(shop: Scene) -> None:
    live = shop.get("v1/configmaps/settings")
    live["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] = f"other:/ConfigMap:{shop.namespace}/settings"
    shop.put("v1/configmaps/settings", live, method="PUT")
    says(shop.cli("release", "web", "--yes"), ExitCode.OK, "released Deployment")
    assert "argocd.argoproj.io/tracking-id" in ours(shop.get("v1/configmaps/settings"))


def test_what_left_git_since_is_released_as_well(shop: Scene) -> None:
    shop.add("web", deployment("web"))
    says(shop.cli("release", "web", "--yes"), ExitCode.OK, f"released ConfigMap {shop.namespace}/settings")


def test_after_a_release_the_objects_can_be_adopted_again(shop: Scene) -> None:
    shop.cli("release", "web", "--yes")
    says(shop.cli("sync"), ExitCode.OK, "1 application was synced")
    assert len(ours(shop.get("v1/configmaps/settings"))) == 3


def test_an_application_that_is_not_there(shop: Scene) -> None:
    says(shop.cli("release", "nothing", "--yes"), ExitCode.USAGE, "there is no application 'nothing'")
