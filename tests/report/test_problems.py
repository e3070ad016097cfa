"""Input files that could not be used: told first, in every form, and never under a green heading."""

from __future__ import annotations

from dataclasses import replace

from gitops_action.report.annotations import annotations_of
from gitops_action.report.comment import comment
from gitops_action.report.model import Mode, Report
from gitops_action.report.outcome import verdict
from gitops_action.report.text import text
from tests.report import samples

PROBLEM = "apps/api.yaml:19: did not find expected ',' or ']'"


def test_a_file_that_could_not_be_used_is_in_the_heading_the_text_the_comment_and_the_annotations() -> None:
    report = replace(samples.nothing(), problems=(PROBLEM,))
    assert verdict(report).startswith("❌ ")
    assert verdict(report).endswith(", 1 input file could not be used")
    assert f"error: {PROBLEM}" in text(report)
    assert "apps/api.yaml" in comment(report, "")
    assert [(each.level, each.message) for each in annotations_of(report)] == [("error", PROBLEM)]


def test_where_no_application_could_be_read_nothing_was_compared() -> None:
    report = Report(mode=Mode.DIFF, repository="", commit="", head="", problems=(PROBLEM, PROBLEM))
    assert verdict(report) == "❌ Nothing was compared: 2 input files could not be used"
