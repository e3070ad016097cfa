"""How applications stand, what their records remember, and waiting until they are as wanted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.records import rewrite
from tests.e2e.scene import application, config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


def test_status_shows_a_line_for_each_application_and_ends_with_0(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    says(scene.deploy(), ExitCode.OK)
    scene.add("api", config_map("api", a="1"))
    ran = scene.cli("status")
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert lines == [
        ["NAME", "CLUSTER", "NAMESPACE", "STATUS", "HEALTH", "LAST", "COMMIT", "CONDITIONS"],
        ["api", "in-cluster", scene.namespace, "OutOfSync", "Missing", "-", "-", "-"],
        ["web", "in-cluster", scene.namespace, "Synced", "Healthy", "sync", "Succeeded", lines[2][7], "-"],
    ]
    assert ran.code == ExitCode.OK
    applications = scene.cli("status", "web", "--output", "json").json()["applications"]
    assert [(each["name"], each["sync_status"], len(each["history"])) for each in applications] == [
        ("web", "Synced", 1)
    ]


def test_history_shows_what_a_rollback_can_go_back_to(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("history", "web").stdout.splitlines()[1:] == []
    scene.deploy()
    scene.add("web", config_map("settings", a="2"))
    scene.deploy()
    scene.cli("rollback", "web")
    rewrite(scene, keep_targets=False)
    rows = [line.split() for line in scene.cli("history", "web").stdout.splitlines()[1:]]
    assert [(row[0], " ".join(row[4:-1])) for row in rows] == [
        ("2", f"rollback to 0 Succeeded Healthy {rows[0][9]} from the record"),
        ("1", "sync Succeeded Healthy octocat from the record"),
        ("0", "sync Succeeded Healthy octocat from the record"),
    ]
    found = scene.cli("history", "web", "--output", "json").json()
    assert [(each["id"], each["kind"], each["rolled_back_to"]) for each in found] == [
        (2, "rollback", 0),
        (1, "sync", -1),
        (0, "sync", -1),
    ]


def test_what_is_as_wanted_is_not_waited_for(scene: Scene) -> None:
    scene.add("web", deployment("web"))
    assert scene.cli("sync").code == ExitCode.OK
    assert scene.cli("wait", "web", "--timeout", "1s").code == ExitCode.OK


def test_it_waits_until_somebody_else_has_synced(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    put = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}
    threading.Timer(1.0, scene.put, ("v1/configmaps", put)).start()
    ran = scene.cli("wait", "web", "--health", "--timeout", "60s")
    says(ran, ExitCode.OK, "web: waiting: health Missing")


def test_what_never_comes_ends_with_5_and_says_what_is_lacking(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    ran = scene.cli("wait", "web", "--timeout", "1s")
    says(ran, ExitCode.NOT_HEALTHY, "web: waited in vain: sync status OutOfSync, health Missing")


def test_an_object_that_turns_degraded_ends_the_wait_and_may_be_what_is_waited_for(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="crash-loop"))
    scene.cli("sync", "--no-wait")
    ran = scene.cli("wait", "web", "--health", "--timeout", "3s")
    assert ran.code == ExitCode.NOT_HEALTHY


def test_an_operation_that_runs_is_waited_for(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    scene.cli("sync")
    rewrite(scene, phase="Running")
    says(scene.cli("wait", "--operation", "--timeout", "1s"), ExitCode.NOT_HEALTHY, "waited in vain: operation Running")
    assert scene.cli("wait", "--sync", "--timeout", "1s").code == ExitCode.OK


def test_an_application_that_cannot_be_compared_is_not_waited_for(scene: Scene) -> None:
    scene.write({"apps/web.yaml": application("web", scene.namespace, path="nowhere")})
    assert scene.cli("wait", "web").code == ExitCode.APPLICATION
