"""Going back: to the last good operation or a named one, by hand or after a failure, with and without Git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.records import operations, record, rewrite
from tests.e2e.scene import config_map, deployment, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

GONE = "not rolled back, for commit"


def settings(scene: Scene) -> dict[str, str] | None:
    found = scene.get("v1/configmaps/settings")
    return found["data"] if found else None


def twice(scene: Scene) -> Scene:
    """Sync two commits, of which the second adds an object."""
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    scene.add("web", config_map("settings", a="2"), config_map("added", a="2"))
    assert scene.cli("sync").code == ExitCode.OK
    return scene


def test_a_rollback_brings_back_what_was_and_is_an_operation_of_its_own(scene: Scene) -> None:
    twice(scene)
    first = record(scene)["operations"][1]["revision"]
    ran = scene.cli("rollback", "web")
    says(ran, ExitCode.OK, f"web: rolling back to operation 0 (commit {first[:7]})", "added Pruned")
    says(ran, ExitCode.OK, "web is synced on the next push to the tracked branch", "revert the commit there")
    assert (settings(scene), scene.get("v1/configmaps/added")) == ({"a": "1"}, None)
    assert operations(scene) == [(2, "rollback", "Succeeded"), (1, "sync", "Succeeded"), (0, "sync", "Succeeded")]
    assert (record(scene)["revision"], record(scene)["operations"][0]["rolled_back_to"]) == (first, 0)


def test_a_number_names_the_operation_and_going_back_twice_comes_back(scene: Scene) -> None:
    """HIS-4."""
    twice(scene)
    assert scene.cli("rollback", "web", "0").code == ExitCode.OK
    assert settings(scene) == {"a": "1"}
    assert scene.cli("rollback", "web").code == ExitCode.OK
    assert settings(scene) == {"a": "2"}
    says(scene.cli("rollback", "web", "7"), ExitCode.USAGE, "web: the history has no operation 7", "3, 2, 1, 0")


def test_after_a_rollback_the_next_sync_brings_what_git_says(scene: Scene) -> None:
    twice(scene)
    scene.cli("rollback", "web")
    assert scene.deploy().code == ExitCode.OK
    assert settings(scene) == {"a": "2"}


def test_without_an_earlier_operation_there_is_nothing_to_go_back_to(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    says(scene.cli("rollback", "web"), ExitCode.REFUSED, "web: there is nothing to roll back to")
    scene.cli("sync")
    says(scene.cli("rollback", "web"), ExitCode.REFUSED, "web: there is nothing to roll back to")


def test_what_the_record_has_not_kept_is_rendered_again_from_its_commit(scene: Scene) -> None:
    twice(scene)
    scene.write({"web/manifests.yaml": "not: [", "README.md": "Broken now.\n"})
    rewrite(scene, keep_targets=False)
    says(scene.cli("rollback", "web"), ExitCode.OK)
    assert settings(scene) == {"a": "1"}


def test_a_commit_that_nobody_has_any_more_is_refused(scene: Scene) -> None:
    twice(scene)
    lost = [dict(each, revision="0" * 39 + "1", targets="") for each in record(scene)["operations"]]
    lost[0]["revision"] = "0" * 39 + "2"
    rewrite(scene, keep_targets=False, operations=lost)
    says(scene.cli("rollback", "web"), ExitCode.REFUSED, f"web: {GONE} {'0' * 39}1 cannot be read")


def test_hooks_run_in_a_rollback(scene: Scene) -> None:
    hook = {"argocd.argoproj.io/hook": "PostSync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation"}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hook", "annotations": hook}}
    scene.add("web", config_map("settings", a="1"), document(body))
    scene.cli("sync")
    scene.add("web", config_map("settings", a="2"), document(body))
    scene.cli("sync")
    before = scene.get("v1/configmaps/hook")["metadata"]["uid"]
    assert scene.cli("rollback", "web").code == ExitCode.OK
    assert scene.get("v1/configmaps/hook")["metadata"]["uid"] != before


def test_a_sync_that_leaves_the_application_degraded_is_taken_back_where_inputs_say_so(scene: Scene) -> None:
    scene.add("web", deployment("web"), config_map("settings", a="1"))
    assert scene.deploy(on_failure="rollback").code == ExitCode.OK
    scene.add("web", deployment("web", pod="crash-loop"), config_map("settings", a="2"))
    ran = scene.deploy(on_failure="rollback", timeout="8s")
    says(ran, ExitCode.NOT_HEALTHY, "web: rolling back to operation 0", "; rolled back to operation 0 (commit ")
    assert settings(scene) == {"a": "1"}
    [web] = ran.report["applications"]
    assert (web["exit_code"], web["health_status"], bool(web["causes"])) == (ExitCode.NOT_HEALTHY, "Healthy", True)
    assert [each["kind"] for each in web["history"]] == ["rollback", "sync", "sync"]
    assert [each["health"] for each in web["history"]] == ["Healthy", "Progressing", "Healthy"]


def test_without_an_earlier_one_a_failure_stays_and_says_so(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="crash-loop"))
    ran = scene.cli("sync", "--on-failure", "rollback", "--timeout", "6s")
    says(ran, ExitCode.NOT_HEALTHY, "; not rolled back, for no earlier sync with other content succeeded")


def test_what_failed_before_its_first_change_left_nothing_to_undo(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    scene.cli("sync")
    scene.add("web", config_map("settings", a="2"), document({"apiVersion": "acme.io/v1", "kind": "Odd"}))
    ran = scene.cli("sync", "--on-failure", "rollback")
    assert "rolled back" not in ran.log
    assert settings(scene) == {"a": "1"}


def test_a_workflow_names_the_application_and_the_operation(scene: Scene) -> None:
    twice(scene)
    scene.add("api", config_map("api", a="1"))
    says(scene.deploy(command="rollback"), ExitCode.USAGE, "rollback does not say which application it is for")
    says(scene.deploy(command="rollback", apps="web", rollback_to="0"), ExitCode.OK, "web: rolling back to operation 0")
    assert (settings(scene), scene.get("v1/configmaps/api")) == ({"a": "1"}, None)
