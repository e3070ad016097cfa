"""A cancelled workflow: the runner sends a signal and gives a few seconds; then the next run finishes the work."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from gitops_action.errors import ExitCode
from tests.e2e.program import start
from tests.e2e.scene import config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


def interrupted(scene: Scene, number: signal.Signals) -> dict[str, Any]:
    """Sync, send a signal while it waits, and return what it reports of the application."""
    process = start("sync", "--output", "json", environ=scene.desk(), folder=scene.git.path)
    assert process.stderr is not None
    for line in process.stderr:
        if "waiting for" in line:
            break
    sent = time.monotonic()
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)
    assert time.monotonic() - sent < 2
    assert process.returncode == ExitCode.INTERRUPTED, stderr
    [web] = orjson.loads(stdout)["applications"]
    assert web["exit_code"] == ExitCode.INTERRUPTED
    return dict(web)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_operation_is_terminated_at_once_and_the_next_sync_converges(number: signal.Signals, scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"), config_map("settings", wave="1", a="1"))
    web = interrupted(scene, number)
    assert (web["operation_phase"], web["operation_message"]) == ("Failed", "Operation terminated")
    assert scene.get("v1/configmaps/settings") is None

    scene.add("web", deployment("web"), config_map("settings", wave="1", a="2"))
    says(scene.cli("sync"), ExitCode.OK, "1 application was synced")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "2"}
    assert scene.cli("diff").code == ExitCode.OK


def test_what_was_applied_whole_is_told_from_a_wait_that_was_cut_short(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"))
    web = interrupted(scene, signal.SIGTERM)
    assert (web["operation_phase"], web["operation_message"]) == (
        "Succeeded",
        "successfully synced (all tasks run); interrupted while waiting for health",
    )


def test_a_sync_that_was_killed_is_finished_by_the_next(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"), config_map("settings", wave="1", a="1"))
    process = start("sync", "--lock-duration", "10s", environ=scene.desk(), folder=scene.git.path)
    assert process.stderr is not None
    for line in process.stderr:
        if "created" in line:
            break
    process.kill()
    process.communicate(timeout=30)
    scene.add("web", deployment("web"), config_map("settings", wave="1", a="1"))
    says(scene.cli("sync"), ExitCode.OK, "1 application was synced")
    assert scene.get("v1/configmaps/settings")
