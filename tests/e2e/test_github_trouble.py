"""GitHub down, tokens that may not write, forks, Dependabot: the diff is still in the log and in the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, says

if TYPE_CHECKING:
    from tests.e2e.scene import JobRan, Scene
    from tests.github_server.state import PullRequest


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """Return a scene with one application, which a pull request is about to change."""
    return scene.add("web", config_map("settings", a="1"))


def changing(shop: Scene, *, fork: str = "") -> PullRequest:
    return shop.propose({"web/manifests.yaml": config_map("settings", a="2")}, fork=fork)


def shows_the_diff(ran: JobRan) -> None:
    """Assert that log and summary have the change."""
    assert '+  a: "2"' in ran.log
    assert '+  a: "2"' in ran.summary
    assert ran.report["applications"][0]["name"] == "web"


def test_without_a_token_the_diff_is_in_the_summary_and_the_log_says_so(shop: Scene) -> None:
    ran = shop.preview(changing(shop), {"INPUT_GITHUB-TOKEN": ""})
    says(ran, ExitCode.OK, "No comment was written: input github-token is empty. The diff is in the job summary.")
    shows_the_diff(ran)
    assert ran.comments == ()
    assert ran.outputs["comment-url"] == ""


def test_a_token_that_may_not_comment_is_told_what_it_lacks(shop: Scene) -> None:
    shop.github.state.add_token("ghs_reads", contents="read", pull_requests="read")
    ran = shop.preview(changing(shop), {"INPUT_GITHUB-TOKEN": "ghs_reads"})
    says(ran, ExitCode.GITHUB, "::error title=The comment could not be written::", "pull-requests: write")
    shows_the_diff(ran)
    assert ran.comments == ()
    assert ran.outputs["sync-status"] == "OutOfSync"


def test_github_that_is_down_costs_the_comment_and_nothing_else(shop: Scene) -> None:
    job = shop.preview_job(pull := changing(shop))
    job.environ["GITHUB_API_URL"] = "http://127.0.0.1:1"
    ran = shop.run(job, pull=pull, inputs={})
    says(ran, ExitCode.GITHUB, "::error title=The comment could not be written::", "http://127.0.0.1:1")
    shows_the_diff(ran)
    assert ran.outputs["report-json"] == "gitops-report/report.json"


def test_a_fork_gets_no_cluster_and_no_comment_even_where_a_kubeconfig_is_given(shop: Scene) -> None:
    ran = shop.preview(changing(shop, fork="mallory/shop"))
    says(
        ran,
        ExitCode.OK,
        "This run has no access to a cluster, as pull requests from forks and Dependabot have none",
        "No comment was written: pull requests from forks get none.",
    )
    assert ran.comments == ()
    assert ran.report["requests"] == 0
    assert "1 application was rendered, not compared with a cluster" in ran.summary
    assert ran.outputs["sync-status"] == ""


def test_dependabot_without_secrets_is_rendered_and_not_compared(shop: Scene) -> None:
    pull = changing(shop)
    ran = shop.run(shop.preview_job(pull, actor="dependabot[bot]"), pull=pull, inputs={"kubeconfig": ""})
    says(ran, ExitCode.OK, "This run has no access to a cluster")
    assert ran.report["requests"] == 0


def test_a_fork_cannot_have_a_sync(shop: Scene) -> None:
    ran = shop.preview(changing(shop, fork="mallory/shop"), command="sync")
    says(
        ran,
        ExitCode.REFUSED,
        "::error title=sync is refused for a pull request from a fork::",
        "Only `diff` runs there",
    )
    assert "sync is refused for a pull request from a fork" in ran.summary
    assert shop.get("v1/configmaps/settings") is None


def test_an_event_that_is_not_handled_lists_those_that_are(shop: Scene) -> None:
    ran = shop.deploy({"GITHUB_EVENT_NAME": "release"})
    says(ran, ExitCode.USAGE, "::error title=event release is not handled::", "Run the action on one of: pull_request,")
    assert "event release is not handled" in ran.summary


def test_an_unknown_input_is_a_warning_with_the_one_that_is_meant(shop: Scene) -> None:
    ran = shop.deploy(timout="5m")
    says(ran, ExitCode.OK, "::warning::unknown input 'timout' is ignored; did you mean 'timeout'?")


EVIL_BRANCH = "x`$(touch${IFS}pwned)`;%0A--set-output-name=a--b<img/src=x>@octocat"
EVIL_TEXT = "%0A::error::PLANTED\n::error::PLANTED\n</details><script>alert(1)</script>\n```\n@octocat"


def test_hostile_names_and_texts_say_nothing_to_the_runner_and_nothing_to_the_reader(shop: Scene) -> None:
    files = {
        "web/manifests.yaml": config_map("settings", a=EVIL_TEXT),
        "apps/evil.yaml": application("evil", shop.namespace, path='"a\\n::error::PLANTED<script>"'),
    }
    ran = shop.preview(shop.propose(files, branch=EVIL_BRANCH))
    assert ran.code == ExitCode.APPLICATION, ran.log
    assert commands(ran.log) == []
    assert not (ran.job.workspace / "pwned").exists()
    [comment] = ran.comments
    for text in (comment.body, ran.summary):
        assert "PLANTED" in text
        assert "<script>" not in prose(text)
        assert "@octocat" not in prose(text)


def commands(log: str) -> list[str]:
    """Return the planted commands that the runner would obey: those outside of what it is told to take as text."""
    obeyed, token = [], ""
    for line in log.splitlines():
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.lstrip().startswith("::") and line.rpartition("::")[2] == "PLANTED":
            obeyed.append(line)
    return obeyed


def prose(markdown: str) -> str:
    """Return Markdown without its fenced blocks, in which nothing is interpreted."""
    kept, fence = [], ""
    for line in markdown.splitlines():
        marks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line == fence else fence
        elif len(marks) >= 3:
            fence = marks
        else:
            kept.append(line)
    return "\n".join(kept)
