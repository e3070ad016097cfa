"""JSON values → YAML for people to read: block style, keys in their order, long texts as literal blocks.

In: a value. Out: its text, which ``load_documents`` reads back as the same value. Never masks: who shows a Secret
masks first.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from gitops_action.resource.scalars import is_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource.resource import Json

_WORD: Final = r"[A-Za-z0-9_./~+@%^(){}\[\]$*&!?,;<>=|'\"\\-]"
_PLAIN: Final = rf"(?:[A-Za-z0-9_/~+]|\.(?!\.)){_WORD}*(?:[ :]{_WORD}+)*"
"""Texts that surely read back as themselves without quotes, as long as they resolve to text; others are quoted."""
_ESCAPED: Final = r'["\\\n\t]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]'
"""What a double-quoted text cannot hold as it is."""
_UNPRINTABLE: Final = r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
"""What a literal block cannot hold."""
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when the first text is dumped: most runs dump none, and these take their time."""
    return re.compile(pattern)


def dump(value: Json) -> str:
    """Return one document, ending in a newline."""
    return "\n".join(_block(value, "")) + "\n"


def _block(value: Json, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(f"{indent}{_string(str(key))}:", item, indent)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _item(item, indent)
    else:
        yield indent + _scalar(value, indent)


def _entry(start: str, value: Json, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield start
        yield from _block(value, indent + "  ")
    elif isinstance(value, list) and value:
        yield start
        yield from _block(value, indent)
    else:
        yield f"{start} {_scalar(value, indent)}"


def _item(value: Json, indent: str) -> Iterator[str]:
    """Put the dash before the first line of a collection, which is indented by two more than the dash."""
    if isinstance(value, dict | list) and value:
        lines = _block(value, indent + "  ")
        yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
        yield from lines
    else:
        yield f"{indent}- {_scalar(value, indent)}"


def _scalar(value: Json, indent: str) -> str:
    match value:
        case str():
            return _literal(value, indent) if "\n" in value else _string(value)
        case {} | []:
            return "{}" if isinstance(value, dict) else "[]"
        case _:
            return json.dumps(value)


def _string(text: str) -> str:
    if is_text(text) and _compiled(_PLAIN).fullmatch(text):
        return text
    return f'"{_compiled(_ESCAPED).sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SHORT_ESCAPES.get(match[0]) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _literal(text: str, indent: str) -> str:
    if _compiled(_UNPRINTABLE).search(text) or not text.strip("\n"):
        return _string(text)
    body = text.rstrip("\n")
    trailing = len(text) - len(body)
    header = "|" + ("2" if body[0] in " \t\n" else "") + {0: "-", 1: ""}.get(trailing, "+")
    lines = [f"{indent}  {line}" if line else "" for line in body.split("\n")]
    return "\n".join([header, *lines, *[""] * (trailing - 1)])
