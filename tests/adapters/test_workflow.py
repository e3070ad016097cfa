"""What the runner gets to read, and what hostile text cannot make it do."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_action.adapters.workflow import ActionsWorkflow, TerminalWorkflow, connect_workflow
from gitops_action.adapters.workflow_text import SUMMARY_LIMIT, fit_summary, plain
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "fine\n::error::pwned\n  ::add-mask::a\r::set-output name=x::y\n##[group]z\x1b[31m\x00 \u202eevil"


class Runner:
    """Reads a log as GitHub's runner does: which lines are commands, and which are text."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    def commands(self) -> list[str]:
        """Return the lines that the runner carries out, in either spelling."""
        found, token = [], ""
        for line in re.split(r"\r\n|\r|\n", self.stream.getvalue()):
            if token:
                token = "" if line == f"::{token}::" else token
            elif stopped := re.fullmatch(r"::stop-commands::(\S+)", line):
                token = stopped[1]
            elif line.lstrip().startswith("::") or "##[" in line:
                found.append(line)
        assert not token, "commands stay off"
        return found


def actions(tmp_path: Path) -> tuple[ActionsWorkflow, Runner]:
    runner = Runner()
    workflow = ActionsWorkflow(runner.stream, output=str(tmp_path / "output"), summary=str(tmp_path / "summary"))
    return workflow, runner


def read_outputs(text: str) -> dict[str, str]:
    """Read ``GITHUB_OUTPUT`` as the runner does."""
    outputs, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, _, delimiter = line.partition("<<")
        value = []
        for entry in lines:
            if entry == delimiter:
                break
            value.append(entry)
        outputs[name] = "\n".join(value)
    return outputs


# --- log ---


def test_text_without_commands_is_logged_as_it_is(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.log("Synced\n  3 resources\n")
    assert runner.stream.getvalue() == "Synced\n  3 resources\n"


def test_hostile_text_is_logged_between_a_random_token_and_carries_out_nothing(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.log(HOSTILE)
    workflow.log(HOSTILE)
    first, second = (line for line in runner.lines if line.startswith("::stop-commands::"))
    assert runner.commands() == []
    assert first != second
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32
    assert runner.lines[:9] == [
        first,
        "fine",
        "::error::pwned",
        "  ::add-mask::a",
        "::set-output name=x::y",
        "##[group]z evil",
        f"::{token}::",
        second,
        "fine",
    ]


@given(st.text(alphabet=st.sampled_from("::#[]error\r\n\x1b\x00 %,é\x85\u2028"), max_size=60))
def test_no_text_whatever_becomes_a_command(text: str) -> None:
    runner = Runner()
    workflow = ActionsWorkflow(runner.stream, output="", summary="")
    workflow.log(text)
    assert runner.commands() == []
    workflow.group(text, text)
    assert [command.split("::")[1].split(" ")[0] for command in runner.commands()] == ["group", "endgroup"]


def test_a_group_is_folded_under_its_title_on_one_line(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.group("web\n::endgroup::", "3 resources")
    assert runner.lines == ["::group::web ::endgroup::", "3 resources", "::endgroup::"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x9b31mred", "red"),
        ("a\x00b\x08c\x7fd\x85e", "abcde"),
        ("tab\tstays\r\nline", "tab\tstays\nline"),
        ("over\rwritten", "over\nwritten"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("\ud800", ""),
        ("naïve 日本 😀", "naïve 日本 😀"),
        ("\x1b", ""),
    ],
)
def test_escape_sequences_and_control_characters_are_taken_out(text: str, shown: str) -> None:
    assert plain(text) == shown


# --- annotations ---


def test_an_annotation_escapes_what_would_end_its_properties_or_its_line(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.annotate("error", "50 %\nnot\r\n::error::two", title="a: b, c\n", file="apps/a,b.yaml", line=7)
    workflow.annotate("warning", "no place", line=7)
    assert runner.lines == [
        "::error file=apps/a%2Cb.yaml,line=7,title=a%3A b%2C c%0A::50 %25%0Anot%0A::error::two",
        "::warning::no place",
    ]


def test_annotations_that_github_would_not_show_are_logged_and_counted(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    for number in range(13):
        workflow.annotate("error", f"error {number}", title="web", file="web.yaml", line=number + 1)
    for number in range(10):
        workflow.annotate("notice", f"notice {number}")
    workflow.annotate("warning", "one")
    workflow.close()
    workflow.close()
    levels = [command.split(" ")[0].split("::")[1] for command in runner.commands()]
    assert {level: levels.count(level) for level in levels} == {"error": 10, "notice": 10, "warning": 1}
    assert runner.lines[10:13] == [f"error: web.yaml:{number + 1}: web: error {number}" for number in (10, 11, 12)]
    assert runner.lines[-1] == (
        "::notice::GitHub shows no more annotations of a step; in the log: 3 more of level error, "
        "1 more of level notice."
    )


def test_an_unknown_level_is_a_bug(tmp_path: Path) -> None:
    workflow, _ = actions(tmp_path)
    with pytest.raises(ValueError, match="debug"):
        workflow.annotate("debug", "text")


# --- masks ---


def test_a_secret_is_masked_line_by_line_and_in_its_encodings(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.mask("p%ss wörd\nabc\nline two\n")
    encoded = [base64.b64encode(text.encode()).decode() for text in ("p%ss wörd\nabc\nline two", "p%ss wörd")]
    assert runner.lines[0] == f"::add-mask::{encoded[0]}"
    assert "::add-mask::p%25ss wörd" in runner.lines
    assert f"::add-mask::{encoded[1]}" in runner.lines
    assert "::add-mask::p%2525ss%2520w%25C3%25B6rd" in runner.lines
    assert "::add-mask::line two" in runner.lines
    assert not [line for line in runner.lines if line.endswith("::abc")]
    assert all(line.startswith("::add-mask::") for line in runner.lines)
    workflow.mask("line two")
    assert len(runner.lines) == len(set(runner.lines))


def test_a_short_or_empty_value_is_not_masked_for_it_would_ruin_the_log(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    for secret in ("", "abc", "\n", "  1 "):
        workflow.mask(secret)
    assert runner.lines == []


def test_no_channel_shows_a_secret_even_with_escape_sequences_inside(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.mask("hunter2")
    masked = len(runner.lines)
    for text in ("it is hunter2", "it is hun\x1b[0mter2", base64.b64encode(b"hunter2").decode()):
        workflow.log(text)
        workflow.group(text, text)
        workflow.annotate("error", text, title=text, file=text, line=1)
    workflow.set_output("text", "hunter2")
    workflow.write_summary("hunter2")
    shown = "\n".join(runner.lines[masked:]) + (tmp_path / "output").read_text() + (tmp_path / "summary").read_text()
    assert "hunter2" not in shown
    assert base64.b64encode(b"hunter2").decode() not in shown


# --- outputs ---


def test_an_output_cannot_set_another_one(tmp_path: Path) -> None:
    workflow, _ = actions(tmp_path)
    workflow.set_output("sync-status", "OutOfSync")
    workflow.set_output("applications", '[\n{"name": "EOF"}\n]\nEOF\nother<<EOF\nevil\nEOF')
    workflow.set_output("empty", "")
    written = (tmp_path / "output").read_text()
    assert read_outputs(written) == {
        "sync-status": "OutOfSync",
        "applications": '[\n{"name": "EOF"}\n]\nEOF\nother<<EOF\nevil\nEOF',
        "empty": "",
    }
    delimiters = re.findall(r"<<(gitops-[0-9a-f]{32})$", written, re.MULTILINE)
    assert len(set(delimiters)) == 3


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "a=b", "1a"])
def test_a_name_that_is_none_is_a_bug(tmp_path: Path, name: str) -> None:
    workflow, _ = actions(tmp_path)
    with pytest.raises(ValueError, match="no name of an output"):
        workflow.set_output(name, "value")


def test_a_runner_without_its_files_is_a_usage_error() -> None:
    workflow = connect_workflow({"GITHUB_ACTIONS": "true"}, io.StringIO())
    with pytest.raises(UsageError, match="GITHUB_OUTPUT is not set"):
        workflow.set_output("name", "value")
    with pytest.raises(UsageError, match="GITHUB_STEP_SUMMARY is not set"):
        workflow.write_summary("text")


# --- summary ---


def test_summaries_of_a_step_follow_one_another(tmp_path: Path) -> None:
    workflow, _ = actions(tmp_path)
    workflow.write_summary("# one")
    workflow.write_summary("# two\n\n")
    assert (tmp_path / "summary").read_text() == "# one\n# two\n"


def test_a_summary_above_the_limit_is_cut_with_a_note_instead_of_dropped_by_github(tmp_path: Path) -> None:
    workflow, runner = actions(tmp_path)
    workflow.write_summary("# head\n<details><summary>web</summary>\n\n````diff\n" + "+ é\n" * 400_000)
    text = (tmp_path / "summary").read_bytes()
    assert SUMMARY_LIMIT - 100 < len(text) <= SUMMARY_LIMIT
    assert text.decode().endswith(
        "+ é\n````\n\n</details>\n\n> [!WARNING]\n"
        "> This summary is cut at GitHub's limit of 1 MiB; the report's files have the whole.\n"
    )
    workflow.write_summary("more")
    assert (tmp_path / "summary").stat().st_size <= SUMMARY_LIMIT
    assert "The job summary is full" in runner.lines[-1]


@pytest.mark.parametrize(
    ("markdown", "limit", "ending"),
    [
        ("short\n", 1000, "short\n"),
        ("a\n```\ncode\n```\n" + "b\n" * 200, 300, "b\n\n> [!WARNING]"),
        ("~~~~\n```\n~~~\n" + "c\n" * 200, 300, "c\n~~~~\n\n> [!WARNING]"),
        ("```\n</details>\n" + "c\n" * 200, 300, "c\n```\n\n> [!WARNING]"),
        ("<details><details open></details>\n" + "d\n" * 200, 300, "d\n\n</details>\n\n> [!WARNING]"),
        ("one line " * 100, 300, "\n\n> [!WARNING]"),
        ("x" * 100, 50, ""),
    ],
)
def test_a_cut_summary_closes_what_it_leaves_open(markdown: str, limit: int, ending: str) -> None:
    fitted = fit_summary(markdown, limit)
    assert len(fitted.encode()) <= limit
    assert fitted.partition("\n> This summary")[0].endswith(ending)


# --- outside of Actions ---


def test_on_a_terminal_the_same_calls_are_plain_lines_without_commands() -> None:
    stream = io.StringIO()
    workflow = connect_workflow({"GITHUB_ACTIONS": "false"}, stream)
    assert isinstance(workflow, TerminalWorkflow)
    workflow.mask("hunter2")
    workflow.set_output("name", "value")
    workflow.write_summary("# summary")
    workflow.annotate("error", "selector is immutable", title="web", file="web.yaml", line=7)
    workflow.annotate("warning", "two\nlines")
    workflow.group("web", "3 resources")
    workflow.log("\x1b[31m::error::hunter2")
    workflow.close()
    assert stream.getvalue() == ("web.yaml:7: error: web: selector is immutable\nwarning: two\nlines\n::error::***\n")
