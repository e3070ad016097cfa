"""A reader of GitHub's Markdown that says what a page is made of: elements, links, mentions, what is left open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_VOID = {"br", "img", "hr"}
_MENTION = re.compile(r"(?<!\w)@\w|(?<!\w)#\d|\bGH-\d")


@dataclass
class Page:
    """What was found; ``mentions`` are those outside code."""

    elements: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    ragged_rows: list[str] = field(default_factory=list)
    headings: int = 0
    tables: int = 0
    text: str = ""


def parse(markdown: str) -> Page:
    """Read a page, HTML within it included."""
    html = (
        MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"]).render(markdown)
    )
    reader = _Reader()
    reader.feed(html)
    reader.close()
    page = reader.page
    page.unclosed += reader.open
    page.ragged_rows = _ragged_rows(html)
    return page


def _ragged_rows(html: str) -> list[str]:
    """Return table rows that have not as many cells as the head; GitHub would drop or invent cells."""
    ragged = []
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        head, *rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        ragged += [row for row in rows if row.count("<td") != head.count("<th")]
    return ragged


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {"p", "pre", "table", "thead", "tbody", "tr", "th", "td", "strong", "blockquote", "ul", "li", "h3"}
        if tag not in known:
            self.page.elements.add(tag)
        self.page.headings += tag in {"h1", "h2", "h3", "h4", "h5", "h6"}
        self.page.tables += tag == "table"
        self.page.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]
        self.page.images += [value or "" for name, value in attrs if tag == "img" and name == "src"]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.page.unclosed.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if not {"code", "pre"} & set(self.open):
            self.page.mentions += _MENTION.findall(data)

    def handle_comment(self, data: str) -> None:
        self.page.comments.append(f"<!--{data}-->")
