"""What each event means, read from GitHub's own example payloads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitops_action.errors import Refused, UsageError
from gitops_action.github.events import Event, read_event
from tests.github_server import payloads
from tests.github_server.state import PullRequest, State

SHA = "1" * 40
BASE = "2" * 40
MERGE = "3" * 40


def repository(*, private: bool = True) -> State:
    state = State("octo-org/shop", private=private)
    state.repository_id = 42
    return state


def environ(event: str, *, ref: str = "refs/heads/main", sha: str = MERGE, **values: Any) -> dict[str, str]:
    state = repository()
    return payloads.environment(state, "https://github.com", event, sha=sha, ref=ref, **values) | {
        "GITHUB_API_URL": "https://api.github.com"
    }


def pull(**values: Any) -> PullRequest:
    given: dict[str, Any] = {
        "number": 7,
        "head_ref": "change",
        "head_sha": SHA,
        "base_ref": "main",
        "base_sha": BASE,
    } | values
    return PullRequest(**given)


EVENT = Event(
    name="pull_request",
    verb="diff",
    repository="octo-org/shop",
    repository_id=42,
    repository_is_public=False,
    actor="octocat",
    head_sha=SHA,
    run_id=1000,
    run_attempt=1,
    run_url="https://github.com/octo-org/shop/actions/runs/1000",
    server_url="https://github.com",
    api_url="https://api.github.com",
    workflow="GitOps",
)


def test_a_pull_request_is_compared_at_its_head_and_not_at_its_merge_commit() -> None:
    payload = payloads.pull_request(repository(), pull())
    assert read_event(environ("pull_request", ref="refs/pull/7/merge"), payload) == replace(
        EVENT,
        pull_request=7,
        base_sha=BASE,
        base_ref="main",
        tracked_branch="main",
        before=payload["before"],
        after=SHA,
    )


@pytest.mark.parametrize("private", [True, False])
def test_a_repository_is_private_only_where_the_payload_says_so(private: bool) -> None:
    payload = payloads.pull_request(repository(private=private), pull())
    assert read_event(environ("pull_request"), payload).repository_is_public is not private
    del payload["repository"]["private"]
    assert read_event(environ("pull_request"), payload).repository_is_public is None


def test_a_fork_has_no_secrets_even_where_it_was_deleted_or_is_called_the_same() -> None:
    payload = payloads.pull_request(repository(), pull(head_repository="somebody/shop"))
    event = read_event(environ("pull_request"), payload)
    assert (event.is_fork, event.lacks_secrets) == (True, True)
    payload["pull_request"]["head"]["repo"] = None
    event = read_event(environ("pull_request"), payload)
    assert (event.is_fork, event.lacks_secrets) == (True, True)


def test_dependabot_has_no_secrets_although_it_is_no_fork() -> None:
    payload = payloads.pull_request(repository(), pull())
    event = read_event(environ("pull_request", actor="dependabot[bot]"), payload)
    assert (event.is_fork, event.lacks_secrets) == (False, True)


def test_pull_request_target_is_refused_for_forks() -> None:
    payload = payloads.pull_request(repository(), pull(head_repository="somebody/shop"))
    with pytest.raises(Refused) as refused:
        read_event(environ("pull_request_target"), payload, command="diff")
    assert refused.value.exit_code == 6
    assert refused.value.summary == (
        "pull request #7 comes from a fork, and pull_request_target runs with this repository's secrets"
    )


def test_pull_request_target_of_this_repository_is_about_the_head_and_not_the_default_branch() -> None:
    event = read_event(
        environ("pull_request_target", sha=BASE, actor="dependabot[bot]"), payloads.pull_request(repository(), pull())
    )
    assert (event.verb, event.head_sha, event.lacks_secrets) == ("diff", SHA, False)


def test_a_merge_group_names_its_pull_request_in_its_ref_only() -> None:
    payload = payloads.merge_group(repository(), pull(base_ref="release/1.x"), head_sha=SHA, base_sha=BASE)
    ref = payload["merge_group"]["head_ref"]
    assert read_event(environ("merge_group", ref=ref, sha=SHA), payload) == replace(
        EVENT,
        name="merge_group",
        pull_request=7,
        base_sha=BASE,
        base_ref="release/1.x",
        tracked_branch="release/1.x",
    )


def test_a_push_is_synced_at_its_new_commit() -> None:
    payload = payloads.push(repository(), before=BASE, after=SHA, branch="release/1.x")
    assert read_event(environ("push", ref="refs/heads/release/1.x", sha=SHA), payload) == replace(
        EVENT, name="push", verb="sync", before=BASE, after=SHA, tracked_branch="release/1.x"
    )


@pytest.mark.parametrize("number", range(7))
def test_every_example_of_a_push_is_a_branch_or_an_error_with_the_workflow_to_write(number: int) -> None:
    payload = payloads.example("push", number=number)
    if payload["ref"].startswith("refs/heads/") and not payload["deleted"]:
        assert read_event(environ("push"), payload).tracked_branch == payload["ref"].removeprefix("refs/heads/")
        return
    with pytest.raises(UsageError) as wrong:
        read_event(environ("push"), payload)
    assert "branches: [main]" in wrong.value.remedy


def test_a_schedule_looks_for_drift_on_the_branch_that_it_runs_on() -> None:
    payload = {"schedule": "0 * * * *", "repository": {"id": 42, "private": True, "default_branch": "main"}}
    assert read_event(environ("schedule", sha=SHA), payload) == replace(
        EVENT, name="schedule", verb="drift", tracked_branch="main"
    )


@pytest.mark.parametrize("name", ["workflow_dispatch", "repository_dispatch"])
def test_a_dispatch_does_what_input_command_says_and_nothing_without_it(name: str) -> None:
    payload = payloads.example(name) | {"repository": {"id": 42, "private": True, "default_branch": "main"}}
    event = read_event(environ(name, sha=SHA), payload, command="rollback")
    assert event == replace(EVENT, name=name, verb="rollback", tracked_branch="main")
    with pytest.raises(UsageError) as wrong:
        read_event(environ(name, sha=SHA), payload)
    assert "command: " in wrong.value.remedy


def test_a_dispatch_on_a_tag_tracks_the_default_branch() -> None:
    payload = payloads.example("workflow_dispatch") | {"repository": {"default_branch": "trunk"}}
    event = read_event(environ("workflow_dispatch", ref="refs/tags/v1"), payload, command="sync")
    assert event.tracked_branch == "trunk"


def test_a_verb_that_is_named_counts_more_than_the_event() -> None:
    payload = payloads.pull_request(repository(), pull())
    assert read_event(environ("pull_request"), payload, command="render").verb == "render"


@pytest.mark.parametrize("name", ["check_suite", "release"])
def test_an_event_that_is_not_handled_is_answered_with_those_that_are(name: str) -> None:
    with pytest.raises(UsageError) as wrong:
        read_event(environ(name), {"action": "created"})
    assert str(wrong.value) == (
        f"event {name} is not handled\n"
        "Run the action on one of: pull_request, pull_request_target, merge_group, push, schedule, issue_comment, "
        "workflow_run, workflow_dispatch, repository_dispatch."
    )


@pytest.mark.parametrize(
    ("name", "payload", "lacking"),
    [
        ("pull_request", None, "is missing"),
        ("pull_request", {}, "lacks pull_request.number, head.sha and base.ref"),
        ("pull_request", {"pull_request": "nonsense"}, "lacks pull_request.number, head.sha and base.ref"),
        ("merge_group", {"merge_group": {"head_sha": SHA}}, "lacks merge_group.head_sha and base_ref"),
        ("push", {"ref": "refs/heads/main", "after": "--upload-pack=evil"}, "lacks a head commit"),
    ],
)
def test_a_payload_that_is_not_githubs_is_a_usage_error(
    name: str, payload: dict[str, Any] | None, lacking: str
) -> None:
    with pytest.raises(UsageError, match=lacking):
        read_event(environ(name), payload)


def test_an_event_without_a_repository_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="lacks a repository"):
        read_event({"GITHUB_EVENT_NAME": "schedule"}, {})


def test_a_second_attempt_has_a_url_of_its_own() -> None:
    payload = payloads.pull_request(repository(), pull())
    event = read_event(environ("pull_request", run_attempt=2), payload)
    assert event.run_url == "https://github.com/octo-org/shop/actions/runs/1000/attempts/2"
    assert event.order == (1000, 2)


def test_on_a_desk_there_is_no_event_but_a_verb() -> None:
    assert read_event({}, None, command="diff") == Event(name="", verb="diff")
    with pytest.raises(UsageError, match="GITHUB_EVENT_NAME is not set"):
        read_event({}, None)
