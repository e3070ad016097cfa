"""A comment of several pages: one right set, whoever races and whatever GitHub answers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.github.comment_identity import make_header, parse_header
from gitops_action.github.paged import publish_pages, surplus
from gitops_action.github.sticky import PublishAction
from gitops_action.ports import Comment
from tests.adapters.test_pull_request import connect
from tests.github.test_sticky import bodies_of, identity
from tests.github_server.faults import lost_answer, secondary_rate_limit, server_error

if TYPE_CHECKING:
    from tests.github_server.faults import Fault
    from tests.github_server.server import GitHubServer


def test_a_later_run_updates_the_pages_in_place_and_removes_those_that_it_does_not_need(
    github_server: GitHubServer,
) -> None:
    pull = github_server.state.add_pull()
    publish_pages(connect(github_server), pull.number, identity(pull), ["1"], ["2", "3", "4"])
    assert bodies_of(github_server, pull) == ["1", "2", "3", "4"]
    before = list(github_server.state.comments)
    pull.head_sha = "f" * 40
    publish_pages(connect(github_server), pull.number, identity(pull, run_id=101), ["one"], ["two"])
    assert bodies_of(github_server, pull) == ["one", "two"]
    assert list(github_server.state.comments) == before[:2]


def test_an_older_run_leaves_all_pages_of_a_newer_one(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    publish_pages(connect(github_server), pull.number, identity(pull, run_id=200), ["new"], ["new 2"])
    left = publish_pages(connect(github_server), pull.number, identity(pull), ["old"], ["old 2", "old 3"])
    assert left.action is PublishAction.LEFT
    assert bodies_of(github_server, pull) == ["new", "new 2"]


def test_pages_of_another_key_and_pasted_headers_are_left_alone(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    mine = identity(pull)
    github_server.state.add_comment(pull.number, f"{make_header(replace(mine, page=2))}\npasted", author="mallory")
    publish_pages(connect(github_server), pull.number, replace(mine, key="other"), ["a"], ["b"])
    publish_pages(connect(github_server), pull.number, mine, ["c"])
    assert bodies_of(github_server, pull) == ["pasted", "a", "b", "c"]


def test_a_first_page_that_had_to_be_shortened_has_no_others(github_server: GitHubServer) -> None:
    pull = github_server.state.add_pull()
    publish_pages(connect(github_server), pull.number, identity(pull), ["x" * 300_000, "short"], ["2"])
    assert bodies_of(github_server, pull) == ["short"]


MATCH: dict[str, Any] = {"method": "POST", "path": ".*/comments"}


@pytest.mark.parametrize(
    "fault",
    [lost_answer(**MATCH), server_error(502, **MATCH), secondary_rate_limit(retry_after=1, **MATCH)],
    ids=lambda _: "fault",
)
def test_a_fault_leaves_each_page_once(github_server: GitHubServer, fault: Fault) -> None:
    pull = github_server.state.add_pull()
    github_server.fail(fault)
    publish_pages(connect(github_server), pull.number, identity(pull), ["1"], ["2", "3"])
    assert bodies_of(github_server, pull) == ["1", "2", "3"]


@pytest.mark.parametrize("run_ids", [[100, 101], [101, 100]])
def test_runs_that_race_leave_one_set_of_the_newest(github_server: GitHubServer, run_ids: list[int]) -> None:
    pull = github_server.state.add_pull()
    github_server.barrier = threading.Barrier(2, action=lambda: setattr(github_server, "barrier", None))

    def run(run_id: int) -> None:
        further = ["2"] if run_id == 101 else ["2", "3", "4"]
        publish_pages(connect(github_server), pull.number, identity(pull, run_id=run_id), ["1"], further)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, run_ids))
    written = [parse_header(each.body) for each in github_server.state.comments_of(pull.number)]
    assert sorted((each.page, each.run_id) for each in written if each) == [(1, 101), (2, 101)]


def test_a_run_that_lost_the_first_page_takes_back_its_others(github_server: GitHubServer) -> None:
    mine = identity(github_server.state.add_pull())
    newer = replace(mine, run_id=101)
    headers = [newer, replace(newer, page=2), replace(mine, page=3)]
    comments = [
        Comment(id=at, body=f"{make_header(each)}\n", author="bot", url="") for at, each in enumerate(headers, 1)
    ]
    assert surplus(comments, mine, pages=3, login="bot") == (3,)
    assert surplus(comments, newer, pages=1, login="bot") == (2, 3)
