"""Checks, deployments, issues and threads through PyGithub, against a GitHub held to GitHub's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.github_checks import GitHubChecks
from gitops_action.adapters.github_deployments import GitHubDeployments
from gitops_action.adapters.github_issues import GitHubIssues
from gitops_action.adapters.github_thread import GitHubThread
from gitops_action.github_ports import (
    CheckAnnotation,
    CheckResult,
    Conclusion,
    DeploymentState,
    Issue,
    Review,
)
from tests.adapters.github import connection, refused
from tests.github_server.faults import lost_answer

if TYPE_CHECKING:
    from tests.github_server.server import GitHubServer

TOKEN = "ghs_results"
SHA = "a" * 40
RUN = "https://github.example/octo-org/shop/actions/runs/7"


@pytest.fixture
def github(github_server: GitHubServer) -> GitHubServer:
    github_server.state.add_token(
        TOKEN,
        checks="write",
        deployments="write",
        issues="write",
        pull_requests="write",
        contents="read",
    )
    return github_server


def annotation(line: int) -> CheckAnnotation:
    return CheckAnnotation(path="web.yaml", line=line, level="warning", title="restarts 3 pods", message="web")


def test_a_check_run_is_in_progress_and_then_ends_with_all_its_annotations(github: GitHubServer) -> None:
    checks = GitHubChecks(connection(github, TOKEN))
    number = checks.start(name="gitops diff", sha=SHA, external_id="7.1", details_url=RUN)
    [shown] = github.state.recorded("checks")
    assert (shown["status"], shown["external_id"], shown["head_sha"]) == ("in_progress", "7.1", SHA)

    result = CheckResult(
        conclusion=Conclusion.FAILURE,
        title="1 application will change",
        summary="| a | b |",
        annotations=tuple(annotation(line) for line in range(1, 121)),
    )
    url = checks.finish(number, result)
    [shown] = github.state.recorded("checks")
    assert url == shown["html_url"]
    assert (shown["status"], shown["conclusion"]) == ("completed", "failure")
    assert (shown["output"]["title"], shown["output"]["annotations_count"]) == ("1 application will change", 120)


def test_a_check_run_whose_answer_was_lost_is_found_again_and_not_made_twice(github: GitHubServer) -> None:
    github.fail(lost_answer(method="POST"))
    number = GitHubChecks(connection(github, TOKEN)).start(name="diff", sha=SHA, external_id="7.1", details_url=RUN)
    assert [check["id"] for check in github.state.recorded("checks")] == [number]


def test_a_token_without_the_right_to_checks_is_told_which_one_it_lacks(github: GitHubServer) -> None:
    with refused() as errors:
        GitHubChecks(connection(github)).start(name="diff", sha=SHA, external_id="7.1", details_url=RUN)
    assert "    permissions:\n      contents: read\n      checks: write\n" in errors[0].remedy


def test_a_deployment_goes_through_its_states_and_ends_with_the_environments_url(github: GitHubServer) -> None:
    deployments = GitHubDeployments(connection(github, TOKEN))
    number = deployments.create(sha=SHA, environment="production", description="3 applications")
    deployments.set_state(number, DeploymentState.IN_PROGRESS, description="syncing", log_url=RUN)
    deployments.set_state(
        number, DeploymentState.SUCCESS, description="x" * 200, log_url=RUN, environment_url="https://shop.example"
    )
    [made] = github.state.recorded("deployments")
    assert (made["environment"], made["sha"]) == ("production", SHA)
    states = github.state.recorded("deployment_statuses")
    assert [(status["state"], status["target_url"]) for status in states] == [("in_progress", RUN), ("success", RUN)]
    assert states[1]["environment_url"] == "https://shop.example"
    assert len(states[1]["description"]) == 140


def test_the_deployment_of_the_jobs_own_environment_is_recognised_by_its_link(github: GitHubServer) -> None:
    deployments = GitHubDeployments(connection(github, TOKEN))
    for environment, link in (("production", f"{RUN}/job/1"), ("staging", f"{RUN}5/job/1")):
        number = deployments.create(sha=SHA, environment=environment, description="")
        deployments.set_state(number, DeploymentState.IN_PROGRESS, description="", log_url=link)
    assert list(deployments.of_run(SHA, RUN)) == ["production"]
    assert list(deployments.of_run("b" * 40, RUN)) == []


def test_an_issue_is_opened_found_by_its_label_closed_and_opened_again(github: GitHubServer) -> None:
    issues = GitHubIssues(connection(github, TOKEN))
    made = issues.create_issue(title="web has drifted", body="a", labels=["gitops-drift"], assignees=[])
    assert issues.labelled("gitops-drift") == [made]
    assert issues.labelled("another") == []
    closed = issues.update_issue(made.number, title="web", body="b", is_open=False)
    assert closed == Issue(
        number=made.number,
        title="web",
        body="b",
        author="github-actions[bot]",
        is_open=False,
        url=made.url,
    )
    assert issues.labelled("gitops-drift") == [closed]
    assert issues.update_issue(made.number, title="web", body="c", is_open=True).is_open
    assert issues.login() == "github-actions[bot]"


def test_a_thread_tells_who_may_what_and_takes_reactions_and_replies(github: GitHubServer) -> None:
    pull = github.state.add_pull(head_repository="somebody/shop")
    pull.reviews.append(("octocat", "APPROVED", pull.head_sha))
    asked = github.state.add_comment(pull.number, "/gitops diff", author="octocat")
    thread = GitHubThread(connection(github, TOKEN), pull.number, hide=str)

    assert (thread.permission("octocat"), thread.permission("stranger")) == ("write", "none")
    found = thread.pull_request()
    assert (found.head_sha, found.base_ref, found.is_open, found.is_fork) == (pull.head_sha, "main", True, True)
    assert list(thread.reviews()) == [Review(author="octocat", commit=pull.head_sha, state="APPROVED")]
    thread.react(asked.id, "eyes")
    thread.react(asked.id, "eyes")
    assert asked.reactions == [("github-actions[bot]", "eyes")]
    assert thread.reply("done").body == "done"
