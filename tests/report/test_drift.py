"""This change and drift, apart in words and counts."""

from __future__ import annotations

import pytest

from gitops_action.report.drift import ago, drift_words, is_attributed
from gitops_action.report.model import ChangeKind, Mode, ResourceReport
from gitops_action.report.outcome import Outcome, Sign, outcome, sign, verdict
from gitops_action.report.phrases import counted_changes, dangers
from tests.report.samples import NOON, a_report, a_resource, an_application

CHANGED = a_resource("ConfigMap", "a", ChangeKind.CHANGED, attribution="change")
DRIFTED = a_resource("ConfigMap", "b", ChangeKind.CHANGED, attribution="drift")
BOTH = a_resource("ConfigMap", "c", ChangeKind.CHANGED, attribution="both")
UNKNOWN = a_resource("ConfigMap", "d", ChangeKind.CHANGED)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7_199, "1 hour ago"),
        (86_400 * 3, "3 days ago"),
    ],
)
def test_ages_are_said_in_their_largest_unit(seconds: float, expected: str) -> None:
    assert ago(seconds) == expected


@pytest.mark.parametrize(
    ("attribution", "change", "writer", "time", "expected"),
    [
        ("", ChangeKind.CHANGED, "", 0.0, ""),
        ("change", ChangeKind.CHANGED, "", 0.0, ""),
        ("drift", ChangeKind.ADDED, "", 0.0, "drift, missing live before this change"),
        ("drift", ChangeKind.REMOVED, "", 0.0, "drift, not in Git before this change either"),
        ("both", ChangeKind.CHANGED, "", 0.0, "drift, and undone by the next sync"),
        ("drift", ChangeKind.CHANGED, "", NOON - 60, "drift, edited live 1 minute ago, and undone by the next sync"),
        ("drift", ChangeKind.CHANGED, "helm", 0.0, "drift, edited live with helm, and undone by the next sync"),
        (
            "drift", ChangeKind.CHANGED, "kubectl-edit", NOON - 3_600,
            "drift, edited live with kubectl-edit 1 hour ago, and undone by the next sync",
        ),
    ],
)  # fmt: skip
def test_drift_says_who_did_it_and_what_becomes_of_it(
    attribution: str, change: ChangeKind, writer: str, time: float, expected: str
) -> None:
    resource = a_resource("X", "x", change, attribution=attribution, drift_writer=writer, drift_time=time)
    assert drift_words(resource, NOON) == expected


def test_an_application_that_has_drift_alone_does_not_change() -> None:
    application = an_application("web", DRIFTED)
    assert outcome(Mode.DIFF, application) is Outcome.DRIFTED
    assert sign(Mode.DIFF, application) is Sign.CARE
    assert outcome(Mode.DRIFT, application) is Outcome.CHANGED, "a drift run knows of no change"


@pytest.mark.parametrize("resource", [CHANGED, BOTH, UNKNOWN])
def test_an_application_that_may_change_will_change(resource: ResourceReport) -> None:
    assert outcome(Mode.DIFF, an_application("web", DRIFTED, resource)) is Outcome.CHANGED


def test_the_verdict_counts_both() -> None:
    some = a_report(an_application("a", CHANGED), an_application("b", DRIFTED), an_application("c"))
    assert verdict(some) == "⚠️ 1 of 3 applications will change, 1 has drift"
    assert verdict(a_report(an_application("b", DRIFTED))) == "⚠️ 1 application has drift"


def test_what_nobody_could_tell_apart_is_counted_as_such_where_others_are_told_apart() -> None:
    unsure = an_application("a", UNKNOWN)
    assert counted_changes(a_report(unsure), unsure) == "~1"
    assert counted_changes(a_report(unsure, an_application("b", DRIFTED)), unsure) == "~1 or drift"


def test_consequences_for_pods_add_up_over_the_objects_of_an_application() -> None:
    application = an_application(
        "web",
        a_resource("Deployment", "a", ChangeKind.CHANGED, dangers=("scales to 0 and stops 1 pod", "grants * pods")),
        a_resource("Deployment", "b", ChangeKind.CHANGED, dangers=("restarts 2 pods", "scales to 0 and stops 1 pod")),
        a_resource("Deployment", "c", ChangeKind.CHANGED, dangers=("restarts 1,000 pods", "grants * pods")),
    )
    assert dangers(application) == ("scales to 0 and stops 2 pods", "grants * pods", "restarts 1,002 pods")


def test_only_a_review_is_attributed() -> None:
    assert is_attributed(a_report(an_application("a", CHANGED)))
    assert not is_attributed(a_report(an_application("a", UNKNOWN)))
    assert not is_attributed(a_report(an_application("a", CHANGED), mode=Mode.DRIFT))
