"""Syncs that meet: of one application, and of two that have an object in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from gitops_action.errors import ExitCode
from tests.e2e.program import start
from tests.e2e.scene import application, config_map, says
from tests.fault_proxy import fault_proxy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.scene import Scene
    from tests.fault_proxy import Seen


def test_two_syncs_of_one_application_at_once_do_the_work_once(scene: Scene) -> None:
    objects = [config_map(f"c-{number}", wave=str(number % 3), a="1") for number in range(12)]
    scene.add("web", *objects)
    arguments = ("sync", "--output", "json", "--wave-delay", "0s")
    both = [start(*arguments, environ=scene.desk(), folder=scene.git.path) for _ in range(2)]
    outputs = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [ExitCode.OK] * 2, outputs
    messages = [
        row["result_message"] for out, _ in outputs for row in orjson.loads(out)["applications"][0]["resources"]
    ]
    assert sum(message.endswith("created") for message in messages) == len(objects)
    managers = {
        (entry["manager"], entry["operation"])
        for each in scene.get("v1/configmaps")["items"]
        for entry in each["metadata"].get("managedFields", ())
        if each["metadata"]["name"].startswith("c-")
    }
    assert managers == {("gitops-action", "Apply")}
    assert scene.get("coordination.k8s.io/v1/leases")["items"] == []


def test_of_two_applications_of_a_run_that_create_one_object_one_is_refused(scene: Scene) -> None:
    scene.write(
        {
            "apps/one.yaml": application("one", scene.namespace),
            "apps/two.yaml": application("two", scene.namespace),
            "one/m.yaml": config_map("shared", a="one") + config_map("only-one", a="1"),
            "two/m.yaml": config_map("shared", a="two") + config_map("only-two", a="1"),
        }
    )
    ran = scene.cli("sync")
    assert ran.code == ExitCode.REFUSED, ran.log
    shared = scene.get("v1/configmaps/shared")
    owner = shared["data"]["a"]
    assert shared["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].startswith(f"{owner}:")
    there = {each["metadata"]["name"] for each in scene.get("v1/configmaps")["items"]}
    assert there & {"only-one", "only-two"} == {f"only-{owner}"}
    other = "two" if owner == "one" else "one"
    assert f"{other}: not synced, for " in ran.log

    again = scene.cli("sync")
    assert again.code == ExitCode.REFUSED, again.log
    assert scene.get("v1/configmaps/shared")["metadata"]["uid"] == shared["metadata"]["uid"]


def test_of_two_runs_that_create_one_object_the_later_one_fails_and_takes_nothing(scene: Scene, tmp_path: Path) -> None:
    scene.write(
        {
            "apps/one.yaml": application("one", scene.namespace),
            "apps/two.yaml": application("two", scene.namespace),
            "one/m.yaml": config_map("shared", a="one"),
            "two/m.yaml": config_map("shared", a="two"),
        }
    )
    with fault_proxy(scene.cluster) as proxy:
        others: list[int] = []

        def other_run(seen: Seen) -> None:
            if seen.writes and seen.path.endswith("/configmaps/shared") and not others:
                other = start("sync", "two", environ=scene.desk(), folder=scene.git.path)
                other.communicate(timeout=60)
                others.append(other.returncode)

        proxy.before = other_run
        ran = scene.cli("sync", "one", kubeconfig=proxy.kubeconfig(tmp_path / "config"))
    assert others == [ExitCode.OK]
    says(
        ran,
        ExitCode.SYNC_FAILED,
        f"ConfigMap {scene.namespace}/shared came into being since the comparison, and is tracked for application two",
    )
    assert scene.get("v1/configmaps/shared")["data"] == {"a": "two"}
