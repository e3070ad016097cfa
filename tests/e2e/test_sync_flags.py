"""The flags of ``sync`` and the verb ``terminate``, as somebody at a desk uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.errors import ExitCode
from tests.e2e.program import start
from tests.e2e.scene import application, config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


def there(scene: Scene) -> set[str]:
    return {each["metadata"]["name"] for each in scene.get("v1/configmaps")["items"]} - {"kube-root-ca.crt"}


def test_some_objects_are_synced_and_the_application_stays_out_of_sync(scene: Scene) -> None:
    scene.add("web", config_map("one", a="1"), config_map("two", a="1"), config_map("three", a="1"))
    ran = scene.cli("sync", "--resource", ":ConfigMap:*", "--resource", "!:ConfigMap:two", "--output", "json")
    assert there(scene) == {"one", "three"}, ran.log
    [web] = ran.json()["applications"]
    assert web["sync_status"] == "OutOfSync"
    says(scene.cli("sync", "--resource", ":Service:none"), ExitCode.USAGE, "web: no resource is selected")
    says(scene.cli("sync", "--label", "a in (b"), ExitCode.USAGE, "input label: 'a in (b' is no label selector")
    says(scene.cli("sync"), ExitCode.OK, "1 application was synced")
    assert there(scene) == {"one", "two", "three"}


def test_a_dry_run_says_what_it_would_do_and_does_nothing(scene: Scene) -> None:
    scene.add("web", config_map("one", a="1"))
    ran = scene.cli("sync", "--dry-run", "--output", "json")
    [row] = ran.json()["applications"][0]["resources"]
    assert row["result_message"] == "configmap/one created (dry run)"
    assert there(scene) == set()
    assert [each for each in scene.get("v1/secrets")["items"] if each["type"] == "gitops-action/record"] == []


def test_a_push_may_leave_out_what_is_not_automated(scene: Scene) -> None:
    manual = application("manual", scene.namespace).replace("syncPolicy: {automated: {prune: true}}", "syncPolicy: {}")
    scene.add("web", config_map("web", a="1"))
    scene.write({"apps/manual.yaml": manual, "manual/m.yaml": config_map("manual", a="1")})
    ran = scene.deploy(only_automated="true")
    says(ran, ExitCode.OK)
    assert there(scene) == {"web"}
    assert "not synced, for they are not automated: manual" in ran.report_text


@pytest.mark.parametrize("policy", ["retry: {limit: 2, backoff: {duration: 10ms}}", ""])
def test_a_sync_that_fails_is_tried_again_as_often_as_is_said(scene: Scene, policy: str) -> None:
    hook = config_map("check", a="1").replace('"annotations":{}', '"annotations":{"argocd.argoproj.io/hook":"PreSync"}')
    job = (
        hook.replace('"v1"', '"batch/v1"')
        .replace('"ConfigMap"', '"Job"')
        .replace(
            '"data":{"a":"1"}',
            '"spec":{"backoffLimit":0,"template":{"metadata":{"annotations":{"gitops-action.test/job":"fail"}},'
            '"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"registry.example/job:1"}]}}}',
        )
    )
    scene.add("web", config_map("one", a="1"), job)
    if policy:
        text = (scene.git.path / "apps/web.yaml").read_text()
        scene.write(
            {"apps/web.yaml": text.replace("automated: {prune: true}", f"automated: {{prune: true}}, {policy}")}
        )
    flags = () if policy else ("--retry-limit", "2", "--retry-backoff-duration", "10ms")
    ran = scene.cli("sync", *flags)
    says(ran, ExitCode.SYNC_FAILED, "Retrying attempt #1 in 0.01 s", "Retrying attempt #2 in 0.02 s")
    assert "Retrying attempt #3" not in ran.log
    assert there(scene) == set()


def test_a_sync_is_ended_from_elsewhere(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"))
    says(scene.cli("terminate", "web"), ExitCode.REFUSED, "web: no sync is running, so there is none to terminate")
    process = start(*("sync", "--lock-duration", "6s", "--output", "json"), environ=scene.desk(), folder=scene.git.path)
    assert process.stderr is not None
    for line in process.stderr:
        if "waiting for the health" in line:
            break
    says(scene.cli("terminate", "web"), ExitCode.OK, f", process {process.pid} to end; it sees that within seconds")
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == ExitCode.SYNC_FAILED, stderr
    [web] = orjson.loads(stdout)["applications"]
    assert (web["operation_phase"], web["operation_message"]) == (
        "Failed",
        "Operation terminated while waiting for health",
    )
    assert scene.get("coordination.k8s.io/v1/leases")["items"] == []


def test_a_wait_in_which_nothing_changes_ends_before_the_timeout(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"))
    ran = scene.cli("sync", "--stall-timeout", "2s", "--timeout", "5m", "--output", "json")
    assert ran.code == ExitCode.NOT_HEALTHY, ran.log
    report = ran.json()
    assert report["finished"] - report["started"] < 120
