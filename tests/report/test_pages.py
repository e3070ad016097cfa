"""A comment in several pages: whole first, cut between objects, and never more than five."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.report.comment import COMMENT, Budget, comment
from gitops_action.report.model import ChangeKind, Report
from gitops_action.report.pages import MOST, pages
from tests.report import gfm, samples


def with_diffs(count: int, lines: int, text: str = "x" * 90) -> Report:
    diff = "".join(f"+  line-{at}: {text}\n" for at in range(lines))
    rows = tuple(samples.a_resource("ConfigMap", f"c-{at:03}", ChangeKind.CHANGED, diff=diff) for at in range(count))
    return samples.a_report(samples.an_application("web", *rows))


@pytest.mark.parametrize("name", samples.ALL)
def test_what_one_comment_holds_has_one_page(name: str) -> None:
    assert pages(samples.ALL[name]()) == (comment(samples.ALL[name](), "").lstrip("\n"),)


def test_diffs_without_room_on_the_first_page_follow_on_further_ones() -> None:
    texts = pages(with_diffs(20, 100))
    assert [text.split("\n", 1)[0] for text in texts[1:]] == [
        f"### {number} of {len(texts)} · more of the diff" for number in range(2, len(texts) + 1)
    ]
    assert f"follow in further comments (this is 1 of {len(texts)})." in texts[0]
    for at in range(20):
        assert sum(f"ConfigMap <code>shop/c-{at:03}</code> · changed" in text for text in texts) == 1
    assert sum(text.count("```diff") for text in texts) == 20


@pytest.mark.parametrize("text", ["🦊" * 90, "```` </details> @octocat"])
def test_two_megabytes_give_pages_within_the_budget_that_are_well_formed(text: str) -> None:
    report = with_diffs(400, 2_000_000 // 400 // (len(text) + 12) + 1, text)
    assert sum(len(row.diff) for row in report.applications[0].resources) >= 2_000_000
    texts = pages(report)
    assert len(texts) == MOST
    for each in texts:
        assert COMMENT.holds(each)
        assert gfm.parse(each).unclosed == []
        assert gfm.parse(each).mentions == []


def test_a_diff_that_no_page_holds_stays_folded_to_its_counts() -> None:
    assert len(pages(samples.two_megabytes())) == 1
    assert len(pages(with_diffs(3, 2_000))) == 1


def test_a_budget_that_holds_nothing_gets_the_smallest_form_alone() -> None:
    tiny = Budget(characters=10, bytes=10)
    assert pages(samples.mixed(), tiny) == (comment(samples.mixed(), "", tiny).lstrip("\n"),)


def test_both_parts_of_a_diff_stand_on_one_page() -> None:
    row = with_diffs(1, 100).applications[0].resources[0]
    rows = tuple(
        replace(row, name=f"c-{at}", change_diff=row.diff, drift_diff="-  memory: 1Gi\n", diff=row.diff)
        for at in range(12)
    )
    texts = pages(samples.a_report(samples.an_application("web", *rows)))
    assert all(text.count("This change:") == text.count("Drift that was already there:") > 0 for text in texts[1:])
