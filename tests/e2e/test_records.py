"""Records: whose an application is, in which cluster, and where that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.records import operations, record, rewrite
from tests.e2e.scene import application, config_map, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


def synced(scene: Scene) -> Scene:
    scene.add("web", config_map("settings", a="1"))
    assert scene.deploy().code == ExitCode.OK
    scene.add("web", config_map("settings", a="2"))
    return scene


def test_a_record_says_who_brought_what_from_where(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    ran = scene.deploy()
    found = record(scene)
    [operation] = found["operations"]
    assert found["owner"] == {
        "repository_id": int(ran.job.environ["GITHUB_REPOSITORY_ID"]),
        "repository": ran.job.environ["GITHUB_SERVER_URL"].removeprefix("http://") + "/octo-org/shop",
        "path": "apps/web.yaml",
        "branch": "main",
    }
    assert found["clusterUid"] == scene.read("/api/v1/namespaces/kube-system")["metadata"]["uid"]
    told = {name: operation[name] for name in ("id", "phase", "kind", "is_automated", "initiator", "run_url", "health")}
    assert told == {
        "id": 0,
        "phase": "Succeeded",
        "kind": "sync",
        "is_automated": True,
        "initiator": "octocat",
        "run_url": ran.report["run_url"],
        "health": "Healthy",
    }
    assert operation["sources"] == [
        {
            "repo_url": "https://github.com/octo-org/shop.git",
            "target_revision": "main",
            "path": "web",
            "chart": "",
        }
    ]
    assert [each["id"] for each in ran.report["applications"][0]["history"]] == [0]


def test_a_commit_that_changes_nothing_is_no_operation_but_is_known(scene: Scene) -> None:
    synced(scene)
    scene.deploy()
    scene.write({"README.md": "Of no matter.\n"})
    assert scene.deploy().code == ExitCode.OK
    assert operations(scene) == [(1, "sync", "Succeeded"), (0, "sync", "Succeeded")]
    assert record(scene)["revision"] == scene.git.resolve("main")


def test_another_repositorys_application_is_refused_until_it_is_taken_over(scene: Scene) -> None:
    synced(scene)
    rewrite(scene, owner={"repository_id": 7, "repository": "github.com/other/shop", "path": "apps/web.yaml"})
    refused = scene.deploy()
    says(refused, ExitCode.REFUSED, "web: not synced, for it belongs to repository github.com/other/shop")
    says(refused, ExitCode.REFUSED, f"The last sync was {record(scene)['runUrl']}")
    says(scene.cli("sync"), ExitCode.REFUSED, "it belongs to repository github.com/other/shop")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "1"}
    assert scene.deploy(take_over="true").code == ExitCode.OK
    assert record(scene)["owner"]["repository"].endswith("/octo-org/shop")
    assert scene.cli("sync").code == ExitCode.OK, "whose repository it is does not depend on how its host is called"


def test_an_application_may_move_to_another_file_but_not_have_two(scene: Scene) -> None:
    synced(scene)
    both = {"more/web.yaml": application("web", scene.namespace), "web/manifests.yaml": config_map("settings", a="3")}
    scene.write(dict(both))
    other = scene.deploy(applications="more/*.yaml")
    says(other, ExitCode.REFUSED, "web: not synced, for it belongs to apps/web.yaml of this repository")
    scene.write({"apps/web.yaml": None})
    assert scene.deploy().code == ExitCode.OK
    assert record(scene)["owner"]["path"] == "more/web.yaml"


def test_a_record_of_another_cluster_is_refused(scene: Scene) -> None:
    synced(scene)
    rewrite(scene, clusterUid="another")
    says(scene.deploy(), ExitCode.REFUSED, "web: not synced, for its record was made in another cluster", "UID another")
    assert scene.deploy(take_over="true").code == ExitCode.OK


def test_records_and_locks_live_in_the_namespace_that_the_input_names(scene: Scene) -> None:
    state = f"{scene.namespace}-state"
    scene.add("web", config_map("settings", a="1"))
    assert scene.deploy(state_namespace=state).code == ExitCode.OK
    assert record(scene, state)["application"] == "web"
    assert [each["type"] for each in scene.get("v1/secrets")["items"]] == []
    assert scene.deploy(state_namespace=state).outputs["changed"] == "false"
    scene.cluster.request("DELETE", f"/api/v1/namespaces/{state}")
