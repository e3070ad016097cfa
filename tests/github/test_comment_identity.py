"""Whose comment it is, and which of several runs may write it."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_action.github.comment_identity import (
    CommentAction,
    CommentIdentity,
    Decision,
    decide,
    make_header,
    parse_header,
)
from gitops_action.ports import Comment

BOT = "github-actions[bot]"
OLD, HEAD = "a" * 40, "b" * 40
MINE = CommentIdentity(repository="octo-org/shop", mode="diff", key="ci", head=HEAD, run_id=100, run_attempt=2)


def comment(comment_id: int, identity: CommentIdentity, *, author: str = BOT) -> Comment:
    return Comment(id=comment_id, body=f"{make_header(identity)}\nreport", author=author, url="")


def test_the_header_is_a_line_of_html_comment() -> None:
    assert make_header(replace(MINE, repository="o/r")) == (
        "<!-- gitops-action:v1 "
        "eyJoZWFkIjoiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYiIsImtleSI6ImNpIiwibW9kZSI6ImRpZmYiLCJyZXBvc2l0"
        "b3J5Ijoiby9yIiwicnVuX2F0dGVtcHQiOjIsInJ1bl9pZCI6MTAwfQ -->"
    )


@given(st.builds(CommentIdentity, **dict.fromkeys(("repository", "mode", "key", "head"), st.text(max_size=50))))
def test_any_identity_is_read_back_whatever_line_ends_github_makes_of_it(identity: CommentIdentity) -> None:
    header = make_header(identity)
    assert "--" not in header.removeprefix("<!--").removesuffix("-->") or header.count("-->") == 1
    assert parse_header(f"{header}\nmore") == identity
    assert parse_header(f"{header}\r\nmore") == identity


@pytest.mark.parametrize(
    "body",
    [
        "",
        "### a report",
        "<!-- gitops-action:v1 -->",
        "<!-- gitops-action:v1 !!! -->",
        "<!-- gitops-action:v1 A -->",
        "<!-- gitops-action:v2 e30 -->",
        f"<!-- gitops-action:v1 {base64.urlsafe_b64encode(b'[' * 3000).decode().rstrip('=')} -->",
        f"<!-- gitops-action:v1 {base64.urlsafe_b64encode(b'[1]').decode().rstrip('=')} -->",
        f"<!-- gitops-action:v1 {base64.urlsafe_b64encode(b'{}').decode().rstrip('=')} -->",
        f"text {make_header(MINE)}",
        f"\n{make_header(MINE)}",
        f"{make_header(MINE)} text",
    ],
)
def test_what_is_no_header_on_the_first_line_is_none(body: str) -> None:
    assert parse_header(body) is None


def test_without_a_comment_one_is_created() -> None:
    assert decide([], MINE, login=BOT, current_head=HEAD) == Decision(action=CommentAction.CREATE)


@pytest.mark.parametrize("theirs", [{"repository": "octo-org/other"}, {"mode": "sync"}, {"key": "staging"}])
def test_a_comment_of_another_identity_is_not_touched(theirs: dict[str, str]) -> None:
    others = [comment(1, replace(MINE, **theirs))]  # type: ignore[arg-type]  # names of text fields only
    assert decide(others, MINE, login=BOT, current_head=HEAD) == Decision(action=CommentAction.CREATE)


def test_a_header_that_somebody_else_pasted_does_not_count() -> None:
    pasted = [comment(1, replace(MINE, run_id=10**9), author="mallory")]
    assert decide(pasted, MINE, login=BOT, current_head=HEAD) == Decision(action=CommentAction.CREATE)


@pytest.mark.parametrize(
    "earlier",
    [
        replace(MINE, head=OLD),
        replace(MINE, head=OLD, run_id=999),  # a later run of a commit that is no more the head
        replace(MINE, run_id=99, run_attempt=9),
        replace(MINE, run_attempt=1),
        MINE,
    ],
)
def test_an_earlier_comment_is_updated_in_place(earlier: CommentIdentity) -> None:
    assert decide([comment(5, earlier)], MINE, login=BOT, current_head=HEAD) == Decision(
        action=CommentAction.UPDATE, comment_id=5
    )


@pytest.mark.parametrize("newer", [replace(MINE, run_id=101, run_attempt=1), replace(MINE, run_attempt=3)])
def test_of_equal_heads_the_newer_run_wins(newer: CommentIdentity) -> None:
    assert decide([comment(5, newer)], MINE, login=BOT, current_head=HEAD) == Decision(
        action=CommentAction.LEAVE,
        comment_id=5,
        reason=f"run {newer.run_id} (attempt {newer.run_attempt}) is newer and has written the comment",
    )


def test_a_run_whose_head_is_not_the_pull_requests_head_any_more_writes_nothing() -> None:
    assert decide([comment(5, MINE)], MINE, login=BOT, current_head="c" * 40) == Decision(
        action=CommentAction.LEAVE, reason="the pull request's head is cccccccc now, this run is about bbbbbbbb"
    )


def test_without_a_head_to_follow_the_newer_run_wins_whatever_commit_it_is_about() -> None:
    newer = replace(MINE, head=OLD, run_id=101)
    assert decide([comment(5, newer)], MINE, login=BOT).action is CommentAction.LEAVE
    assert decide([comment(5, replace(newer, run_id=99))], MINE, login=BOT).action is CommentAction.UPDATE


def test_of_duplicates_the_lowest_stays() -> None:
    duplicates = [comment(9, replace(MINE, head=OLD)), comment(5, replace(MINE, run_id=9)), comment(7, MINE)]
    assert decide(duplicates, MINE, login=BOT, current_head=HEAD) == Decision(
        action=CommentAction.UPDATE, comment_id=5, delete=(7, 9)
    )


def test_what_this_run_wrote_and_stands_alone_is_settled() -> None:
    assert decide([comment(5, MINE)], MINE, login=BOT, current_head=HEAD, written=5) == Decision(
        action=CommentAction.SETTLED, comment_id=5
    )


def test_a_comment_overwritten_by_an_older_run_after_us_is_written_again() -> None:
    overwritten = [comment(5, replace(MINE, run_id=99))]
    assert decide(overwritten, MINE, login=BOT, current_head=HEAD, written=5) == Decision(
        action=CommentAction.UPDATE, comment_id=5
    )


def test_the_older_of_two_racing_runs_removes_its_own_surplus_only() -> None:
    newer = replace(MINE, run_id=101)
    racing = [comment(5, newer), comment(6, MINE), comment(7, newer)]
    assert decide(racing, MINE, login=BOT, current_head=HEAD, written=6).delete == (6,)
    racing = [comment(5, MINE), comment(6, newer)]
    assert decide(racing, MINE, login=BOT, current_head=HEAD, written=5).delete == ()
