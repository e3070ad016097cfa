"""Real Chromium, for pages that may not reach a network.

A page is opened from a file. Whatever it gets beyond that file, whatever its script logs as an error, and whatever
its policy refuses is kept for the test to see.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

from gitops_action.report.html import html
from tools.picture import BROWSERS, FLAGS, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page, Response

    from gitops_action.report.model import Report


class Opened:
    """A page in a tab, with what it should not do."""

    def __init__(self, tab: Page, file: Path) -> None:
        self.tab = tab
        self.file = file
        self.answers: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        tab.on("response", self._answered)
        tab.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("dialog", self._asked)

    def go(self, place: str = "") -> Page:
        """Show a place of the page and return its tab."""
        address = f"file://{self.file}"
        if self.tab.url.split("#")[0] == address:
            self.tab.evaluate("place => { location.hash = place }", place)
        else:
            self.tab.goto(f"{address}{place}")
        self.tab.wait_for_selector("html[data-ready]")
        return self.tab

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _answered(self, response: Response) -> None:
        if response.url.split("#")[0] != f"file://{self.file}":
            self.answers.append(response.url)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(*BROWSERS), args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser,
    report: Report,
    folder: Path,
    *,
    width: int = 1280,
    height: int = 860,
    colours: Literal["light", "dark"] = "light",
    scale: float = 1,
) -> Iterator[Opened]:
    """Write the report's page and open it."""
    file = folder / "report.html"
    file.write_text(html(report), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,
        device_scale_factor=scale,
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    yield Opened(context.new_page(), file)
    context.close()
