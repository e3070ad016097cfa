"""The runner of GitHub Actions, or a plain terminal where there is none.

In: texts, many of them hostile. Out: workflow commands, the step's files, and a log in which nothing that is not ours
is taken for a command. Everything goes to one stream, for the runner reads standard output and standard error apart.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gitops_action.adapters.workflow_text import (
    SUMMARY_LIMIT,
    command,
    fit_summary,
    is_command_like,
    plain,
    secrets_of,
)
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.ports import Workflow

ANNOTATION_LIMIT = 10
"""Annotations of each level that GitHub shows of a step."""
_LEVELS = ("error", "warning", "notice")
_OUTPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def connect_workflow(environ: Mapping[str, str], stream: TextIO) -> Workflow:
    """Return the runner where we are in one, else the terminal."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return ActionsWorkflow(
            stream, output=environ.get("GITHUB_OUTPUT", ""), summary=environ.get("GITHUB_STEP_SUMMARY", "")
        )
    return TerminalWorkflow(stream)


class _Masks:
    """The texts that may not be shown, longest first, so that no part of a longer one stays."""

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def add(self, secret: str) -> list[str]:
        """Add a secret and return the forms of it that are new."""
        new = [form for form in secrets_of(secret) if form not in self._secrets]
        self._secrets = sorted({*self._secrets, *new}, key=len, reverse=True)
        return new

    def hide(self, text: str) -> str:
        """Return text with asterisks for secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class ActionsWorkflow:
    """``ports.Workflow`` for a step of GitHub Actions."""

    def __init__(self, stream: TextIO, *, output: str, summary: str) -> None:
        self._stream = stream
        self._output = output
        self._summary = summary
        self._masks = _Masks()
        self._annotated: Counter[str] = Counter()
        self._lock = threading.RLock()

    def mask(self, secret: str) -> None:
        """Hide a text in all that is logged from now on, and its usual encodings."""
        with self._lock:
            for form in self._masks.add(secret):
                self._write(command("add-mask", form))

    def hide(self, text: str) -> str:
        """Return a text without what is masked."""
        with self._lock:
            return self._masks.hide(text)

    def set_output(self, name: str, value: str) -> None:
        """Set a step output."""
        if not _OUTPUT_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an output")
        value = self._masks.hide(value)
        delimiter = f"gitops-{secrets.token_hex(16)}"
        with self._lock, _step_file(self._output, "GITHUB_OUTPUT").open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def write_summary(self, markdown: str) -> None:
        """Write the step's job summary, after what is there; cut with a note where GitHub would drop the whole."""
        path = _step_file(self._summary, "GITHUB_STEP_SUMMARY")
        with self._lock:
            used = path.stat().st_size if path.exists() else 0
            text = fit_summary(self._masks.hide(markdown).rstrip("\n") + "\n", SUMMARY_LIMIT - used)
            with path.open("a", encoding="utf-8", newline="\n", errors="replace") as file:
                file.write(text)
        if not text:
            self.annotate("warning", "The job summary is full (1 MiB a step): the report is in its files only.")

    def annotate(self, level: str, message: str, *, title: str = "", file: str = "", line: int = 0) -> None:
        """Write an annotation; beyond what GitHub shows of a step it is plain text in the log."""
        if level not in _LEVELS:
            raise ValueError(f"{level!r} is no level of an annotation")
        message, title, file = (self._masks.hide(plain(text)) for text in (message, title, file))
        with self._lock:
            self._annotated[level] += 1
            # One notice is kept for saying how much was held back.
            if self._annotated[level] > ANNOTATION_LIMIT - (level == "notice"):
                place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
                self.log(f"{level}: {place}{title + ': ' if title else ''}{message}")
                return
            properties: dict[str, str | int] = {"file": file, "line": line if file else 0, "title": title}
            self._write(command(level, message, properties))

    def log(self, text: str) -> None:
        """Write text to the log such that nothing in it is taken for a command."""
        text = self._masks.hide(plain(text)).rstrip("\n")
        with self._lock:
            if not is_command_like(text):
                self._write(text)
                return
            token = secrets.token_hex(16)
            self._write(f"::stop-commands::{token}\n{text}\n::{token}::")

    def progress(self, subject: str, words: str) -> None:
        """Do nothing: a log keeps what was done, and not what is being done."""

    def group(self, title: str, text: str) -> None:
        """Write text to the log, folded under a title."""
        with self._lock:
            self._write(command("group", " ".join(self._masks.hide(plain(title)).split())))
            self.log(text)
            self._write("::endgroup::")

    def close(self) -> None:
        """Say how many annotations were held back."""
        with self._lock:
            held = {level: self._annotated[level] - ANNOTATION_LIMIT + (level == "notice") for level in _LEVELS}
            self._annotated.clear()
            if any(count > 0 for count in held.values()):
                counts = ", ".join(f"{count} more of level {level}" for level, count in held.items() if count > 0)
                self._write(command("notice", f"GitHub shows no more annotations of a step; in the log: {counts}."))

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


class TerminalWorkflow:
    """``ports.Workflow`` where no runner listens: people read the stream, and there are no outputs and no summary."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._masks = _Masks()
        self._lock = threading.Lock()

    def mask(self, secret: str) -> None:
        """Hide a text in all that is written from now on."""
        with self._lock:
            self._masks.add(secret)

    def hide(self, text: str) -> str:
        """Return a text without what is masked."""
        with self._lock:
            return self._masks.hide(text)

    def set_output(self, name: str, value: str) -> None:
        """Do nothing: outputs are for the next step of a job."""

    def write_summary(self, markdown: str) -> None:
        """Do nothing: the text of the report is what a terminal shows."""

    def annotate(self, level: str, message: str, *, title: str = "", file: str = "", line: int = 0) -> None:
        """Write a line such as compilers write."""
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        self.log(f"{place}{level}: {title + ': ' if title else ''}{message}")

    def log(self, text: str) -> None:
        """Write text without what would steer the terminal."""
        with self._lock:
            self._stream.write(self._masks.hide(plain(text)).rstrip("\n") + "\n")
            self._stream.flush()

    def progress(self, subject: str, words: str) -> None:
        """Do nothing: a log keeps what was done, and not what is being done."""

    def group(self, title: str, text: str) -> None:
        """Do nothing: a terminal folds nothing, and has shown the text already."""

    def close(self) -> None:
        """Do nothing: nothing was held back."""


def _step_file(path: str, variable: str) -> Path:
    if not path:
        raise UsageError(
            f"GITHUB_ACTIONS is true, but {variable} is not set",
            remedy=f"Pass {variable} into the container, as GitHub's runner does.",
        )
    return Path(path)
