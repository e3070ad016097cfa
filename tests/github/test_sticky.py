"""One comment a pull request, whoever races and whatever GitHub answers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import CommentTooLong, GitHubError, Unanswered
from gitops_action.github.comment_identity import CommentIdentity, make_header, parse_header
from gitops_action.github.sticky import PublishAction, Published, publish
from gitops_action.inputs import CommentPolicy
from tests.adapters.test_pull_request import connect
from tests.github_server.faults import lost_answer, secondary_rate_limit, server_error
from tests.github_server.plugin import FORK_TOKEN, JOB_TOKEN

if TYPE_CHECKING:
    from gitops_action.ports import PullRequests
    from tests.github_server.server import GitHubServer
    from tests.github_server.state import PullRequest


def identity(pull: PullRequest, *, run_id: int = 100) -> CommentIdentity:
    return CommentIdentity(
        repository="octo-org/shop", mode="diff", key="ci", head=pull.head_sha, run_id=run_id, run_attempt=1
    )


def bodies_of(server: GitHubServer, pull: PullRequest) -> list[str]:
    """Return the texts below the headers."""
    return [comment.body.partition("\n")[2] for comment in server.state.comments_of(pull.number)]


def test_the_first_run_creates_a_comment_and_the_next_updates_it(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    url = f"{github_server.url}/octo-org/shop/pull/1#issuecomment-1000"

    assert publish(connect(github_server), pull.number, identity(pull), ["one"]) == Published(
        action=PublishAction.CREATED, url=url
    )
    pull.head_sha = "f" * 40
    assert publish(connect(github_server), pull.number, identity(pull, run_id=101), ["two"]) == Published(
        action=PublishAction.UPDATED, url=url
    )

    (comment,) = github_server.state.comments_of(pull.number)
    assert comment.body == f"{make_header(identity(pull, run_id=101))}\ntwo"


def test_comments_of_people_are_left_alone_even_with_our_header_pasted(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    pasted = f"{make_header(identity(pull, run_id=10**9))}\n@octocat ::error::mine now"
    github_server.state.add_comment(pull.number, pasted, author="mallory")
    publish(connect(github_server), pull.number, identity(pull), ["report"])
    assert bodies_of(github_server, pull) == ["@octocat ::error::mine now", "report"]


def test_two_jobs_with_keys_of_their_own_have_comments_of_their_own(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    for key in ("staging", "production", "staging"):
        publish(connect(github_server), pull.number, replace(identity(pull), key=key), [key])
    assert bodies_of(github_server, pull) == ["staging", "production"]


def test_a_run_about_an_older_head_writes_nothing(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    old = identity(pull)
    pull.head_sha = "f" * 40
    published = publish(connect(github_server), pull.number, old, ["old"])
    assert published.action is PublishAction.LEFT
    assert published.note.startswith("the pull request's head is ffffffff now")
    assert bodies_of(github_server, pull) == []


def test_an_older_run_of_the_same_head_leaves_the_newer_runs_comment(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    newer = publish(connect(github_server), pull.number, identity(pull, run_id=200), ["newer"])
    older = publish(connect(github_server), pull.number, identity(pull, run_id=100), ["older"])
    assert older == Published(
        action=PublishAction.LEFT,
        url=newer.url,
        note="run 200 (attempt 1) is newer and has written the comment",
    )
    assert bodies_of(github_server, pull) == ["newer"]


def test_the_outcome_of_a_sync_is_not_bound_to_the_head(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    sync = replace(identity(pull), mode="sync", head="9" * 40)
    published = publish(connect(github_server), pull.number, sync, ["synced"], follows_head=False)
    assert published.action is PublishAction.CREATED


def race(server: GitHubServer, pull: PullRequest, run_ids: list[int]) -> None:
    """Publish from many runs, whose first look at the comments all see the same."""
    server.barrier = threading.Barrier(len(run_ids), action=lambda: setattr(server, "barrier", None))

    def run(run_id: int) -> None:
        publish(connect(server), pull.number, identity(pull, run_id=run_id), [f"run {run_id}"])

    with ThreadPoolExecutor(len(run_ids)) as pool:
        list(pool.map(run, run_ids))


@pytest.mark.parametrize("run_ids", [[100, 101], [101, 100]])
def test_runs_that_race_to_create_leave_one_comment_of_the_newest(
    github_server: GitHubServer, run_ids: list[int]
) -> None:
    pull = github_server.state.add_pull()
    race(github_server, pull, run_ids)
    assert bodies_of(github_server, pull) == [f"run {max(run_ids)}"]


@pytest.mark.parametrize(("existing", "run_ids"), [(0, [103, 101, 100, 102]), (1, [100, 101]), (1, [101, 100])])
def test_any_race_leaves_one_comment_that_tells_whose_it_is(
    github_server: GitHubServer, existing: int, run_ids: list[int]
) -> None:
    pull = github_server.state.add_pull()
    for run_id in range(1, existing + 1):
        publish(connect(github_server), pull.number, identity(pull, run_id=run_id), ["first"])
    race(github_server, pull, run_ids)
    # GitHub has no conditional update: a run that looked before a newer one wrote may write after that one's last look.
    (comment,) = github_server.state.comments_of(pull.number)
    written = parse_header(comment.body)
    assert written is not None
    assert comment.body.endswith(f"run {written.run_id}")


def test_duplicates_that_a_killed_run_left_are_removed(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    for run_id in (1, 2, 3):
        github_server.state.add_comment(
            pull.number, f"{make_header(identity(pull, run_id=run_id))}\nold", author="github-actions[bot]"
        )
    publish(connect(github_server), pull.number, identity(pull), ["report"])
    assert bodies_of(github_server, pull) == ["report"]
    assert list(github_server.state.comments) == [1000]


@pytest.mark.parametrize("fault", ["lost", "bad gateway"])
def test_a_comment_whose_answer_is_lost_is_not_written_twice(github_server: GitHubServer, fault: str) -> None:
    pull = github_server.state.add_pull()
    match = {"method": "POST", "path": ".*/comments"}
    github_server.fail(lost_answer(**match) if fault == "lost" else server_error(502, **match))
    published = publish(connect(github_server), pull.number, identity(pull), ["report"])
    assert bodies_of(github_server, pull) == ["report"]
    assert published.url.endswith("#issuecomment-1000")


def test_a_github_that_never_answers_a_write_is_an_error_and_no_endless_loop(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    github_server.fail(server_error(502, method="POST", path=".*/comments", times=100))
    with pytest.raises(Unanswered):
        publish(connect(github_server), pull.number, identity(pull), ["report"])


def test_a_text_that_is_too_long_is_replaced_by_the_next_smaller_one(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    texts = ["x" * 300_000, "y" * 70_000, "z" * 60_000, "table"]
    assert publish(connect(github_server), pull.number, identity(pull), texts) == Published(
        action=PublishAction.CREATED,
        url=f"{github_server.url}/octo-org/shop/pull/1#issuecomment-1000",
        note="the comment was shortened 2 times to fit",
        level=2,
    )
    assert bodies_of(github_server, pull) == ["z" * 60_000]
    # What GitHub would refuse anyhow is not sent.
    assert [method for method in github_server.methods() if method == "POST comments"] == ["POST comments"] * 2


def test_where_no_text_fits_the_caller_is_told(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    for texts in (["x" * 300_000], ["x" * 70_000]):
        with pytest.raises(CommentTooLong):
            publish(connect(github_server), pull.number, identity(pull), texts)


def test_a_token_that_may_not_comment_is_an_error_that_the_caller_answers_with_the_summary(
    github_server: GitHubServer,
) -> None:
    pull = github_server.state.add_pull(head_repository="somebody/shop")
    with pytest.raises(GitHubError, match=r"the token may not do this \(403\)"):
        publish(connect(github_server, FORK_TOKEN), pull.number, identity(pull), ["report"])


def test_a_comment_without_any_text_is_a_bug(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    with pytest.raises(ValueError, match="at least one text"):
        publish(connect(github_server), pull.number, identity(pull), [])


def test_a_run_knows_its_own_comment_even_where_github_calls_it_otherwise(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    pulls = connect(github_server)
    pulls.login()
    # GitHub writes as somebody else than it said.
    github_server.state.tokens[JOB_TOKEN].login = "renamed[bot]"
    publish(pulls, pull.number, identity(pull), ["report"])
    assert bodies_of(github_server, pull) == ["report"]


def test_rate_limits_on_the_way_delay_and_do_not_duplicate(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    github_server.fail(secondary_rate_limit(retry_after=3, times=4))
    publish(connect(github_server), pull.number, identity(pull), ["report"])
    assert bodies_of(github_server, pull) == ["report"]


@pytest.mark.parametrize(
    ("policy", "changes", "exists", "expected"),
    [
        ("changes", True, False, PublishAction.CREATED),
        ("changes", False, False, PublishAction.LEFT),
        ("changes", False, True, PublishAction.UPDATED),
        ("always", False, False, PublishAction.CREATED),
        ("never", True, True, PublishAction.LEFT),
    ],
)
def test_input_comment_decides_who_is_bothered(
    github_server: GitHubServer, policy: str, changes: bool, exists: bool, expected: PublishAction
) -> None:
    pull = github_server.state.add_pull()
    if exists:
        publish(connect(github_server), pull.number, identity(pull, run_id=1), ["before"])
    pulls: PullRequests = connect(github_server)
    published = publish(pulls, pull.number, identity(pull), ["now"], policy=CommentPolicy(policy), changes=changes)
    assert published.action is expected


def test_a_run_makes_six_requests_to_update_its_comment(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    publish(connect(github_server), pull.number, identity(pull, run_id=1), ["before"])
    github_server.requests.clear()
    publish(connect(github_server), pull.number, identity(pull), ["now"])
    assert github_server.methods() == [
        "POST graphql",
        "GET comments",
        "GET pulls",
        "PATCH comments",
        "GET comments",
        "GET pulls",
    ]
