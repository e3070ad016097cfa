"""Many reports are one: which belong together, which attempt counts, and what is summed up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import ExitCode, UsageError
from gitops_action.report.merge import merge
from gitops_action.report.model import Mode
from tests.report import samples
from tests.report.samples import NOON, a_report, an_application

if TYPE_CHECKING:
    from gitops_action.report.model import Report


def shard(*names: str, attempt: int = 1, **fields: Any) -> Report:
    return a_report(*(an_application(name) for name in names), run_attempt=attempt, **fields)


def test_the_applications_of_all_shards_stand_in_one_report_in_the_order_of_the_files() -> None:
    one = merge([shard("b", "a"), shard("c"), shard()])
    assert [each.name for each in one.applications] == ["b", "a", "c"]
    assert one.repository == "acme/platform"


def test_what_the_runs_took_is_summed_up_and_the_time_is_from_first_to_last() -> None:
    late = shard("b", started=NOON + 5, finished=NOON + 60, requests=3, github_requests=2, cache_hits=1, cache_misses=4)
    one = merge([late, shard("a", requests=10, cache_hits=2)])
    assert (one.started, one.finished) == (NOON, NOON + 60)
    assert (one.requests, one.github_requests, one.cache_hits, one.cache_misses) == (13, 2, 3, 4)


def test_the_same_note_stands_once() -> None:
    one = merge([shard("a", notes=("n", "m")), shard("b", notes=("m",), problems=("p",), exit_code=2)])
    assert (one.notes, one.problems) == (("n", "m"), ("p",))


def test_the_gravest_exit_code_is_the_merged_one() -> None:
    failed = a_report(an_application("b", exit_code=4), exit_code=4)
    assert merge([shard("a"), failed]).exit_code == ExitCode.SYNC_FAILED


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_a_job_that_was_run_again_the_last_attempt_counts(is_reversed: bool) -> None:
    first = a_report(an_application("a", exit_code=7), problems=("down",), exit_code=7)
    again = a_report(an_application("a"), run_attempt=2)
    reports = [first, shard("b"), again]
    one = merge(reports[::-1] if is_reversed else reports)
    assert sorted((each.name, each.exit_code) for each in one.applications) == [("a", 0), ("b", 0)]
    assert (one.exit_code, one.problems, one.run_attempt) == (0, (), 2)


def test_two_jobs_of_one_attempt_with_the_same_application_are_refused() -> None:
    with pytest.raises(UsageError, match="application 'a' on prod-eu is in two reports of the same attempt"):
        merge([shard("a"), shard("a", "b")])


def test_an_application_of_the_same_name_on_another_cluster_is_another() -> None:
    one = merge([shard("a"), a_report(an_application("a", cluster="prod-us"))])
    assert [each.cluster for each in one.applications] == ["prod-eu", "prod-us"]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"repository": "acme/other"}, "repository is 'acme/other' in one and 'acme/platform' in another"),
        ({"head": "1" * 40}, "head is"),
        ({"mode": Mode.SYNC}, "mode is 'sync' in one and 'diff' in another"),
        ({"pull_request": 7}, "pull_request is '7' in one and '42' in another"),
    ],
)
def test_what_does_not_belong_together_is_refused(fields: dict[str, Any], what: str) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        merge([replace(shard("b"), **fields), shard("a", attempt=2)])
    assert caught.value.remedy


def test_an_exit_code_that_nobody_gives_is_refused() -> None:
    with pytest.raises(UsageError, match="ends with 42"):
        merge([a_report(an_application("a", exit_code=42))])


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(UsageError, match="no report to merge"):
        merge([])


def test_bases_that_differ_are_not_told_as_one() -> None:
    one = merge([shard("a", base="1" * 40), shard("b", base="2" * 40)])
    assert one.base == ""


def test_one_report_stays_what_it_is() -> None:
    report = samples.mixed()
    assert merge([report]) == replace(report, exit_code=ExitCode.APPLICATION)
