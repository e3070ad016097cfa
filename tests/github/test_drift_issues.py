"""What becomes of the issues about drift, decided from what is there and what was found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.github.drift_issues import Drift, Open, Plan, Update, plan
from gitops_action.github_ports import Issue

BOT = "github-actions[bot]"
WEB = Drift(key="web", fingerprint="1", title="Drift: web", body="a diff")
PAY = Drift(key="pay", fingerprint="1", title="Drift: pay", body="a diff")


def opened(drift: Drift, number: int = 1, *, author: str = BOT, is_open: bool = True) -> Issue:
    """Return the issue that a run before opened for a drift."""
    [step] = plan([], [drift], (), login=BOT, limit=1).steps
    assert isinstance(step, Open)
    return Issue(number=number, title=step.title, body=step.body, author=author, is_open=is_open, url="")


def planned(*issues: Issue, drifts: tuple[Drift, ...] = (), in_sync: tuple[str, ...] = (), limit: int = 10) -> Plan:
    return plan(issues, drifts, in_sync, login=BOT, limit=limit)


def test_a_new_drift_gets_an_issue() -> None:
    [step] = planned(drifts=(WEB,)).steps
    assert isinstance(step, Open)
    assert (step.title, step.body.split("\n", 1)[1]) == ("Drift: web", "a diff")


def test_a_drift_that_is_known_leaves_its_issue_alone() -> None:
    assert planned(opened(WEB), drifts=(WEB,)).steps == ()


def test_a_drift_that_changed_changes_its_issue() -> None:
    [step] = planned(opened(WEB), drifts=(replace(WEB, fingerprint="2", body="another"),)).steps
    assert isinstance(step, Update)
    assert (step.number, step.is_open) == (1, True)
    assert step.body.endswith("\nanother")


def test_a_drift_that_is_gone_closes_its_issue_and_keeps_the_words() -> None:
    issue = opened(WEB)
    assert planned(issue, in_sync=("web",)).steps == (
        Update(number=1, title=issue.title, body=issue.body, is_open=False),
    )
    assert planned(replace(issue, is_open=False), in_sync=("web",)).steps == ()


def test_what_could_not_be_compared_keeps_its_issue() -> None:
    assert planned(opened(WEB)).steps == ()


def test_a_drift_that_comes_back_opens_its_issue_again() -> None:
    [step] = planned(opened(WEB, is_open=False), drifts=(WEB,)).steps
    assert isinstance(step, Update)
    assert step.is_open


@pytest.mark.parametrize(("limit", "left_out"), [(0, ("Drift: web", "Drift: pay")), (1, ("Drift: pay",)), (2, ())])
def test_no_run_opens_more_than_its_limit_and_it_says_for_what(limit: int, left_out: tuple[str, ...]) -> None:
    found = planned(drifts=(WEB, PAY), limit=limit)
    assert (len(found.steps), found.left_out) == (limit, left_out)
    closed = (opened(WEB, 1, is_open=False), opened(PAY, 2, is_open=False))
    again = planned(*closed, drifts=(WEB, PAY), limit=limit)
    assert (len(again.steps), again.left_out) == (limit, left_out)


def test_the_limit_does_not_hold_back_what_is_open_already() -> None:
    assert len(planned(opened(WEB), drifts=(replace(WEB, fingerprint="2"),), limit=0).steps) == 1


@pytest.mark.parametrize(
    "body",
    ["", "no header", "<!-- gitops-action:drift:v1 AAAA -->\nx", "<!-- gitops-action:drift:v1 bm90IGpzb24 -->\nx"],
)
def test_an_issue_without_a_header_of_ours_is_not_touched(body: str) -> None:
    issue = replace(opened(WEB), body=body)
    [step] = planned(issue, drifts=(WEB,), in_sync=("web",)).steps
    assert isinstance(step, Open)


def test_a_header_that_somebody_else_pasted_is_not_followed() -> None:
    [step] = planned(opened(WEB, author="mallory"), drifts=(WEB,)).steps
    assert isinstance(step, Open)


def test_of_two_issues_about_one_application_the_older_one_stays() -> None:
    first, second = opened(WEB, 1), opened(WEB, 2)
    assert planned(second, first, drifts=(WEB,)).steps == (
        Update(number=2, title=second.title, body=second.body, is_open=False),
    )
