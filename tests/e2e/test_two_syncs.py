"""Two syncs of one application: one at a time, and the older commit does not win."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.errors import ExitCode
from tests.e2e.program import start
from tests.e2e.scene import JobRan, config_map, deployment, says
from tests.github_server.job import push_job

if TYPE_CHECKING:
    from tests.e2e.scene import Scene
    from tests.github_server.job import Job


def leases(scene: Scene) -> list[dict[str, Any]]:
    found = scene.read(f"/apis/coordination.k8s.io/v1/namespaces/{scene.namespace}/leases")
    return list(found["items"])


def awaits_a_lease(scene: Scene) -> None:
    deadline = time.monotonic() + 20
    while not leases(scene):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_second_of_two_syncs_waits_for_the_first_and_then_finds_its_work_done(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"), config_map("settings", a="1"))
    arguments = ("sync", "--timeout", "6s", "--output", "json")
    first = start(*arguments, environ=scene.desk(), folder=scene.git.path)
    awaits_a_lease(scene)
    second = start("sync", "--no-wait", "--output", "json", environ=scene.desk(), folder=scene.git.path)
    stdout, stderr = second.communicate(timeout=60)
    assert first.poll() is not None, "it ended before the second went on"
    assert first.communicate()[0]
    assert f", process {first.pid}\n" in stderr
    assert "web: waiting for the sync of " in stderr
    [web] = orjson.loads(stdout)["applications"]
    assert (first.returncode, web["operation_phase"]) == (ExitCode.NOT_HEALTHY, "Succeeded")
    done = sorted(row["result_message"] for row in web["resources"])
    assert done == ["configmap/settings unchanged", "deployment.apps/web unchanged"]
    assert leases(scene) == []


def test_who_waits_in_vain_ends_with_9_and_has_changed_nothing(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    scene.add("web", config_map("settings", a="2"))
    put_lease(scene, "https://github.com/octo-org/shop/actions/runs/7#a1")
    ran = scene.cli("sync", "--timeout", "1s")
    says(ran, ExitCode.LOCKED, "waiting for the sync of https://github.com/octo-org/shop/actions/runs/7")
    says(ran, ExitCode.LOCKED, "not synced, for the sync of https://github.com/octo-org/shop/actions/runs/7 holds")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "1"}


def test_a_sync_with_nothing_to_do_takes_no_lock_and_writes_nothing(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    before = versions(scene)
    put_lease(scene, "https://github.com/octo-org/shop/actions/runs/7#a1")
    assert scene.cli("sync").code == ExitCode.OK
    assert versions(scene) == before


def test_the_job_of_an_older_commit_is_refused_and_may_be_allowed(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    older, allowed = job(scene), job(scene)
    scene.add("web", config_map("settings", a="2"))
    between = scene.git.resolve("main")
    scene.write({"README.md": "Of no matter.\n"})
    newer = scene.git.resolve("main")
    assert scene.deploy().code == ExitCode.OK

    refused = scene.run(older, inputs={})
    says(refused, ExitCode.REFUSED, f"commit {revision(older)} is older than {newer}, which was synced last")
    says(refused, ExitCode.REFUSED, "to go back, set `allow-older`")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "2"}
    assert between not in refused.log

    assert back(scene, allowed).code == ExitCode.OK
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "1"}
    assert scene.deploy().code == ExitCode.OK
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "2"}


def test_an_older_commit_that_changes_nothing_is_in_order(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    older = job(scene)
    scene.write({"README.md": "Of no matter.\n"})
    assert scene.deploy().code == ExitCode.OK
    before = versions(scene)
    assert scene.run(older, inputs={}).code == ExitCode.OK
    assert versions(scene) == before


def job(scene: Scene) -> Job:
    """Return the job of the commit that main is at now, to be run later."""
    scene.runs += 1
    return push_job(scene.github, scene.folder / f"job-{scene.runs}", run_id=1000 + scene.runs)


def back(scene: Scene, job: Job) -> JobRan:
    return scene.run(job, inputs={"allow_older": "true"})


def revision(job: Job) -> str:
    return job.environ["GITHUB_SHA"]


def put_lease(scene: Scene, holder: str) -> None:
    """Let somebody hold the lock of the one application that was recorded."""
    [record] = [each for each in scene.get("v1/secrets")["items"] if each["type"] == "gitops-action/record"]
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": record["metadata"]["name"]},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 30},
    }
    scene.put("coordination.k8s.io/v1/leases", lease)


def versions(scene: Scene) -> dict[str, str]:
    """Return the versions of the record and of what was applied."""
    objects = [each["metadata"] for kind in ("secrets", "configmaps") for each in scene.get(f"v1/{kind}")["items"]]
    return {each["name"]: each["resourceVersion"] for each in objects}
