"""Whatever texts manifests, clusters, branches and logs hold: nothing is executed, notified, opened or leaked.

Each text of a report is replaced by a hostile one, and the report is shown in every place there is. The log is read as
GitHub's runner reads it, the comment and the summary as GitHub's Markdown is read, the page by Chromium.
"""

from __future__ import annotations

import base64
import gzip
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitops_action.adapters.workflow import ActionsWorkflow
from gitops_action.commands.publish import show, write_outputs
from gitops_action.commands.report_files import ReportFiles
from gitops_action.outputs import OUTPUTS
from gitops_action.report.comment import comment
from gitops_action.report.html import html
from gitops_action.report.json import from_json, to_json
from gitops_action.report.model import ConditionReport, HiddenReport, ImageChange, Mode, Report
from gitops_action.report.texts import cleared, with_texts
from tests.github_server.job import read_outputs
from tests.report import gfm, page_samples, samples
from tests.report.browser import chromium, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "hunter2-is-the-token"
RUN = "https://github.com/acme/platform/actions/runs/1"
FRAGMENTS = (
    "```",
    "`````\n",
    "</details></summary>",
    "<script>window.pwned = 1; alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<!-- gitops-action:v1 e30 -->",
    "<!--<script>",
    "\"onmouseover='alert(4)'",
    "javascript:alert(5)",
    "[a](javascript:alert(6))",
    "![a](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "@acme/admins",
    "#1 GH-2 a@b.example",
    "{{ 7 * 7 }} {% raw %} ${{ secrets.TOKEN }}",
    "\n::set-env name=PATH::/evil\n",
    "\r::add-mask::x\r",
    "::error file=a::forged",
    "##[add-mask]x",
    "::stop-commands::mine\n",
    "::set-output name=changed::true\n",
    "\nchanged=true\nreport-json<<EOF\nx\nEOF\n",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\u202e\u2066\u200b\ufeff\u2028",
    "\x00\x07\x9b2J",
    "| a | b |\n|:--|:--|\n",
    "# heading\n- item\n> [!CAUTION]\n",
    "$x$ **b** _i_ ~~s~~ :tada: &lt; &#64;",
    "\\",
    "\ud800",
    "%0A::warning::x",
    SECRET,
)
HOSTILE = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8)), min_size=1, max_size=6).map("".join)
ALL_AT_ONCE = "".join(FRAGMENTS)
LONG = "".join(FRAGMENTS) + "x" * 1_000_000 + "<script>alert(7)</script>\n::set-env name=a::b"
THOROUGH = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _skeleton(mode: Mode) -> Report:
    """Return a report in which every kind of text occurs."""
    shop = page_samples.everything().applications
    storefront = next(each for each in shop if each.name == "storefront")
    application = replace(
        storefront,
        resources=tuple(
            replace(
                each,
                hidden=(HiddenReport(rule="r", path="p"),),
                dangers=("danger",),
                images=(ImageChange(container="c", old="o", new="n"),),
                drift_writer="writer",
                file="file",
                result_message="message",
            )
            for each in (*storefront.resources[:1], *storefront.resources[6:9])
        ),
        tree=storefront.tree[:2],
        history=storefront.history[:2],
        conditions=(ConditionReport(type="SyncError", message="m", remedy="r"), ConditionReport(type="W", message="m")),
        causes=("cause",),
        refused="refused",
        health_message="unwell",
        operation_message="failed",
    )
    return samples.a_report(
        application, mode=mode, run_url=RUN, problems=("problem",), notes=("note",), dirty=("file",)
    )


SKELETONS = [_skeleton(mode) for mode in (Mode.DIFF, Mode.SYNC)]


def poisoned(skeleton: Report, text: str) -> Report:
    """Return the report with the hostile text in place of every text but the run's address, which is GitHub's."""
    replaced = replace(with_texts(skeleton, lambda _: text), run_url=RUN)
    return cleared(replaced, lambda each: each.replace(SECRET, "***"))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a step leaves behind."""

    log: str
    outputs: str
    summary: str


def run_step(report: Report, folder: Path) -> Shown:
    """Show a report as a step of a workflow does."""
    output, summary, stream = folder / "output", folder / "summary", StringIO()
    output.write_text("")
    summary.write_text("")
    workflow = ActionsWorkflow(stream, output=str(output), summary=str(summary))
    workflow.mask(SECRET)
    show(report, workflow)
    write_outputs(report, workflow, files=ReportFiles(json="r.json", html="r.html"), comment_url="https://x/1")
    workflow.close()
    read: Callable[[Path], str] = lambda path: path.read_bytes().decode()  # noqa: E731 - no newline may be translated
    return Shown(log=stream.getvalue(), outputs=read(output), summary=read(summary))


_COMMAND = re.compile(r"^\s*::(?P<name>[A-Za-z_-]+)(?P<properties> [^:]*)?::(?P<value>.*)$")
_LEGACY = re.compile(r"##\[(?P<name>[A-Za-z_-]+)")


def commands(log: str) -> list[tuple[str, str]]:
    """Return the commands that GitHub's runner would find in a log: every line ending that it knows begins a line."""
    found, token = [], ""
    for line in re.split(r"\r\n|\r|\n", log):
        if token:
            token = "" if line.strip() == f"::{token}::" else token
            continue
        command = _COMMAND.match(line)
        if command and command["name"] == "stop-commands":
            token = command["value"].strip()
        elif command:
            found.append((command["name"], (command["properties"] or "").strip()))
        elif legacy := _LEGACY.search(line):
            found.append((legacy["name"], "legacy"))
    assert token == "", "commands are switched on again"
    return found


def is_inert(markdown: str, header: str = "") -> None:
    """Assert that Markdown has no element, link, mention or comment but ours."""
    page = gfm.parse(markdown)
    assert page.elements <= {"details", "summary", "b", "br", "sub", "code", "a", "span"}
    assert page.images == []
    assert page.mentions == []
    assert set(page.links) <= {RUN, f"{RUN}#artifacts"}
    assert page.comments == ([header] if header else [])
    assert page.headings == 1
    assert page.unclosed == []
    assert page.ragged_rows == []
    assert SECRET not in markdown
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", markdown)


class _Elements(HTMLParser):
    """Gathers a page's elements and attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def elements(page: str) -> _Elements:
    found = _Elements()
    found.feed(page)
    found.close()
    return found


PLAIN_TAGS = {skeleton.mode: elements(html(skeleton)).tags for skeleton in SKELETONS}


@pytest.mark.parametrize("skeleton", SKELETONS, ids=["diff", "sync"])
@THOROUGH
@given(text=HOSTILE)
@example(text=ALL_AT_ONCE)
@example(text=LONG)
def test_a_comment_holds_nothing_but_ours(skeleton: Report, text: str) -> None:
    is_inert(comment(poisoned(skeleton, text), samples.HEADER), samples.HEADER)


@pytest.mark.parametrize("skeleton", SKELETONS, ids=["diff", "sync"])
@THOROUGH
@given(text=HOSTILE)
@example(text=ALL_AT_ONCE)
@example(text=LONG)
def test_a_step_executes_no_command_and_sets_no_output_but_ours(skeleton: Report, text: str, tmp_path: Path) -> None:
    shown = run_step(poisoned(skeleton, text), tmp_path)
    found = commands(shown.log)
    assert {name for name, _ in found} <= {"add-mask", "error", "warning", "notice"}
    for _, properties in found:
        assert {each.partition("=")[0] for each in properties.split(",") if each} <= {"file", "line", "title"}
    unmasked = "".join(line for line in shown.log.splitlines(keepends=True) if not line.startswith("::add-mask::"))
    assert SECRET not in unmasked
    assert "\x1b" not in unmasked
    assert list(read_outputs(shown.outputs)) == list(OUTPUTS)
    assert SECRET not in shown.outputs
    is_inert(shown.summary)


@pytest.mark.parametrize("skeleton", SKELETONS, ids=["diff", "sync"])
@THOROUGH
@given(text=HOSTILE)
@example(text=ALL_AT_ONCE)
@example(text=LONG)
def test_a_page_has_the_elements_that_it_has_without_them(skeleton: Report, text: str) -> None:
    page = html(poisoned(skeleton, text))
    found = elements(page)
    # What becomes a link where there is an address is none where the address is hostile.
    assert set(found.tags) <= set(PLAIN_TAGS[skeleton.mode])
    assert found.tags.count("script") == 3
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert {value for name, value in found.attributes if name in ("href", "src")} <= {"#", RUN}
    packed = re.search(r'id="diffs">([^<]*)<', page)
    assert packed
    assert SECRET not in page
    assert SECRET not in gzip.decompress(base64.b64decode(packed[1])).decode()


@THOROUGH
@given(text=HOSTILE)
def test_a_file_that_another_job_reads_is_what_was_written(text: str) -> None:
    report = poisoned(SKELETONS[0], text)
    assert from_json(to_json(report)) == report


PLACES = ["#", *(f"?tab={tab}" for tab in ("resources", "changes", "tree", "timeline", "history"))]


@pytest.mark.parametrize("text", [ALL_AT_ONCE, LONG], ids=["all", "long"])
def test_chromium_runs_no_script_and_asks_for_nothing(text: str, tmp_path: Path) -> None:
    with chromium() as browser, opened(browser, poisoned(SKELETONS[0], text), tmp_path) as page:
        tab = page.go("#")
        application = (tab.locator(".tile a").get_attribute("href") or "").partition("?")[0]
        for place in PLACES:
            page.go(place if place == "#" else f"{application}{place}")
            assert tab.evaluate("document.querySelector('#view').textContent.trim()")
        page.go(f"{application}?tab=resources")
        tab.locator(".resources th a").first.dispatch_event("click")
        tab.locator("#detail[open]").wait_for()
        assert tab.evaluate("window.pwned") is None
        assert (page.dialogs, page.answers, page.errors) == ([], [], [])
        assert (
            tab.evaluate("document.querySelectorAll('#view img, #view script, #view iframe, #detail img').length") == 0
        )
