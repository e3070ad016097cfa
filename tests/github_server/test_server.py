"""The fake GitHub itself, driven by PyGithub: what it keeps, what it refuses, and what it is held to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from github import Auth, Github
from github.GithubException import GithubException

from tests.github_server.description import OPERATIONS, load_description
from tests.github_server.routes import ROUTES

if TYPE_CHECKING:
    from pathlib import Path

    from github.Repository import Repository

    from tests.github_server.server import GitHubServer

EVERYTHING = dict.fromkeys(("contents", "pull_requests", "issues", "checks", "statuses", "deployments"), "write")


def repository(server: GitHubServer, *, login: str = "acme[bot]", **rights: str) -> Repository:
    token = "ghs_all"
    server.state.add_token(token, login=login, **(rights or EVERYTHING))
    github = Github(
        auth=Auth.Token(token),
        base_url=server.url,
        lazy=True,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    return github.get_repo(server.state.full_name)


def test_every_operation_of_the_description_that_we_name_is_served() -> None:
    assert sorted(ROUTES) == sorted(OPERATIONS)


def test_the_repository_is_the_states(github_server: GitHubServer) -> None:
    found = repository(github_server)
    assert (found.full_name, found.private, found.default_branch) == ("octo-org/shop", True, "main")
    assert found.id == github_server.state.repository_id


def test_pull_requests_are_opened_listed_and_merged(github_server: GitHubServer) -> None:
    served = repository(github_server)
    pull = served.create_pull(base="main", head="change", title="Change")
    assert [entry.number for entry in served.get_pulls()] == [pull.number]
    with pytest.raises(GithubException, match="409"):
        pull.merge(sha="f" * 40)
    merged = pull.merge()
    assert merged.merged
    assert [entry.number for entry in served.get_commit(merged.sha).get_pulls()] == [pull.number]
    assert [entry.number for entry in served.get_pulls()] == []
    assert served.get_pull(pull.number).merged
    with pytest.raises(GithubException, match="405"):
        pull.merge()


def test_a_check_run_goes_from_queued_to_its_conclusion(github_server: GitHubServer) -> None:
    served = repository(github_server)
    check = served.create_check_run(name="gitops", head_sha="a" * 40, status="in_progress")
    check.edit(
        conclusion="success",
        output={
            "title": "In sync",
            "summary": "all",
            "annotations": [
                {
                    "path": "a.yaml",
                    "start_line": 1,
                    "end_line": 1,
                    "annotation_level": "notice",
                    "message": "text",
                }
            ],
        },
    )
    (found,) = served.get_commit("a" * 40).get_check_runs(check_name="gitops")
    assert (found.status, found.conclusion, found.output.annotations_count) == ("completed", "success", 1)


def test_a_commit_has_statuses(github_server: GitHubServer) -> None:
    commit = repository(github_server).get_commit("a" * 40)
    commit.create_status("success", context="gitops", description="in sync")
    assert [(status.context, status.state) for status in commit.get_statuses()] == [("gitops", "success")]


def test_a_deployment_has_its_own_statuses(github_server: GitHubServer) -> None:
    served = repository(github_server)
    deployment = served.create_deployment(
        "a" * 40, environment="prod/web", auto_merge=False, required_contexts=[], production_environment=True
    )
    served.create_deployment("a" * 40, environment="staging", auto_merge=False, required_contexts=[])
    deployment.create_status("in_progress", description="syncing")
    deployment.create_status("success", description="synced")
    (found,) = served.get_deployments(environment="prod/web")
    assert [status.state for status in found.get_statuses()] == ["success", "in_progress"]


def test_issues_are_numbered_with_pull_requests_and_silently_keep_a_text_that_is_too_long(
    github_server: GitHubServer,
) -> None:
    served = repository(github_server)
    pull = github_server.state.add_pull()
    issue = served.create_issue(title="Drift in web", body="one", labels=["gitops-drift"])
    assert issue.number == pull.number + 1
    issue.edit(body="two")
    issue.edit(body="x" * 262_145)
    (found,) = served.get_issues(labels=["gitops-drift"])
    assert found.body == "two"
    found.edit(state="closed")
    assert [entry.number for entry in served.get_issues(state="open")] == []
    issue.create_comment("in sync again")
    assert [comment.body for comment in issue.get_comments()] == ["in sync again"]


def test_the_permission_of_a_person_is_known(github_server: GitHubServer) -> None:
    served = repository(github_server)
    assert served.get_collaborator_permission("octocat") == "write"
    assert served.get_collaborator_permission("mallory") == "none"


def test_an_apps_token_is_nobodys_and_a_persons_is_a_persons(github_server: GitHubServer) -> None:
    for token, login in (("ghs_app", "acme[bot]"), ("ghp_person", "octocat")):
        github_server.state.add_token(token, login=login)
        with Github(auth=Auth.Token(token), base_url=github_server.url, retry=None) as github:
            if login == "octocat":
                assert github.get_user().login == login
            else:
                with pytest.raises(GithubException, match="Resource not accessible by integration"):
                    _ = github.get_user().login


@pytest.mark.parametrize(
    ("rights", "allowed"),
    [
        ({"pull_requests": "write"}, True),
        ({"issues": "write"}, True),
        ({"pull_requests": "read", "contents": "write"}, False),
    ],
)
def test_a_comment_needs_a_right_to_write_issues_or_pull_requests(
    github_server: GitHubServer, rights: dict[str, str], allowed: bool
) -> None:
    pull = github_server.state.add_pull()
    issue = repository(github_server, **rights).get_issue(pull.number)
    if allowed:
        issue.create_comment("text")
    else:
        with pytest.raises(GithubException, match="Resource not accessible by integration"):
            issue.create_comment("text")


def ask(server: GitHubServer, method: str, path: str, body: dict[str, Any] | None = None) -> int:
    """Send what PyGithub would not."""
    request = urllib.request.Request(  # noqa: S310  # the address is the fake's
        f"{server.url}{path}",
        method=method,
        headers={"Authorization": "Bearer ghs_job"},
        data=json.dumps(body).encode() if body is not None else None,
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # the address is the fake's
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_request_that_github_does_not_describe_is_a_violation(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    comments = f"/repos/octo-org/shop/issues/{pull.number}/comments"
    assert ask(github_server, "POST", comments, {"text": "no body"}) == 422
    assert ask(github_server, "GET", f"{comments}?sort=up") == 422
    assert ask(github_server, "GET", "/repos/octo-org/shop/secrets") == 422
    assert ask(github_server, "GET", "/repos/octo-org/other") == 404
    assert [text.partition(":")[0] for text in github_server.violations] == [
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments request",
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
        "GET /repos/octo-org/shop/secrets is not served",
    ]
    github_server.violations.clear()


def test_an_answer_that_github_would_not_give_is_found() -> None:
    operation = load_description().operation("GET /repos/{owner}/{repo}/issues/comments/{comment_id}")
    with pytest.raises(AssertionError, match="'id' is a required property"):
        operation.check_response(200, {"body": "text"})
    with pytest.raises(AssertionError, match="does not answer 202"):
        operation.check_response(202, {})


def test_a_script_reads_where_the_server_is_and_what_is_commented(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.github_server", "--print-comments"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["url"].startswith("http://127.0.0.1:")
        assert ready["token"] == "ghs_job"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
