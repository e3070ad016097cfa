"""An application that moves to another project or destination is a danger, whether or not anything differs."""

from __future__ import annotations

import pytest

from gitops_action.errors import ExitCode
from gitops_action.inputs import FailOn
from gitops_action.report.findings import findings
from gitops_action.report.model import ConditionReport, Mode
from gitops_action.report.outcome import Sign, sign
from gitops_action.report.outputs import exit_code
from tests.report.samples import a_report, an_application

MOVED = ConditionReport(type="DangerWarning", message="this change moves the project from default to admins")
STRANGE = ConditionReport(type="UnsupportedFieldWarning", message="unknown field spec.sauce has no effect")


@pytest.mark.parametrize(
    ("condition", "expected_sign", "is_open", "code"),
    [(MOVED, Sign.CARE, True, ExitCode.DIFFERENT), (STRANGE, Sign.GOOD, False, ExitCode.OK)],
    ids=["danger", "another warning"],
)
def test_a_danger_is_shown_in_the_open_and_fails_who_fails_on_dangers(
    condition: ConditionReport, expected_sign: Sign, is_open: bool, code: ExitCode
) -> None:
    application = an_application("web", conditions=(condition,))
    report = a_report(application)

    assert sign(Mode.DIFF, application) is expected_sign
    assert [(finding.level, finding.is_open) for finding in findings(report)] == [("warning", is_open)]
    assert exit_code(report, FailOn.DANGER) is code
    assert exit_code(report, FailOn.ERROR) is ExitCode.OK
