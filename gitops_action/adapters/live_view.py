"""A live view for people at a terminal: what each application is at, below the lines that stay.

In: the same calls as any ``Workflow`` gets, and ``progress``. Out: a stream in which lines pass by above a table
that is drawn again and again, and of which nothing is left at the end. Only for a stream that is a terminal; it
imports rich, which nobody else waits for.
"""

from __future__ import annotations

import atexit
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from gitops_action.adapters.workflow import TerminalWorkflow
from gitops_action.adapters.workflow_text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

ROWS = 12
"""Applications that are shown at once; those that are at work longest."""
_PER_SECOND = 8


@dataclass(slots=True, kw_only=True)
class _Row:
    words: str
    since: float
    spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))


class LiveWorkflow(TerminalWorkflow):
    """``ports.Workflow`` for a terminal that somebody looks at."""

    def __init__(self, stream: TextIO, *, environ: Mapping[str, str] | None = None) -> None:
        super().__init__(stream)
        self._console = Console(file=stream, highlight=False, _environ=environ)
        self._rows: dict[str, _Row] = {}
        self._done = 0
        self._live: Live | None = None
        self._view_lock = threading.RLock()

    def log(self, text: str) -> None:
        """Write text above the view, without what would steer the terminal."""
        with self._view_lock:
            if self._live is None:
                super().log(text)
            else:
                self._console.print(Text(self.hide(plain(text)).rstrip("\n")))

    def progress(self, subject: str, words: str) -> None:
        """Show what a subject is at; without words it is done. The view ends with the last one."""
        with self._view_lock:
            if words:
                shown = " ".join(self.hide(plain(words)).split())
                row = self._rows.setdefault(subject, _Row(words=shown, since=time.monotonic()))
                row.words = shown
                self._start()
            elif self._rows.pop(subject, None) is not None:
                self._done += 1
                if not self._rows:
                    self.stop()

    def stop(self) -> None:
        """Take the view off the screen."""
        with self._view_lock:
            live, self._live = self._live, None
            if live is not None:
                live.stop()
                atexit.unregister(self.stop)

    def _start(self) -> None:
        if self._live is None:
            self._live = Live(
                console=self._console, get_renderable=self._view, refresh_per_second=_PER_SECOND, transient=True
            )
            self._live.start(refresh=True)
            atexit.register(self.stop)

    def _view(self) -> RenderableType:
        """Return the table as it is now; drawn by a thread of rich's."""
        with self._view_lock:
            rows = list(self._rows.items())
            done = self._done
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, style="bold", overflow="ellipsis", max_width=40)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True, justify="right", style="dim")
        now = time.monotonic()
        for subject, row in rows[:ROWS]:
            name = Text(" ".join(plain(subject).split()))
            table.add_row(row.spinner, name, Text(row.words), Text(f"{now - row.since:.0f} s"))
        more = f" · {len(rows) - ROWS} more at work" if len(rows) > ROWS else ""
        return Group(table, Text(f"{done} done · {len(rows)} at work{more}", style="dim"))
