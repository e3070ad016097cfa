"""Ignored fields from end to end: counted by every run, kept or set by a sync as the application says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

IGNORE = "ignoreDifferences: [{group: '', kind: ConfigMap, jsonPointers: [/data/size]}]"
COUNTED = "1 resource: 1 equal, 0 different, 0 unknown; 1 field hidden by 1 rule"


def _resized(scene: Scene, **data: str) -> None:
    live = scene.get("v1/configmaps/web")
    path = f"/api/v1/namespaces/{scene.namespace}/configmaps/web"
    scene.cluster.request("PUT", path, {**live, "data": {**live["data"], **data}})


def _data(scene: Scene) -> Any:
    return scene.get("v1/configmaps/web")["data"]


def test_an_ignored_field_is_in_sync_counted_and_named_on_request(scene: Scene) -> None:
    scene.add("web", config_map("web", size="1", color="red"), more=IGNORE)
    assert scene.cli("sync").code == ExitCode.OK
    _resized(scene, size="5")

    says(scene.cli("diff"), ExitCode.OK, COUNTED)
    named = f"ConfigMap {scene.namespace}/web /data/size jsonPointer:/data/size"
    says(scene.cli("diff", "--show-hidden"), ExitCode.OK, "=== web: hidden fields that differ", named, COUNTED)
    assert scene.cli("sync").code == ExitCode.OK
    assert _data(scene) == {"size": "5", "color": "red"}


def test_a_sync_of_other_fields_sets_an_ignored_one_unless_it_is_to_be_respected(scene: Scene) -> None:
    scene.add("web", config_map("web", size="1", color="red"), more=IGNORE)
    assert scene.cli("sync").code == ExitCode.OK
    _resized(scene, size="5", color="blue")
    assert scene.cli("sync").code == ExitCode.OK
    assert _data(scene) == {"size": "1", "color": "red"}

    text = application("web", scene.namespace).replace("{automated: {prune: true}}", "{syncOptions: [OPTION]}")
    scene.write({"apps/web.yaml": text.replace("OPTION", "RespectIgnoreDifferences=true") + f"  {IGNORE}\n"})
    _resized(scene, size="5", color="blue")
    says(scene.cli("sync"), ExitCode.OK, "ConfigMap")
    assert _data(scene) == {"size": "5", "color": "red"}


def test_a_pull_request_that_ignores_a_field_shows_it_still(scene: Scene) -> None:
    scene.add("web", config_map("web", size="1"))
    assert scene.cli("sync").code == ExitCode.OK
    _resized(scene, size="5")

    ran = scene.preview(scene.propose({"apps/web.yaml": application("web", scene.namespace, more=IGNORE)}))

    assert "+  size: &quot;1&quot;" in ran.comments[0].body or '+  size: "1"' in ran.comments[0].body
    message = "this change hides 1 field from later comparisons: /data/size of ConfigMap web"
    assert message in [each["message"] for each in ran.report["applications"][0]["conditions"]]
    assert "hidden by" not in ran.comments[0].body
