"""A change cannot hide anything from its own review: its ignore rules take effect after the merge."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.application import Application, Destination, IgnoreDifference
from gitops_action.application.settings import Settings
from gitops_action.commands.evaluate import Evaluation, compared
from gitops_action.commands.session import Ports, Session
from gitops_action.comparison.display import describe
from gitops_action.github.events import Event
from gitops_action.inputs import parse
from gitops_action.ports import Head
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import Rendered
from gitops_action.resource import Resource
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.comparison.model import Comparison

DATA = IgnoreDifference(kind="ConfigMap", json_pointers=("/data/key",))
OTHER = IgnoreDifference(kind="ConfigMap", json_pointers=("/data/other",))
BROKEN = IgnoreDifference(kind="ConfigMap", jq_path_expressions=(".data[",))
REVIEW = Event(name="pull_request", verb="diff")
PUSH = Event(name="push", verb="sync")


def _config(key: str, other: str = "1") -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "default", "annotations": {"argocd.argoproj.io/tracking-id": TRACKING}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": key, "other": other}}


TRACKING = "web:/ConfigMap:default/web"


def _application(*rules: IgnoreDifference) -> Application:
    return Application(name="web", destination=Destination(namespace="default"), ignore_differences=rules)


def _compared(
    folder: Path,
    head: Application,
    base: Application | None,
    *,
    event: Event = REVIEW,
    settings: Settings | None = None,
    live: dict[str, Any] | None = None,
) -> Comparison:
    environment = {"GITHUB_WORKSPACE": str(folder)}
    session = Session(
        inputs=parse({}),
        event=event,
        ports=Ports(
            process=SubprocessProcess(),
            workflow=connect_workflow(environment, io.StringIO()),
            clock=SystemClock(),
            environment=environment,
        ),
        checkout=Checkout.at(str(folder)),
        git=None,
        head=Head(commit="c" * 40),
        settings=settings or Settings(),
        applications=(head,),
        started=0.0,
        base_applications={("argocd", "web"): base} if base else {},
    )
    cluster = FakeCluster(live or _config("live"))
    rendered = Rendered(targets=(Resource(_config("git")),))
    found = compared(Evaluation(application=head, cluster=cluster, rendered=rendered), session).comparison
    assert found is not None
    return found


def _shown(comparison: Comparison) -> tuple[list[str], list[str], list[str]]:
    """Return the statuses without the tracking label's, the rules that hid something, and the conditions."""
    diff = "".join(describe(row).text for row in comparison.resources)
    hidden = [each.rule for row in comparison.resources for each in row.hidden]
    lines = [line.strip("+- ") for line in diff.splitlines() if line.startswith(("+  key", "+  other"))]
    return lines, hidden, [f"{each.type}: {each.message}" for each in comparison.conditions]


SETS = "IgnoredFieldWarning: a sync sets fields whose difference is ignored: /data/key of ConfigMap web"
HIDES = "DangerWarning: this change hides 1 field from later comparisons: /data/key of ConfigMap web"


@pytest.mark.parametrize("base", [_application(), None])
def test_rules_that_a_change_adds_hide_nothing_in_its_review_and_are_a_danger(
    tmp_path: Path, base: Application | None
) -> None:
    assert _shown(_compared(tmp_path, _application(DATA), base)) == (["key: git"], [], [HIDES])


def test_rules_of_the_base_hide_in_a_review_whatever_the_change_makes_of_them(tmp_path: Path) -> None:
    for head in (_application(DATA), _application()):
        assert _shown(_compared(tmp_path, head, _application(DATA))) == ([], ["jsonPointer:/data/key"], [SETS])


def test_what_a_change_hides_besides_is_counted_apart(tmp_path: Path) -> None:
    head, live = _application(DATA, OTHER), _config("live", "2")
    shown = _shown(_compared(tmp_path, head, _application(DATA), live=live))
    message = HIDES.replace("/data/key", "/data/other")
    assert shown == (['other: "1"'], ["jsonPointer:/data/key"], [SETS, message])


def test_a_rule_of_a_change_that_would_break_the_comparison_after_the_merge_is_an_error_now(tmp_path: Path) -> None:
    lines, hidden, (condition,) = _shown(_compared(tmp_path, _application(BROKEN), _application()))
    assert (lines, hidden) == (["key: git"], [])
    assert condition.startswith("ComparisonError: ignore rule jq:.data[: ")


def test_what_reviews_nothing_goes_by_the_rules_that_are_checked_out(tmp_path: Path) -> None:
    assert _shown(_compared(tmp_path, _application(DATA), None, event=PUSH)) == ([], ["jsonPointer:/data/key"], [SETS])


def test_dif_33_rules_of_the_settings_hide_as_well(tmp_path: Path) -> None:
    settings = Settings(ignore_differences=(DATA,))
    assert _shown(_compared(tmp_path, _application(), _application(), settings=settings)) == (
        [],
        ["jsonPointer:/data/key"],
        [SETS],
    )


def test_a_pointer_that_hides_nothing_is_told(tmp_path: Path) -> None:
    rule = IgnoreDifference(kind="ConfigMap", json_pointers=("data/key",))
    conditions = _shown(_compared(tmp_path, _application(rule), None, event=PUSH))[2]
    assert conditions == [
        "UnsupportedFieldWarning: ignore rule jsonPointer:data/key hides nothing: a JSON pointer begins with /"
    ]
