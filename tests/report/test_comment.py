"""The comment as readers see it: golden files, budgets, and what no text can break out of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.report.comment import COMMENT, Budget, candidates, comment
from gitops_action.report.escape import fence
from gitops_action.report.model import ChangeKind
from gitops_action.report.summary import SUMMARY, summary
from tests.report import gfm, samples

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("name", samples.ALL)
def test_the_comment_is_what_the_golden_file_shows(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"comment-{name}.md", comment(samples.ALL[name](), samples.HEADER))


@pytest.mark.parametrize("name", samples.ALL)
def test_every_form_of_a_comment_begins_with_the_header_and_the_verdict_and_ends_with_the_proof(name: str) -> None:
    full = comment(samples.ALL[name](), samples.HEADER).rstrip("\n").split("\n")
    for text in candidates(samples.ALL[name](), samples.HEADER):
        first, verdict, *_, proof = text.rstrip("\n").split("\n")
        assert (first, verdict, proof) == (samples.HEADER, full[1], full[-1])
        assert proof.startswith("<sub>Commit ")


@pytest.mark.parametrize("name", samples.ALL)
def test_every_form_is_well_formed_and_each_is_shorter_than_the_one_before(name: str) -> None:
    forms = list(candidates(samples.ALL[name](), samples.HEADER))
    assert [len(form) for form in forms] == sorted({len(form) for form in forms}, reverse=True)
    for form in forms:
        page = gfm.parse(form)
        assert page.unclosed == []
        assert page.ragged_rows == []


@pytest.fixture(scope="module")
def enormous() -> str:
    report = samples.enormous()
    assert sum(len(row.diff) for application in report.applications for row in application.resources) > 2_000_000
    return comment(report, samples.HEADER)


def test_three_thousand_changed_objects_fit_into_a_comment(enormous: str, golden: Callable[[str, str], None]) -> None:
    assert COMMENT.holds(enormous)
    assert len(enormous) > COMMENT.characters / 2, "the room is used"
    golden("comment-enormous.md", enormous)


def test_what_is_refused_keeps_its_diff_when_others_are_folded_to_their_counts(enormous: str) -> None:
    assert "+          storage: 50Gi" in enormous
    assert "are folded to their counts" in enormous
    run = "https://github.com/acme/platform/actions/runs/1234567890"
    assert f'<a href="{run}">job summary</a> and the <a href="{run}#artifacts">report</a>.' in enormous


def test_every_form_of_the_enormous_comment_is_well_formed() -> None:
    for form in candidates(samples.enormous(150), samples.HEADER):
        assert gfm.parse(form).unclosed == []


def test_hundreds_of_applications_fit_into_a_comment() -> None:
    report = samples.all_failed()
    many = tuple(replace(report.applications[0], name=f"team-{number}") for number in range(500))
    text = comment(replace(report, applications=many), samples.HEADER)
    assert COMMENT.holds(text)
    assert "### ❌ All 500 applications could not be compared" in text


def test_no_length_of_any_text_breaks_the_budget() -> None:
    application = samples.mixed().applications[1]
    long = "long " * 40_000
    row = replace(application.resources[0], name=long, refusal=long, remedy=long, diff=f"+{long}\n", dangers=(long,))
    report = samples.a_report(
        *(replace(application, name=f"{long}{number}", cluster=long, resources=(row,) * 3) for number in range(8)),
        notes=(long,) * 100,
        branch=long,
    )
    assert COMMENT.holds(comment(report, samples.HEADER))


def test_characters_of_four_bytes_count_as_four_bytes() -> None:
    report = samples.one_image()
    application = report.applications[0]
    row = replace(application.resources[0], diff="".join(f"+ {'🦊' * 60}\n" for _ in range(1_020)))
    text = comment(replace(report, applications=(replace(application, resources=(row,)),)), samples.HEADER)
    assert COMMENT.holds(text)
    assert "🦊" not in text


def test_a_budget_that_holds_nothing_gets_the_smallest_form() -> None:
    tiny = comment(samples.mixed(), samples.HEADER, Budget(characters=10, bytes=10))
    assert tiny == list(candidates(samples.mixed(), samples.HEADER))[-1]
    assert "<details>" not in tiny


def test_the_summary_shows_what_the_comment_has_no_room_for() -> None:
    text = summary(samples.enormous())
    assert SUMMARY.holds(text)
    assert len(text) > 500_000
    assert text.startswith("### ❌ 1 application would fail to sync")
    assert "job summary</a>" not in text


def test_the_summary_of_a_small_report_is_the_comment_without_its_header() -> None:
    assert f"{samples.HEADER}\n{summary(samples.mixed())}" == comment(samples.mixed(), samples.HEADER)


def test_hostile_text_makes_no_link_mention_image_or_element_of_its_own() -> None:
    page = gfm.parse(comment(samples.hostile(), samples.HEADER))
    assert page.images == []
    assert page.elements <= {"details", "summary", "b", "br", "sub", "code", "a", "span"}
    assert all(link.startswith("https://x/") for link in page.links)
    assert page.mentions == []
    assert page.comments == [samples.HEADER]
    assert page.headings == 1


def test_a_masked_secret_says_that_values_are_never_shown() -> None:
    text = comment(samples.mixed(), samples.HEADER)
    assert "**Secret `pay/payments-env`** · changed, +1 \N{MINUS SIGN}2 · values are never shown" in text


def test_a_run_without_a_url_points_nowhere() -> None:
    text = comment(replace(samples.enormous(500), run_url=""), samples.HEADER)
    assert "href" not in text
    assert "The whole is in the report." in text


def test_only_addresses_of_the_web_become_links() -> None:
    text = comment(replace(samples.one_image(), run_url="javascript:alert(1)"), samples.HEADER)
    assert "javascript" not in text


def test_a_diff_of_many_lines_has_a_fold_of_its_own() -> None:
    report = samples.one_image()
    row = replace(report.applications[0].resources[0], diff="".join(f"+  line: {at}\n" for at in range(70)))
    text = comment(replace(report, applications=(replace(report.applications[0], resources=(row,)),)), samples.HEADER)
    assert "<details><summary>Deployment <code>shop/storefront</code> · changed" in text


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fence("a\n````\nb", "diff") == "`````diff\na\n````\nb\n`````"


def test_an_object_that_is_unknown_without_a_reason_is_still_listed() -> None:
    row = samples.a_resource("Pod", "x", ChangeKind.UNKNOWN)
    report = samples.a_report(samples.an_application("web", row, sync_status="Unknown", exit_code=3))
    text = comment(report, samples.HEADER)
    assert "1 unknown" in text
    assert "**web · Pod <code>shop/x</code>: could not be compared**" in text


def test_the_folds_of_each_cluster_stand_together_the_worst_cluster_first() -> None:
    text = comment(samples.mixed(), samples.HEADER)
    places = [text.index(f"**On {cluster}**") for cluster in ("prod-us", "prod-eu")]
    folds = [text.index(f"<b>{name}</b>") for name in ("payments", "storefront")]
    assert places[0] < folds[0] < places[1] < folds[1]
    assert "**On " not in comment(samples.one_image(), samples.HEADER)


def test_two_megabytes_in_three_objects_are_folded_to_counts_and_the_small_one_is_shown(
    golden: Callable[[str, str], None],
) -> None:
    report = samples.two_megabytes()
    assert sum(len(row.diff) for row in report.applications[0].resources) > 2_000_000
    text = comment(report, samples.HEADER)
    assert COMMENT.holds(text)
    golden("comment-two-megabytes.md", text)
