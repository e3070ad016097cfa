r"""Foreign text made harmless for the place where it is shown.

In: any text of a manifest, a cluster, a branch or a program. Out: the same text, such that it cannot be taken for
markup, a mention, a link, a terminal command or a line of its own. Never decides what is worth showing.

Control characters and characters that reorder or hide text are written out (``\u202e``), because a reviewer must see
that they are there; only a message loses its terminal colours. For Markdown and HTML the characters of markup become
numeric references, which are inert in prose, in table cells and inside HTML alike. GitHub looks for mentions,
references, emoji and links after references are resolved, so these are broken by a zero-width space.
"""

from __future__ import annotations

import re

from markupsafe import Markup

LINE_LIMIT = 600
"""Characters of one line of a diff or a message that are shown."""

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC: titles, links
    r"|\x1b[ -/]*[0-~]"  # two-character sequences
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~]")
_BLOCK = re.compile(r"\A(\d{0,9})([.)+-](?=\s|\Z)|#(?=#{0,5}(?:\s|\Z))|[-=](?=[-= ]*\Z))")
"""What begins a heading, a list, a rule, or underlines a heading, where a text is the first thing on a line."""
_ATTRIBUTE = re.compile(r"[<>&\"'`]")
_ACTIVE = re.compile(
    r"@(?=\w)"  # mentions, addresses
    r"|\#(?=\d)"  # issues
    r"|\b[Gg][Hh]-(?=\d)"
    r"|:(?=//)"  # links
    r"|\bwww(?=\.)"
    r"|\b(?:mailto|xmpp):"
    r"|:(?=[\w+-]+:)"  # emoji
)
_BACKTICKS = re.compile(r"`+")
_BREAK = "\u200b"


def visible(text: str) -> str:
    """Return text in which everything is seen: control characters are written out, lines end with a line feed."""
    return _UNSEEN.sub(_written_out, text.replace("\r\n", "\n"))


def plain(text: str) -> str:
    """Return ``visible`` text without terminal sequences, as for messages and logs, where colour is no content."""
    return visible(_ANSI.sub("", text))


def clip(text: str, limit: int) -> str:
    """Return text cut to ``limit`` characters, saying how many are missing."""
    if len(text) <= limit:
        return text
    return _clipped(text[:limit], len(text) - limit)


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return text as one line: white space is folded, what is too long is cut."""
    head, rest = text[: 8 * limit], len(text[8 * limit :])
    folded = " ".join(plain(head).split())
    if len(folded) <= limit and not rest:
        return folded
    return _clipped(folded[:limit], len(folded[limit:]) + rest)


def lines(text: str, limit: int = LINE_LIMIT) -> list[str]:
    """Return the lines of a text, each cut to ``limit`` characters."""
    shorter = "\n".join(clip(line, limit) for line in text.replace("\r\n", "\n").rstrip("\n").split("\n"))
    return visible(shorter).split("\n")


def prose(text: str, limit: int = LINE_LIMIT) -> Markup:
    """Return text for a Markdown paragraph, heading, quotation, table cell, or HTML element; always one line."""
    return Markup(_inert(one_line(text, limit)))  # noqa: S704 - this is the function that makes it safe


def code(text: str, limit: int = LINE_LIMIT) -> Markup:
    """Return text as a Markdown code span, for a paragraph or a table cell."""
    content = one_line(text, limit)
    if not content:
        return Markup("")
    if "|" in content:  # a bar divides cells even within a code span; in HTML it can be written as a reference
        return html_code(text, limit)
    longest = max((len(run) for run in _BACKTICKS.findall(content)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if content[0] == "`" or content[-1] == "`" else ""
    return Markup(f"{ticks}{pad}{content}{pad}{ticks}")  # noqa: S704 - no run of back-ticks inside ends the span


def html_code(text: str, limit: int = LINE_LIMIT) -> Markup:
    """Return text as a ``<code>`` element, for HTML such as ``<summary>``."""
    content = one_line(text, limit)
    return Markup(f"<code>{_inert(content)}</code>") if content else Markup("")  # noqa: S704 - made inert


def fence(text: str, language: str = "", limit: int = LINE_LIMIT) -> Markup:
    """Return a fenced block whose fence is longer than any run of back-ticks inside."""
    content = "\n".join(lines(text, limit))
    longest = max((len(run) for run in _BACKTICKS.findall(content)), default=0)
    ticks = "`" * max(3, longest + 1)
    return Markup(f"{ticks}{language}\n{content}\n{ticks}")  # noqa: S704 - the fence cannot be closed from inside


def attribute(text: str) -> Markup:
    """Return text for a quoted HTML attribute, without white space."""
    content = "".join(plain(text).split())
    return Markup(_ATTRIBUTE.sub(_reference, content))  # noqa: S704 - quotes and angle brackets are references


def _clipped(text: str, missing: int) -> str:
    return f"{text} … ({missing:,} more characters)"


def _inert(text: str) -> str:
    broken = _ACTIVE.sub(lambda match: match.group() + _BREAK, text)
    referenced = _MARKUP.sub(_reference, broken)
    return _BLOCK.sub(lambda match: match[1] + _reference(match[2]), referenced).replace("$", "<span>$</span>")


def _reference(character: str | re.Match[str]) -> str:
    return f"&#{ord(character if isinstance(character, str) else character.group())};"


def _written_out(match: re.Match[str]) -> str:
    point = ord(match.group())
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
