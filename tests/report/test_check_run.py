"""A report as a check run: what is green, what is red, and what stands at which line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.errors import ExitCode, GitOpsError
from gitops_action.github_ports import Conclusion
from gitops_action.report.check_run import ANNOTATIONS, BUDGET, check_result, failed_check
from gitops_action.report.outcome import verdict
from tests.report import samples


@pytest.mark.parametrize("name", samples.ALL)
def test_every_report_fits_a_check_run_under_its_verdict(name: str) -> None:
    report = samples.ALL[name]()
    result = check_result(report, ExitCode.OK)
    assert BUDGET.holds(result.summary)
    assert result.title.split()[0] == verdict(report).split()[0]
    assert len(result.annotations) <= ANNOTATIONS
    assert all(each.path and each.line >= 1 and each.message for each in result.annotations)


@pytest.mark.parametrize(
    ("code", "conclusion"),
    [
        (ExitCode.OK, Conclusion.SUCCESS),
        (ExitCode.DIFFERENT, Conclusion.FAILURE),
        (ExitCode.APPLICATION, Conclusion.FAILURE),
        (ExitCode.INTERRUPTED, Conclusion.CANCELLED),
    ],
)
def test_the_job_and_its_check_run_say_the_same(code: ExitCode, conclusion: Conclusion) -> None:
    assert check_result(samples.ALL["mixed"](), code).conclusion is conclusion


def test_an_error_is_a_failure_at_the_line_that_caused_it() -> None:
    result = check_result(samples.ALL["all-failed"](), ExitCode.APPLICATION)
    assert {each.level for each in result.annotations} == {"failure"}


def test_a_run_that_never_began_says_why() -> None:
    result = failed_check(GitOpsError("there is no <cluster>", remedy="Name one."))
    assert (result.conclusion, result.title) == (Conclusion.FAILURE, "there is no <cluster>")
    assert "Name one." in result.summary


def test_a_hostile_name_cannot_be_a_long_title() -> None:
    report = samples.ALL["hostile"]()
    long = replace(report, applications=tuple(replace(each, name="x" * 5000) for each in report.applications))
    result = check_result(long, ExitCode.OK)
    assert all(len(each.title) <= 255 for each in result.annotations)
