"""Input ``dangers``: which consequences of a change are told, and which make a diff fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import Application, ApplicationCondition, ConditionType
from gitops_action.comparison.model import Comparison, SyncStatusCode
from gitops_action.dangers import DangerName, DangerPolicy
from gitops_action.errors import ExitCode, UsageError
from gitops_action.inputs import FailOn
from gitops_action.report.build import Findings, application_report
from gitops_action.report.model import Mode, ResourceReport
from gitops_action.report.outputs import exit_code
from gitops_action.resource.tracking import Tracking
from tests.comparison.objects import named
from tests.comparison.test_danger import row, workload
from tests.report.samples import a_report

if TYPE_CHECKING:
    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.report.model import Report

RESTART = row(workload(), workload(image="web:2"))
CLAIM = row(named("v1", "PersistentVolumeClaim", {"spec": {}}), None)
GONE = row(named("v1", "ConfigMap", {"data": {}}), None)


def report(change: ResourceComparison, *lines: str) -> Report:
    application = Application(name="web")
    before = Comparison(
        application=application,
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        resources=(change,),
    )
    found = Findings(
        application=application,
        revision="",
        before=before,
        status=SyncStatusCode.OUT_OF_SYNC,
        danger_policy=DangerPolicy.of(lines),
    )
    return a_report(application_report(found, Mode.DIFF))


def only(found: Report) -> ResourceReport:
    return found.applications[0].resources[0]


@pytest.mark.parametrize(
    ("change", "line", "under_danger", "under_error"),
    [
        (RESTART, "deletes: fail", ExitCode.DIFFERENT, ExitCode.OK),
        (RESTART, "restarts: warn", ExitCode.DIFFERENT, ExitCode.OK),
        (RESTART, "restarts: ignore", ExitCode.OK, ExitCode.OK),
        (RESTART, "restarts: fail", ExitCode.DIFFERENT, ExitCode.DIFFERENT),
        (CLAIM, "deletes: ignore", ExitCode.DIFFERENT, ExitCode.OK),
        (CLAIM, "deletes-data: fail", ExitCode.DIFFERENT, ExitCode.DIFFERENT),
        (GONE, "deletes-data: fail", ExitCode.DIFFERENT, ExitCode.OK),
        (GONE, "deletes: ignore", ExitCode.OK, ExitCode.OK),
    ],
)
def test_the_weight_of_a_danger_decides_what_fails(
    change: ResourceComparison, line: str, under_danger: ExitCode, under_error: ExitCode
) -> None:
    found = report(change, line)
    assert exit_code(found, FailOn.DANGER) == under_danger
    assert exit_code(found, FailOn.ERROR) == under_error
    assert exit_code(found, FailOn.NEVER) == ExitCode.OK


def test_what_is_ignored_is_not_told_and_still_named() -> None:
    assert only(report(RESTART)).dangers == ("restarts 9 pods",)
    ignored = only(report(RESTART, "restarts: ignore"))
    assert (ignored.dangers, ignored.ignored_dangers) == ((), ("restarts",))
    assert only(report(RESTART, "restarts: fail")).failing_dangers == ("restarts",)


@pytest.mark.parametrize("name", [DangerName.MOVES, DangerName.HIDES_FIELDS, DangerName.STORAGE_VERSION])
def test_what_an_application_as_a_whole_brings_is_weighed_too(name: DangerName) -> None:
    condition = ApplicationCondition(type=ConditionType.DANGER_WARNING, message="look", danger=name)
    codes = {}
    for weight in ("ignore", "warn", "fail"):
        found = Findings(
            application=Application(name="web"),
            revision="",
            status=SyncStatusCode.SYNCED,
            conditions=(condition,),
            danger_policy=DangerPolicy.of([f"{name}: {weight}"]),
        )
        shown = application_report(found, Mode.DIFF)
        codes[weight] = [exit_code(a_report(shown), on) for on in (FailOn.DANGER, FailOn.ERROR, FailOn.NEVER)]
        assert [each.message for each in shown.conditions] == ([] if weight == "ignore" else ["look"])
    different = ExitCode.DIFFERENT
    assert codes == {"ignore": [0, 0, 0], "warn": [different, 0, 0], "fail": [different, different, 0]}


@pytest.mark.parametrize("line", ["restarts", "restarts: no", "nothing: warn", ""])
def test_a_line_that_says_something_else_is_wrong_usage(line: str) -> None:
    with pytest.raises(UsageError, match="is not a danger and its weight") as caught:
        DangerPolicy.of([line])
    assert "replaced, deletes, deletes-data, restarts" in caught.value.remedy
