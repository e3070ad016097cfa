"""Plan binding: what was reviewed is done and nothing else; what moved since is named and nothing is changed."""

from __future__ import annotations

import orjson
import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import JobRan, Scene, config_map, document, says


def key(value: str) -> str:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"key": value}}
    return document(secret)


def planned(scene: Scene) -> Scene:
    """Sync, change two objects in Git, and have that planned."""
    scene.add("web", config_map("settings", a="1"), config_map("same", a="1"), key("one"))
    assert scene.cli("sync").code == ExitCode.OK
    scene.add("web", config_map("settings", a="2"), config_map("same", a="1"), key("planted-secret"))
    assert scene.cli("diff", "--plan-out", str(scene.folder / "plan.json")).code == ExitCode.DIFFERENT
    return scene


def sync(scene: Scene, code: ExitCode, *texts: str) -> None:
    says(scene.cli("sync", "--plan", str(scene.folder / "plan.json")), code, *texts)


def data(scene: Scene, name: str = "settings") -> dict[str, str]:
    return dict(scene.get(f"v1/configmaps/{name}")["data"])


def edit(scene: Scene, name: str, *, more: dict[str, object]) -> None:
    scene.put(f"v1/configmaps/{name}", {**scene.get(f"v1/configmaps/{name}"), **more}, method="PUT")


def test_what_was_reviewed_is_synced(scene: Scene) -> None:
    sync(planned(scene), ExitCode.OK)
    assert data(scene) == {"a": "2"}


def test_what_was_done_meanwhile_by_somebody_else_is_in_order(scene: Scene) -> None:
    planned(scene).cli("sync")
    sync(scene, ExitCode.OK)


def test_another_target_is_named(scene: Scene) -> None:
    planned(scene).add("web", config_map("settings", a="3"), key("planted-secret"))
    says_moved = "web: not synced, for 2 things moved since the plan was made"
    gone = f"ConfigMap {scene.namespace}/same: Git says something else"
    sync(scene, ExitCode.REFUSED, says_moved, f"ConfigMap {scene.namespace}/settings: Git says something else", gone)
    assert data(scene) == {"a": "1"}


def test_another_value_of_a_secret_is_noticed_though_the_plan_holds_none(scene: Scene) -> None:
    planned(scene).add("web", config_map("settings", a="2"), config_map("same", a="1"), key("two"))
    sync(scene, ExitCode.REFUSED, "1 thing moved", "the values of a Secret: Git says something else")
    assert "planted" not in (scene.folder / "plan.json").read_text()


def test_what_changed_in_the_cluster_is_named(scene: Scene) -> None:
    edit(planned(scene), "settings", more={"data": {"a": "1", "b": "1"}})
    sync(scene, ExitCode.REFUSED, f"ConfigMap {scene.namespace}/settings: changed in the cluster")


def test_drift_since_then_is_no_part_of_what_was_reviewed(scene: Scene) -> None:
    edit(planned(scene), "same", more={"data": {"a": "9"}})
    sync(scene, ExitCode.REFUSED, "1 thing moved", f"ConfigMap {scene.namespace}/same: changed in the cluster")
    assert data(scene, "same") == {"a": "9"}


def test_what_is_touched_without_a_change_has_not_moved(scene: Scene) -> None:
    planned(scene)
    settings = scene.get("v1/configmaps/settings")
    edit(scene, "settings", more={"data": {"a": "0"}})
    edit(scene, "settings", more={"data": settings["data"]})
    sync(scene, ExitCode.OK)


def test_an_application_that_was_not_planned_is_refused(scene: Scene) -> None:
    planned(scene).add("api", config_map("api", a="1"))
    sync(scene, ExitCode.REFUSED, "api: not synced", "the application is not in the plan")
    assert data(scene) == {"a": "2"}, "the other one goes on"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"version": 9, "plan": {}}', b'{"version": 1, "plan": {"commit": 1}}']
)
def test_what_is_no_plan_ends_the_run(scene: Scene, content: bytes) -> None:
    scene.add("web", config_map("settings", a="1"))
    (scene.folder / "plan.json").write_bytes(content)
    sync(scene, ExitCode.USAGE, "plan.json is not a plan of this version")
    (scene.folder / "plan.json").unlink()
    sync(scene, ExitCode.USAGE, "plan.json cannot be read: No such file or directory")


def test_a_review_writes_its_plan_beside_the_report(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    ran: JobRan = scene.preview(scene.propose({"README.md": "Of no matter.\n"}))
    plan = orjson.loads((ran.job.workspace / "gitops-report" / "plan.json").read_bytes())
    assert (plan["version"], list(plan["plan"]["applications"])) == (1, ["argocd/web"])
