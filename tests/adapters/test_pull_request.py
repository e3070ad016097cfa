"""Pull requests through PyGithub, against a GitHub that is held to GitHub's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.github_connection import GitHubConnection
from gitops_action.adapters.pull_request import GitHubPullRequests
from gitops_action.errors import CommentGone, CommentTooLong, GitHubError, Unanswered
from gitops_action.ports import Comment
from tests.adapters.github import PatientClock, connection, refused
from tests.github_server.faults import Fault, lost_answer, primary_rate_limit, secondary_rate_limit, server_error
from tests.github_server.plugin import FORK_TOKEN, JOB_TOKEN

if TYPE_CHECKING:
    from tests.github_server.server import GitHubServer


def connect(
    server: GitHubServer, token: str = JOB_TOKEN, clock: PatientClock | None = None, *, budget: float = 60.0
) -> GitHubPullRequests:
    return GitHubPullRequests(connection(server, token, clock, budget=budget))


def test_a_comment_is_written_read_changed_and_deleted(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    pulls = connect(github_server)

    made = pulls.create_comment(pull.number, "first\n@octocat")
    assert made == Comment(
        id=1000,
        body="first\n@octocat",
        author="github-actions[bot]",
        url=f"{github_server.url}/octo-org/shop/pull/1#issuecomment-1000",
    )
    changed = pulls.update_comment(pull.number, made.id, "second")
    assert changed == Comment(id=made.id, body="second", author=made.author, url=made.url)
    assert list(pulls.comments(pull.number)) == [changed]
    pulls.delete_comment(pull.number, made.id)
    assert list(pulls.comments(pull.number)) == []
    # One request each: nothing is read before it is written.
    assert github_server.methods() == [
        "POST comments",
        "PATCH comments",
        "GET comments",
        "DELETE comments",
        "GET comments",
    ]


def test_all_pages_of_comments_are_read_oldest_first(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    for number in range(205):
        github_server.state.add_comment(pull.number, f"comment {number}", author="octocat")

    found = connect(github_server).comments(pull.number)

    assert [comment.body for comment in found] == [f"comment {number}" for number in range(205)]
    assert github_server.methods() == ["GET comments"] * 3


def test_the_head_is_the_pull_requests_head_as_it_is_now(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    pulls = connect(github_server)
    assert pulls.head_sha(pull.number) == pull.head_sha
    pull.head_sha = "b" * 40
    assert pulls.head_sha(pull.number) == "b" * 40


def test_a_merge_commit_leads_to_its_pull_request(github_server: GitHubServer) -> None:
    github_server.state.add_token("ghp_user", login="octocat", pull_requests="write", contents="write")
    pull = github_server.state.add_pull()
    github_server.state.pulls_of_commit["c" * 40] = [pull.number]
    pulls = connect(github_server)
    assert list(pulls.of_commit("c" * 40)) == [pull.number]
    assert list(pulls.of_commit("d" * 40)) == []


@pytest.mark.parametrize("login", ["github-actions[bot]", "acme-gitops[bot]", "octocat"])
def test_the_login_is_known_for_the_jobs_token_an_apps_and_a_users(github_server: GitHubServer, login: str) -> None:
    github_server.state.add_token("a-token", login=login)
    pulls = connect(github_server, "a-token")
    assert pulls.login() == login
    assert pulls.login() == login
    assert len(github_server.requests) == 1


def test_a_server_below_a_path_works_as_github_enterprise_server_has_it(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    pulls = GitHubPullRequests(
        GitHubConnection(
            token=JOB_TOKEN,
            repository=github_server.state.full_name,
            api_url=f"{github_server.url}/api/v3/",
            clock=PatientClock(),
        )
    )
    assert pulls.login() == "github-actions[bot]"
    assert pulls.create_comment(pull.number, "text").body == "text"


def test_a_token_that_only_reads_is_answered_with_the_permissions_to_paste(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull(head_repository="somebody/shop")
    with refused() as errors:
        connect(github_server, FORK_TOKEN).create_comment(pull.number, "text")
    assert errors[0].summary == "GitHub: cannot comment on pull request #1: the token may not do this (403)"
    assert errors[0].detail == "Resource not accessible by integration"
    assert "    permissions:\n      contents: read\n      pull-requests: write\n" in errors[0].remedy
    assert errors[0].exit_code == 8


def test_an_expired_token_an_unknown_pull_request_and_no_token_are_told_apart(github_server: GitHubServer) -> None:
    with refused() as errors:
        connect(github_server, "ghs_expired").head_sha(1)
    assert errors[0].summary == "GitHub: cannot read pull request #1: the token is not valid (401)"
    with refused() as errors:
        connect(github_server).head_sha(404)
    assert errors[0].summary == "GitHub: cannot read pull request #404: not found, or the token may not see it (404)"
    with refused() as errors:
        connect(github_server, "")
    assert errors[0].summary == "GitHub: there is no token"


def test_a_server_that_is_not_there_is_named_without_credentials_in_its_address() -> None:
    pulls = GitHubPullRequests(
        GitHubConnection(
            token=JOB_TOKEN,
            repository="octo-org/shop",
            api_url="http://user:hunter2@127.0.0.1:9",
            clock=PatientClock(),
        )
    )
    with refused() as errors:
        pulls.head_sha(1)
    assert errors[0].summary == "GitHub: cannot read pull request #1: no answer from http://127.0.0.1:9"
    assert "hunter2" not in str(errors[0])


@pytest.mark.parametrize("text", ["x" * 65_537, "\U0001f600" * 65_537])
def test_a_text_that_is_too_long_is_told_from_other_refusals(github_server: GitHubServer, text: str) -> None:
    pull = github_server.state.add_pull()
    pulls = connect(github_server)
    with refused(CommentTooLong):
        pulls.create_comment(pull.number, text)
    made = pulls.create_comment(pull.number, text[:65_536])
    with refused(CommentTooLong):
        pulls.update_comment(pull.number, made.id, text)


def test_a_comment_that_is_gone_cannot_be_updated_and_needs_no_deleting(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    pulls = connect(github_server)
    with refused(CommentGone):
        pulls.update_comment(pull.number, 77, "text")
    pulls.delete_comment(pull.number, 77)


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_is_waited_out_as_long_as_github_says_even_for_writes(
    github_server: GitHubServer, status: int
) -> None:
    pull = github_server.state.add_pull()
    clock = PatientClock()
    github_server.fail(secondary_rate_limit(status=status, retry_after=7, method="POST", times=2))
    connect(github_server, clock=clock).create_comment(pull.number, "text")
    assert clock.waited == [7, 7]
    assert [comment.body for comment in github_server.state.comments_of(pull.number)] == ["text"]


def test_a_primary_limit_is_waited_out_where_its_reset_is_near(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    clock = PatientClock()
    github_server.fail(primary_rate_limit(reset_in=20))
    assert connect(github_server, clock=clock).head_sha(pull.number) == pull.head_sha
    assert len(clock.waited) == 1
    assert 15 <= clock.waited[0] <= 22


def test_a_limit_beyond_the_budget_is_not_waited_for(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    clock = PatientClock()
    github_server.fail(primary_rate_limit(reset_in=1800))
    github_server.fail(secondary_rate_limit(retry_after=600))
    pulls = connect(github_server, clock=clock)
    for _ in range(2):
        with refused() as errors:
            pulls.head_sha(pull.number)
        assert "the rate limit is used up" in errors[0].summary
    assert clock.waited == []


def test_all_requests_of_a_run_share_one_budget_of_waiting(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    clock = PatientClock()
    github_server.fail(secondary_rate_limit(retry_after=25, times=3))
    pulls = connect(github_server, clock=clock)
    with refused():
        pulls.head_sha(pull.number)
    assert clock.waited == [25, 25]


def test_a_failing_server_is_asked_again_for_what_can_be_repeated(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    clock = PatientClock()
    made = github_server.state.add_comment(pull.number, "old", author="github-actions[bot]")
    github_server.fail(server_error(502, times=2))
    assert connect(github_server, clock=clock).update_comment(pull.number, made.id, "new").body == "new"
    assert sum(clock.waited) <= 5


def test_a_server_that_keeps_failing_ends_within_the_budget_with_its_status(github_server: GitHubServer) -> None:
    clock = PatientClock()
    github_server.fail(server_error(503, times=1000))
    with refused() as errors:
        connect(github_server, clock=clock).head_sha(1)
    assert errors[0].summary == "GitHub: cannot read pull request #1: answer 503"
    assert sum(clock.waited) <= 60


def test_a_limit_that_never_ends_is_not_asked_for_ever(github_server: GitHubServer) -> None:
    clock = PatientClock()
    github_server.fail(primary_rate_limit(reset_in=-60, times=1000))
    with refused() as errors:
        connect(github_server, clock=clock).head_sha(1)
    assert errors[0].summary == "GitHub: cannot read pull request #1: the rate limit is used up"
    assert len(github_server.requests) <= 9


def test_a_failing_server_is_not_waited_for_beyond_the_budget(github_server: GitHubServer) -> None:
    clock = PatientClock()
    github_server.fail(server_error(502, times=1000))
    with refused() as errors:
        connect(github_server, clock=clock, budget=2.0).head_sha(1)
    assert errors[0].summary == "GitHub: cannot read pull request #1: answer 502"
    assert sum(clock.waited) <= 2.0


@pytest.mark.parametrize("fault", [lost_answer(method="POST"), server_error(502, method="POST")])
def test_a_new_comment_is_never_sent_twice_where_the_first_may_have_arrived(
    github_server: GitHubServer, fault: object
) -> None:
    pull = github_server.state.add_pull()
    github_server.fail(fault)  # type: ignore[arg-type]  # parametrized values have no type
    with refused(Unanswered):
        connect(github_server).create_comment(pull.number, "text")
    assert github_server.methods() == ["POST comments"]


def test_an_update_whose_answer_is_lost_is_repeated_for_it_changes_nothing_more(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    made = github_server.state.add_comment(pull.number, "old", author="github-actions[bot]")
    github_server.fail(lost_answer(method="PATCH"))
    assert connect(github_server).update_comment(pull.number, made.id, "new").body == "new"


@pytest.mark.parametrize("body", [b"<html>please log in</html>", b"{}", b"[{}]", b"{"])
def test_an_answer_that_is_not_githubs_is_an_error_and_no_crash(github_server: GitHubServer, body: bytes) -> None:
    pulls = connect(github_server)
    for call in (
        pulls.login,
        lambda: pulls.head_sha(1),
        lambda: pulls.comments(1),
        lambda: pulls.create_comment(1, "text"),
        lambda: pulls.of_commit("c" * 40),
    ):
        github_server.fail(Fault(status=200, body=body))
        with pytest.raises(GitHubError):
            call()
