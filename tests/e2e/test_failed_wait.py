"""What does not get healthy explains itself: the likely cause is in the log, the summary and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


@pytest.mark.parametrize(
    ("pod", "cause"),
    [
        ("crash-loop", "Likely cause: container main keeps crashing (CrashLoopBackOff, exit code 1)."),
        (
            "image-pull-error",
            'Likely cause: image "registry.example/web:1" of container main cannot be pulled (ImagePullBackOff).',
        ),
    ],
)
def test_a_failed_wait_names_the_object_and_the_likely_cause(pod: str, cause: str, scene: Scene) -> None:
    scene.add("fine", config_map("settings", a="1"))
    scene.add("web", deployment("web", pod=pod))
    ran = scene.deploy(timeout="5s")
    says(ran, ExitCode.NOT_HEALTHY, "error: web: not healthy in time", f"Deployment {scene.namespace}/web", cause)
    report = {each["name"]: each for each in ran.report["applications"]}
    assert report["fine"]["exit_code"] == ExitCode.OK
    assert report["web"]["exit_code"] == ExitCode.NOT_HEALTHY
    assert cause in " ".join(report["web"]["causes"][0].split())
    assert cause.removeprefix("Likely cause: ").split('"')[0] in ran.summary
    assert ran.outputs["health-status"] == "Progressing"


def test_a_sync_that_does_not_wait_ends_when_all_is_applied(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"))
    says(scene.cli("sync", "--no-wait"), ExitCode.OK, "1 application was synced")
