"""What the inputs of the action change: when it fails, when it comments, how much is done at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene
    from tests.github_server.state import PullRequest


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """Return a scene with one application, already synced."""
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    return scene


def changing(shop: Scene) -> PullRequest:
    return shop.propose({"web/manifests.yaml": config_map("settings", a="2")})


def idle(shop: Scene) -> PullRequest:
    return shop.propose({"README.md": "Other words.\n"}, branch="docs")


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("never", ExitCode.OK), ("error", ExitCode.OK), ("danger", ExitCode.OK), ("diff", ExitCode.DIFFERENT)],
)
def test_a_difference_fails_the_job_only_where_that_is_asked_for(fail_on: str, code: ExitCode, shop: Scene) -> None:
    says(shop.preview(changing(shop), None, fail_on=fail_on), code, "1 application will change")


def test_a_broken_application_does_not_fail_a_job_that_never_fails(shop: Scene) -> None:
    pull = shop.propose({"web/manifests.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n"})
    says(shop.preview(pull), ExitCode.APPLICATION, "1 application could not be compared")
    says(shop.preview(pull, None, fail_on="never"), ExitCode.OK, "1 application could not be compared")


def test_a_change_that_a_sync_would_refuse_is_refused_in_the_preview_as_well(shop: Scene) -> None:
    pull = shop.propose({"web/manifests.yaml": "# nothing left\n"})
    ran = shop.preview(pull)
    says(ran, ExitCode.REFUSED, "1 application would fail to sync", "error: web: refused", "it renders to nothing")
    [comment] = ran.comments
    assert "allowEmpty" in comment.body


def test_nothing_to_say_is_not_said_unless_always(shop: Scene) -> None:
    pull = idle(shop)
    quiet = shop.preview(pull)
    says(quiet, ExitCode.OK, "Nothing changes: the application is in sync")
    assert quiet.comments == ()
    [comment] = shop.preview(pull, None, comment="always").comments
    assert "Nothing changes: the application is in sync" in comment.body


def test_never_comment_asks_nothing_of_github(shop: Scene) -> None:
    ran = shop.preview(changing(shop), None, comment="never")
    assert (ran.code, ran.comments) == (ExitCode.OK, ())
    assert "issues" not in str(shop.github.requests)


def test_a_comment_whose_change_is_gone_says_so_in_place(shop: Scene) -> None:
    pull = changing(shop)
    [before] = shop.preview(pull).comments
    shop.put("v1/configmaps/settings", shop.get("v1/configmaps/settings") | {"data": {"a": "2"}}, method="PUT")
    [after] = shop.preview(pull).comments
    assert after.id == before.id
    assert "Nothing changes: the application is in sync" in after.body


def test_two_jobs_with_keys_of_their_own_have_a_comment_each(shop: Scene) -> None:
    pull = changing(shop)
    shop.preview(pull, None, comment_key="staging")
    assert len(shop.preview(pull, None, comment_key="production").comments) == 2


def test_drift_is_told_and_left_alone(shop: Scene) -> None:
    shop.put("v1/configmaps/settings", shop.get("v1/configmaps/settings") | {"data": {"a": "mine"}}, method="PUT")
    ran = shop.deploy(None, command="drift")
    says(ran, ExitCode.OK, "1 application has drifted", '- a: mine + a: "1"')
    assert ran.outputs["command"] == "drift"
    assert shop.get("v1/configmaps/settings")["data"] == {"a": "mine"}


def test_without_prune_what_left_git_stays_and_is_told(shop: Scene) -> None:
    manual = "syncPolicy: {}\n"
    shop.add("web", config_map("settings", a="1"), config_map("old"))
    assert shop.cli("sync").code == ExitCode.OK
    shop.add("web", config_map("settings", a="2"))
    text = (shop.git.path / "apps" / "web.yaml").read_text().replace("syncPolicy: {automated: {prune: true}}", manual)
    shop.write({"apps/web.yaml": text})
    ran = shop.cli("sync")
    says(ran, ExitCode.DIFFERENT, "1 application was synced but is still OutOfSync", "old: not pruned")
    assert shop.get("v1/configmaps/old")
    assert shop.get("v1/configmaps/settings")["data"] == {"a": "2"}
    says(shop.cli("sync", "--prune"), ExitCode.OK, "1 application was synced")
    assert shop.get("v1/configmaps/old") is None


def test_applications_wait_for_health_beside_each_other_whatever_the_number_of_cores(scene: Scene) -> None:
    names = [f"web-{number}" for number in range(8)]
    for name in names:
        scene.add(name, deployment(name, pod="never-ready"))
    began = time.monotonic()
    ran = scene.cli("sync", "--timeout", "4s")
    took = time.monotonic() - began
    says(ran, ExitCode.NOT_HEALTHY, "All 8 applications did not become healthy in time")
    assert took < 15, "one after the other on two cores they take 16 s"
