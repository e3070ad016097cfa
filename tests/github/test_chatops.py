"""Commands in comments: what is one, who may give it, and on which commit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.github.chatops import (
    USAGE,
    ChatCommand,
    ChatProblem,
    help_text,
    parse_command,
    refuse,
)
from gitops_action.github_ports import PullRequestState, Review

HEAD = "9b71e04" + "a" * 33
PULL = PullRequestState(
    number=7,
    head_sha=HEAD,
    head_ref="change",
    base_sha="b" * 40,
    base_ref="main",
    merge_base="b" * 40,
    is_open=True,
    is_fork=False,
)
SYNC = ChatCommand(verb="sync", commit="9b71e04")


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/gitops", ChatCommand(verb="help")),
        ("/gitops help", ChatCommand(verb="help")),
        ("/gitops diff", ChatCommand(verb="diff")),
        ("  /gitops   diff web\tpayments \r\nthanks", ChatCommand(verb="diff", applications=("web", "payments"))),
        ("/gitops refresh", ChatCommand(verb="refresh")),
        ("/gitops refresh hard web", ChatCommand(verb="refresh", applications=("web",), is_hard=True)),
        ("/gitops sync 9b71e04", SYNC),
        ("/gitops sync 9B71E04 web", replace(SYNC, applications=("web",))),
        (
            "/gitops rollback 9b71e04 web 3",
            ChatCommand(verb="rollback", commit="9b71e04", applications=("web",), words=("3",)),
        ),
        (
            "/gitops actions run 9b71e04 web restart Deployment web shop",
            ChatCommand(
                verb="actions",
                commit="9b71e04",
                applications=("web",),
                words=("restart", "Deployment", "web", "shop"),
            ),
        ),
        (
            "/gitops actions run 9b71e04 web scale Deployment web shop replicas=5 grace=10s",
            ChatCommand(
                verb="actions",
                commit="9b71e04",
                applications=("web",),
                words=("scale", "Deployment", "web", "shop", "replicas=5", "grace=10s"),
            ),
        ),
    ],
)
def test_a_command_is_the_first_line_of_a_comment(body: str, command: ChatCommand) -> None:
    assert parse_command(body) == command


@pytest.mark.parametrize(
    "body",
    ["", "looks good", "please /gitops diff", "> /gitops diff", "/gitopsdiff", "`/gitops diff`", "\n/gitops diff"],
)
def test_a_comment_that_only_speaks_of_commands_is_none(body: str) -> None:
    assert parse_command(body) is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("/gitops deploy", "I do not know that command."),
        ("/gitops sync", USAGE["sync"]),
        ("/gitops sync web", USAGE["sync"]),
        ("/gitops sync 9b71e0", USAGE["sync"]),
        ("/gitops rollback 9b71e04", USAGE["rollback"]),
        ("/gitops rollback 9b71e04 web 3 4", USAGE["rollback"]),
        ("/gitops actions list web", USAGE["actions"]),
        ("/gitops actions run 9b71e04 web restart Deployment", USAGE["actions"]),
        ("/gitops actions run 9b71e04 web restart Deployment replicas=5", USAGE["actions"]),
        ("/gitops actions run 9b71e04 replicas=5 web scale Deployment web", USAGE["actions"]),
        ("/gitops sync 9b71e04 --force", "no options"),
    ],
)
def test_a_command_with_wrong_arguments_is_answered_with_how_it_is_written(body: str, says: str) -> None:
    problem = parse_command(body)
    assert isinstance(problem, ChatProblem)
    assert says in problem.message
    assert not problem.is_silent


@pytest.mark.parametrize("word", ["--prune", "-f", "$(id)", "`id`", "a;b", "@channel", "a\u202eb", "x" * 254, "../a"])
def test_a_word_never_becomes_an_option_or_anything_but_a_word(word: str) -> None:
    problem = parse_command(f"/gitops sync 9b71e04 {word}")
    assert problem == ChatProblem(message="I take words of letters, digits and `._:/@=-`, and no options.")


def asked(
    command: ChatCommand | ChatProblem = SYNC,
    *,
    permission: str = "write",
    allowed: tuple[str, ...] = ("diff", "sync", "help"),
    pull: PullRequestState = PULL,
    reviews: tuple[Review, ...] = (),
) -> ChatProblem | None:
    levels = {"maintainer": "write", "stranger": "read"}
    return refuse(
        command,
        author_permission=permission,
        allowed=allowed,
        pull=pull,
        reviews=reviews,
        permission_of=lambda login: levels.get(login, "none"),
    )


@pytest.mark.parametrize("permission", ["write", "maintain", "admin"])
def test_who_may_write_may_command(permission: str) -> None:
    assert asked(permission=permission) is None


@pytest.mark.parametrize("permission", ["none", "read", "triage", ""])
def test_nobody_else_gets_more_than_a_reaction(permission: str) -> None:
    for command in (SYNC, ChatProblem(message="I do not know that command.")):
        problem = asked(command, permission=permission)
        assert problem is not None
        assert problem.is_silent


def test_who_may_command_is_told_what_is_wrong_with_the_words() -> None:
    wrong = ChatProblem(message="I do not know that command.")
    assert asked(wrong) is wrong


def test_a_command_that_the_workflow_does_not_allow_is_refused_with_those_that_it_does() -> None:
    problem = asked(allowed=("diff", "help"))
    assert problem is not None
    assert problem.message == (
        "`sync` is not among the commands that this repository allows: `help`, `diff`. "
        "The workflow's input `chatops-allow` names them."
    )


def test_a_commit_that_is_no_longer_the_head_is_not_synced() -> None:
    problem = asked(replace(SYNC, commit="1234567"))
    assert problem is not None
    assert "The head of this pull request is `9b71e04` now, not `1234567`." in problem.message


def test_a_closed_pull_request_takes_no_command_but_help() -> None:
    closed = replace(PULL, is_open=False)
    assert asked(pull=closed) == ChatProblem(message="This pull request is closed.")
    assert asked(ChatCommand(verb="help"), pull=closed) is None


FORK = replace(PULL, is_fork=True)


@pytest.mark.parametrize(
    ("reviews", "is_approved"),
    [
        ((), False),
        ((Review(author="maintainer", commit=HEAD, state="APPROVED"),), True),
        ((Review(author="maintainer", commit="c" * 40, state="APPROVED"),), False),
        ((Review(author="stranger", commit=HEAD, state="APPROVED"),), False),
        ((Review(author="", commit=HEAD, state="APPROVED"),), False),
        (
            (
                Review(author="maintainer", commit=HEAD, state="APPROVED"),
                Review(author="maintainer", commit=HEAD, state="CHANGES_REQUESTED"),
            ),
            False,
        ),
        (
            (
                Review(author="maintainer", commit=HEAD, state="APPROVED"),
                Review(author="maintainer", commit=HEAD, state="DISMISSED"),
            ),
            False,
        ),
        (
            (
                Review(author="maintainer", commit=HEAD, state="APPROVED"),
                Review(author="maintainer", commit=HEAD, state="COMMENTED"),
            ),
            True,
        ),
    ],
)
@pytest.mark.parametrize("command", [SYNC, ChatCommand(verb="diff")])
def test_a_fork_needs_the_approval_of_its_very_commit(
    command: ChatCommand, reviews: tuple[Review, ...], is_approved: bool
) -> None:
    problem = asked(command, pull=FORK, reviews=reviews)
    assert (problem is None) is is_approved
    assert is_approved or "comes from a fork" in str(problem)


def test_help_names_what_is_allowed_alone() -> None:
    assert help_text(("help", "diff")) == (
        "I take these commands from people with write access:\n\n- `/gitops help`\n- `/gitops diff [application …]`"
    )
