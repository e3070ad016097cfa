"""``affected`` under ``run``: the matrix of a push since what was deployed last, as far as the checkout goes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, says

if TYPE_CHECKING:
    from tests.e2e.scene import JobRan, Scene


def _matrix(ran: JobRan) -> list[str]:
    return [job["applications"] for job in json.loads(ran.outputs["matrix"])["include"]]


def test_a_push_counts_each_application_from_what_was_deployed_last_where_that_is_checked_out(scene: Scene) -> None:
    for name in ("web", "shop"):
        scene.write(
            {f"apps/{name}.yaml": application(name, scene.namespace), f"{name}/a.yaml": config_map(f"{name}-a")}
        )
    never = scene.deploy(command="affected", shards="2")
    assert (never.code, _matrix(never)) == (ExitCode.OK, ["shop", "web"])
    assert "web: it was never deployed" in never.log

    says(scene.deploy(), ExitCode.OK)
    again = scene.deploy(command="affected")
    assert (_matrix(again), again.outputs["changed"]) == ([], "false")

    scene.write({"web/a.yaml": config_map("web-a", a="2")})
    shallow = scene.deploy(command="affected")
    assert _matrix(shallow) == ["shop", "web"]
    assert "which is not in this checkout" in shallow.summary
