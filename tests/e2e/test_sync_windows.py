"""Sync windows of a project: they hold back pushes and manual syncs, each by its own rule, and never a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

ALWAYS = "schedule: '* * * * *', duration: 1h, applications: ['*']"


def with_window(scene: Scene, window: str) -> Scene:
    project = (
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team}\n"
        f'spec:\n  sourceRepos: ["**"]\n  destinations: [{{name: in-cluster, namespace: "*"}}]\n'
        f"  syncWindows: [{{{window}}}]\n"
    )
    return scene.write(
        {
            "team.yaml": project,
            "apps/web.yaml": application("web", scene.namespace).replace("project: default", "project: team"),
            "web/manifests.yaml": config_map("settings", a="1"),
        }
    )


def test_a_deny_window_refuses_push_and_manual_sync_and_names_itself(scene: Scene) -> None:
    with_window(scene, f"kind: deny, {ALWAYS}")
    reason = "for the deny window '* * * * *' for 1h is open; when a sync is allowed again cannot be foreseen"
    says(scene.deploy(), ExitCode.REFUSED, f"web: not synced, {reason}")
    says(scene.cli("sync"), ExitCode.REFUSED, f"web: not synced by hand, {reason}", "change `syncWindows`")
    assert scene.get("v1/configmaps/settings") is None
    assert scene.read(f"/apis/coordination.k8s.io/v1/namespaces/{scene.namespace}/leases")["items"] == []


def test_a_window_that_lets_manual_syncs_through_refuses_pushes_alone(scene: Scene) -> None:
    with_window(scene, f"kind: deny, manualSync: true, {ALWAYS}")
    says(scene.deploy(), ExitCode.REFUSED, "web: not synced, for the deny window")
    assert scene.cli("sync").code == ExitCode.OK
    assert scene.deploy().code == ExitCode.OK, "there is nothing to sync, which no window forbids"


def test_outside_of_its_allow_window_an_application_is_not_synced_and_the_next_opening_is_told(scene: Scene) -> None:
    with_window(scene, "kind: allow, schedule: '0 0 29 2 *', duration: 1m, applications: [web]")
    says(scene.deploy(), ExitCode.REFUSED, "the allow window '0 0 29 2 *' for 1m is closed", "-02-29T00:00:00Z on")
    with_window(scene, "kind: allow, schedule: '0 0 29 2 *', duration: 1m, applications: [api]")
    assert scene.deploy().code == ExitCode.OK


def test_a_comparison_heeds_no_window(scene: Scene) -> None:
    with_window(scene, f"kind: deny, {ALWAYS}")
    assert scene.cli("diff").code == ExitCode.DIFFERENT
