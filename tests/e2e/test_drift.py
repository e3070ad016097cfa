"""Drift: what differs from Git is shown, and brought back where the application asks for it and nothing forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.errors import ExitCode
from tests.e2e.records import operations, record, record_secret, rewrite
from tests.e2e.scene import application, config_map, document, says
from tests.github_server.job import schedule_job

if TYPE_CHECKING:
    from tests.e2e.scene import JobRan, Scene

HEALING = "automated: {prune: true, selfHeal: true}"


def healing(scene: Scene, *manifests: str, project: str = "") -> Scene:
    """Sync an application that asks for self-heal, and change an object of it by hand."""
    app = application("web", scene.namespace).replace("automated: {prune: true}", HEALING)
    files: dict[str, str | None] = {
        "apps/web.yaml": app.replace("project: default", "project: team") if project else app,
        "web/manifests.yaml": "".join((config_map("settings", a="1"), *manifests)),
    }
    scene.write(files | ({"team.yaml": project} if project else {}))
    assert scene.cli("sync").code == ExitCode.OK
    return edited(scene)


def edited(scene: Scene) -> Scene:
    scene.put("v1/configmaps/settings", {**scene.get("v1/configmaps/settings"), "data": {"a": "9"}}, method="PUT")
    return scene


def scheduled(scene: Scene, **inputs: str) -> JobRan:
    scene.runs += 1
    job = schedule_job(scene.github, scene.folder / f"job-{scene.runs}", run_id=1000 + scene.runs)
    return scene.run(job, inputs={"drift_issues": "false", "deployments": "off"} | inputs)


def settings(scene: Scene) -> Any:
    return scene.get("v1/configmaps/settings")["data"]


def test_a_scheduled_run_brings_back_what_was_changed_by_hand(scene: Scene) -> None:
    ran = scheduled(healing(scene))
    says(ran, ExitCode.OK, "1 application has drifted")
    assert settings(scene) == {"a": "1"}
    [web] = ran.report["applications"]
    assert (ran.report["mode"], web["sync_status"], web["operation_phase"]) == ("drift", "Synced", "Succeeded")
    assert scene.cli("drift").code == ExitCode.OK


def test_without_self_heal_drift_is_shown_alone(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    scene.cli("sync")
    assert edited(scene).cli("drift").code == ExitCode.DIFFERENT
    assert settings(scene) == {"a": "9"}


def test_the_input_says_no_to_all_healing(scene: Scene) -> None:
    assert healing(scene).cli("drift", "--no-self-heal").code == ExitCode.DIFFERENT
    assert settings(scene) == {"a": "9"}


def test_a_heal_runs_no_hooks_and_is_no_operation_of_the_history(scene: Scene) -> None:
    """HIS-3."""
    annotations = {"argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation"}
    hook = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hook", "annotations": annotations}}
    healing(scene, document(hook))
    before = scene.get("v1/configmaps/hook")["metadata"]["uid"]
    assert scene.cli("drift").code == ExitCode.OK
    assert scene.get("v1/configmaps/hook")["metadata"]["uid"] == before
    assert operations(scene) == [(0, "sync", "Succeeded")]
    assert (record(scene)["heals"], record(scene)["phase"]) == (1, "Succeeded")


def test_heals_in_a_row_wait_longer_and_longer(scene: Scene) -> None:
    healing(scene)
    scene.cli("drift")
    rewrite(scene, heals=7)
    ran = edited(scene).cli("drift")
    says(ran, ExitCode.DIFFERENT, "web drifted and is not healed: it was healed 7 times in a row, and is again in ")
    assert settings(scene) == {"a": "9"}


def test_a_commit_that_was_not_synced_yet_is_not_brought_by_a_heal(scene: Scene) -> None:
    healing(scene).write({"web/manifests.yaml": config_map("settings", a="2")})
    says(scene.cli("drift"), ExitCode.DIFFERENT, "web drifted and is not healed: commit ", "was not synced yet")
    assert settings(scene) == {"a": "9"}


def test_a_closed_window_holds_a_heal_back(scene: Scene) -> None:
    window = "kind: deny, schedule: '* * * * *', duration: 1h, applications: ['*'], manualSync: true"
    project = (
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team}\n"
        f'spec:\n  sourceRepos: ["**"]\n  destinations: [{{name: in-cluster, namespace: "*"}}]\n'
        f"  syncWindows: [{{{window}}}]\n"
    )
    ran = scheduled(healing(scene, project=project))
    says(ran, ExitCode.OK, "web drifted and is not healed: the deny window '* * * * *' for 1h is open")
    assert settings(scene) == {"a": "9"}


def test_what_a_running_sync_may_be_changing_is_left_to_it(scene: Scene) -> None:
    healing(scene)
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": record_secret(scene)["metadata"]["name"]},
        "spec": {"holderIdentity": "https://run/7#a1", "leaseDurationSeconds": 30},
    }
    scene.put("coordination.k8s.io/v1/leases", lease)
    says(scene.cli("drift"), ExitCode.DIFFERENT, "web drifted and is not healed: the sync of https://run/7 holds")
    assert settings(scene) == {"a": "9"}
