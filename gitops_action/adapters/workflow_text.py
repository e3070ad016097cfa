"""Text for the runner: what is safe to print, how a command is spelled, what fits into a summary.

In: strings, many of them hostile. Out: strings. Never prints.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUMMARY_LIMIT = 1024 * 1024
"""Bytes of all summaries of a step; above it the runner drops the whole."""
MIN_SECRET = 4
"""A shorter value is not masked: it would stand in half of all words of the log."""
_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS and their like, up to their end
    r"|[ -/]*[0-~])?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NOTE = "\n\n> [!WARNING]\n> This summary is cut at GitHub's limit of 1 MiB; the report's files have the whole.\n"
_TAG = re.compile(r"<(?P<closing>/?)details\b[^>]*>")
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})")


def plain(text: str) -> str:
    """Return text without escape sequences, control characters and marks that reverse the reading direction."""
    text = _ESCAPE_SEQUENCE.sub("", text.replace("\r\n", "\n"))
    # The runner ends a line at a lone carriage return too.
    return _CONTROL.sub("", text.replace("\r", "\n"))


def is_command_like(text: str) -> bool:
    """Tell whether the runner could find a command in text: the spelling of today, or the old one in brackets."""
    return "::" in text or "##[" in text


def command(name: str, value: str, properties: Mapping[str, str | int] | None = None) -> str:
    """Spell a workflow command; empty properties are left out."""
    given = ",".join(f"{key}={_property(str(entry))}" for key, entry in (properties or {}).items() if entry)
    return f"::{name}{' ' + given if given else ''}::{data(value)}"


def data(value: str) -> str:
    """Escape the value of a command."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return data(value).replace(":", "%3A").replace(",", "%2C")


def secrets_of(value: str) -> Iterator[str]:
    """Yield what must not be shown of a secret: its lines, and how they look encoded."""
    parts = [value.strip(), *(line.strip() for line in value.splitlines())]
    for part in dict.fromkeys(parts):
        if len(part) < MIN_SECRET:
            continue
        forms = [
            part,
            base64.b64encode(part.encode(errors="surrogatepass")).decode(),
            quote(part, safe="", errors="replace"),
            json.dumps(part)[1:-1],
        ]
        if part == value.strip() and part != value:
            forms.append(base64.b64encode(value.encode(errors="surrogatepass")).decode())
        # The runner masks line by line; a text of many lines is masked by its lines and by its encoded forms.
        yield from dict.fromkeys(form for form in forms if "\n" not in form)


def fit_summary(markdown: str, limit: int) -> str:
    """Return markdown within ``limit`` bytes: whole, or cut after a line, open blocks closed, with a note.

    Empty where not even the note fits.
    """
    if len(markdown.encode(errors="replace")) <= limit:
        return markdown
    room = limit - len(_NOTE.encode())
    if room < 0:
        return ""
    head = markdown.encode(errors="replace")[:room].decode(errors="ignore")
    lines = head.split("\n")[:-1]
    while lines and len("\n".join(lines).encode()) + len(_ending(lines).encode()) > room:
        lines.pop()
    return "\n".join(lines) + _ending(lines) + _NOTE


def _ending(lines: list[str]) -> str:
    """Return what closes the fence and the details that the lines leave open."""
    fence, depth = "", 0
    for line in lines:
        found = _FENCE.match(line)
        if fence:
            if found and found["fence"].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif found:
            fence = found["fence"]
        else:
            depth += sum(-1 if tag["closing"] else 1 for tag in _TAG.finditer(line))
    return (f"\n{fence}" if fence else "") + "\n\n</details>" * max(depth, 0)
