"""Order between applications: waves of an app of apps, steps of a RollingSync, and who is not begun after a failure."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import REPOSITORY, application, config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import JobRan, Scene


def child(scene: Scene, name: str, wave: int) -> str:
    plain = application(name, scene.namespace)
    annotations = f'annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}'
    return plain.replace("namespace: argocd}", f"namespace: argocd, {annotations}}}", 1)


def app_of_apps(scene: Scene, *, database: str) -> Scene:
    return scene.write(
        {
            "root.yaml": application("root", scene.namespace, path="apps"),
            "apps/web.yaml": child(scene, "web", 1),
            "apps/db.yaml": child(scene, "db", 0),
            "web/manifests.yaml": config_map("web", a="1"),
            "db/manifests.yaml": database,
        }
    )


def rolling(scene: Scene, *, canary: str, max_update: str = "100%") -> Scene:
    applicationset = dedent(
        f"""\
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: {{name: shops, namespace: argocd}}
        spec:
          generators: [{{list: {{elements: [{{name: main}}, {{name: canary}}, {{name: other}}]}}}}]
          strategy:
            type: RollingSync
            rollingSync:
              steps:
                - matchExpressions: [{{key: stage, operator: In, values: [canary]}}]
                - matchExpressions: [{{key: stage, operator: In, values: [main]}}]
                  maxUpdate: "{max_update}"
          template:
            metadata: {{name: "{{{{name}}}}", labels: {{stage: "{{{{name}}}}"}}}}
            spec:
              project: default
              source: {{repoURL: "{REPOSITORY}.git", targetRevision: main, path: "{{{{name}}}}"}}
              destination: {{server: https://kubernetes.default.svc, namespace: {scene.namespace}}}
        """
    )
    return scene.write(
        {
            "set.yaml": applicationset,
            "canary/manifests.yaml": canary,
            "main/manifests.yaml": config_map("main", a="1"),
            "other/manifests.yaml": config_map("other", a="1"),
        }
    )


def codes(ran: JobRan) -> dict[str, int]:
    return {each["name"]: each["exit_code"] for each in ran.report["applications"]}


def test_a_wave_begins_when_the_one_before_is_healthy(scene: Scene) -> None:
    ran = app_of_apps(scene, database=deployment("db")).deploy()
    assert ran.code == ExitCode.OK, ran.log
    created = scene.get("v1/configmaps/web")["metadata"]["creationTimestamp"]
    conditions = scene.get("apps/v1/deployments/db")["status"]["conditions"]
    assert min(each["lastTransitionTime"] for each in conditions if each["type"] == "Available") <= created


def test_after_a_wave_that_failed_later_ones_are_not_begun_and_say_why(scene: Scene) -> None:
    ran = app_of_apps(scene, database=deployment("db", pod="crash-loop")).deploy(timeout="6s")
    says(ran, ExitCode.NOT_HEALTHY, "web: not started, because db of wave 0 is not synced and healthy")
    assert scene.get("v1/configmaps/web") is None
    assert codes(ran) == {"root": ExitCode.OK, "db": ExitCode.NOT_HEALTHY, "web": ExitCode.REFUSED}


def test_a_step_begins_when_all_of_the_step_before_are_healthy(scene: Scene) -> None:
    """APS-25."""
    ran = rolling(scene, canary=deployment("canary", pod="crash-loop")).deploy(timeout="6s")
    says(ran, ExitCode.NOT_HEALTHY, "main: not started, because canary of step 1 is not synced and healthy")
    assert scene.get("v1/configmaps/main") is None
    assert rolling(scene, canary=deployment("canary")).deploy(apps="canary\nmain").code == ExitCode.OK
    assert scene.get("v1/configmaps/main")["data"] == {"a": "1"}


def test_what_no_step_names_is_synced_by_hand_alone(scene: Scene) -> None:
    """APS-23."""
    ran = rolling(scene, canary=config_map("canary", a="1")).deploy()
    says(ran, ExitCode.REFUSED, "other: not started, because no step of the rollout of ApplicationSet shops names it")
    assert codes(ran) == {"main": ExitCode.OK, "canary": ExitCode.OK, "other": ExitCode.REFUSED}
    assert scene.cli("sync", "other").code == ExitCode.OK


def test_a_step_that_lets_none_begin_holds_its_applications(scene: Scene) -> None:
    """APS-25."""
    ran = rolling(scene, canary=config_map("canary", a="1"), max_update="0").deploy(apps="canary\nmain")
    says(ran, ExitCode.REFUSED, "main: not started, because step 2 of shops lets none begin (maxUpdate)")
    assert codes(ran) == {"main": ExitCode.REFUSED, "canary": ExitCode.OK}
