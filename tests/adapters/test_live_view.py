"""The live view: what each application is at, on a real pseudo-terminal; nothing is left of it at the end."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from io import StringIO

import pytest

from gitops_action.adapters.live_view import ROWS, LiveWorkflow

CLEARED = "\x1b[2K"
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def watched(terminal: Terminal) -> LiveWorkflow:
    return LiveWorkflow(terminal, environ={"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"})


def words(text: str) -> str:
    return _SEQUENCE.sub("", text)


def test_what_an_application_is_at_is_shown_and_taken_away_again(terminal: Terminal) -> None:
    workflow = watched(terminal)
    workflow.progress("storefront", "rendering and comparing")
    workflow.progress("storefront", "wave 1: waiting for 2 objects")
    workflow.progress("storefront", "")
    shown = terminal.getvalue()
    assert "storefront" in words(shown)
    assert "1 at work" in words(shown)
    assert CLEARED in shown
    assert shown.endswith("\x1b[?25h") or "\x1b[?25h" in shown, "the cursor is back"


def test_lines_stay_above_the_view(terminal: Terminal) -> None:
    workflow = watched(terminal)
    workflow.progress("storefront", "applying")
    workflow.log("storefront: Deployment shop/web configured")
    workflow.progress("storefront", "")
    assert "storefront: Deployment shop/web configured\n" in words(terminal.getvalue()).replace("\r", "")


def test_more_than_fit_are_counted(terminal: Terminal) -> None:
    workflow = watched(terminal)
    for number in range(ROWS + 3):
        workflow.progress(f"web-{number}", "comparing")
    workflow.stop()
    assert f"0 done · {ROWS + 3} at work · 3 more at work" in words(terminal.getvalue())


def test_hostile_words_do_not_steer_the_terminal_and_secrets_are_hidden(terminal: Terminal) -> None:
    workflow = watched(terminal)
    workflow.mask("hunter2-is-the-token")
    workflow.progress("a\x1b[2Jb [bold]", "\x1b]0;title\x07[red]hunter2-is-the-token\nnext")
    workflow.log("\x1b[31m[link=x]hunter2-is-the-token")
    workflow.progress("a\x1b[2Jb [bold]", "")
    shown = terminal.getvalue()
    assert "\x1b[2J" not in shown
    assert "\x1b]0;" not in shown
    assert "hunter2" not in shown
    assert "[red]***" in words(shown)
    assert "[link=x]***" in words(shown)


def test_without_progress_it_is_a_plain_terminal(terminal: Terminal) -> None:
    workflow = watched(terminal)
    workflow.log("one line")
    workflow.progress("never begun", "")
    assert terminal.getvalue() == "one line\n"


@pytest.mark.parametrize(
    ("term", "ci", "is_live"), [("xterm", "", True), ("dumb", "", False), ("xterm", "true", False)]
)
def test_only_a_terminal_that_somebody_looks_at_has_it_and_nobody_else_imports_rich(
    term: str, ci: str, is_live: bool
) -> None:
    program = (
        "import sys\n"
        "from gitops_action.cli.flags import ports_to\n"
        "ports = ports_to(sys.stderr)\n"
        "print(type(ports.workflow).__name__, 'rich' in sys.modules)\n"
    )
    parent, child = pty.openpty()
    environ = {key: value for key, value in os.environ.items() if key not in ("GITHUB_ACTIONS", "CI")}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=child,
        env=environ | {"TERM": term, "CI": ci},
        check=True,
        text=True,
    )
    assert not select.select([parent], [], [], 0)[0]
    os.close(child)
    os.close(parent)
    assert ran.stdout == ("LiveWorkflow True\n" if is_live else "TerminalWorkflow False\n")
