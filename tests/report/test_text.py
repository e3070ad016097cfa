"""The report in a terminal: golden files, colour on request, and nothing that commands the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.report.model import ConditionReport
from gitops_action.report.text import text
from tests.report import samples

if TYPE_CHECKING:
    from collections.abc import Callable

ANSI = re.compile(r"\x1b\[\d+m")


@pytest.mark.parametrize("name", samples.ALL)
def test_the_text_is_what_the_golden_file_shows(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"text-{name}.txt", text(samples.ALL[name]()))


@pytest.mark.parametrize("name", samples.ALL)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    report = samples.ALL[name]()
    colored = text(report, color=True)
    assert "\x1b" not in text(report)
    assert ANSI.sub("", colored) == text(report)
    assert colored.count("\x1b[0m") * 2 == len(ANSI.findall(colored))


def test_colours_stand_for_what_they_say() -> None:
    colored = text(samples.mixed(), color=True)
    assert "\x1b[31m-          storage: 20Gi\x1b[0m" in colored
    assert "\x1b[32m+          storage: 50Gi\x1b[0m" in colored
    assert "\x1b[31merror:\x1b[0m payments StatefulSet pay/ledger: refused by the API server" in colored
    assert "\x1b[31mpayments    prod-us  OutOfSync" in colored


def test_a_report_of_nothing_is_its_verdict() -> None:
    assert text(samples.a_report(started=0, finished=0)) == "No applications found\n"


def test_why_a_wait_failed_is_told_line_by_line() -> None:
    report = samples.sync_timed_out()
    cause = (
        "Deployment shop/web: Progressing\n  Likely cause: the image cannot be pulled.\n  Pod web-1: ImagePullBackOff"
    )
    failed = [replace(each, causes=(cause,)) if each.causes else each for each in report.applications]
    told = text(replace(report, applications=tuple(failed)))
    assert (
        "Why:\n  Deployment shop/web: Progressing\n"
        "    Likely cause: the image cannot be pulled.\n    Pod web-1: ImagePullBackOff\n"
    ) in told


def test_a_message_of_many_lines_keeps_them_and_none_looks_like_one_of_ours() -> None:
    condition = ConditionReport(
        type="ComparisonError",
        message="kustomize build: accumulating resources:\n  missing.yaml: no such file\nerror: forged\n\n::error::x",
        remedy="Add the file,\nor remove the entry.",
    )
    shown = text(samples.a_report(samples.an_application("web", conditions=(condition,), sync_status="Unknown")))
    assert (
        "error: web: ComparisonError\n"
        "  kustomize build: accumulating resources:\n"
        "    missing.yaml: no such file\n"
        "  error: forged\n"
        "  ::error::x\n"
        "  -> Add the file,\n"
        "     or remove the entry.\n"
    ) in shown


def test_of_a_very_long_message_the_beginning_is_shown() -> None:
    condition = ConditionReport(type="ComparisonError", message="\n".join(f"line {at}" for at in range(50)))
    shown = text(samples.a_report(samples.an_application("web", conditions=(condition,), sync_status="Unknown")))
    assert "  line 18\n  … 50 lines in all\n" in shown
