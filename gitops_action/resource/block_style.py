"""The YAML that machines write, read three times as fast: one key or item a line, scalars without escapes.

In: the text of one document. Out: its value; or ``Unusual`` for a text that holds anything else (flow collections,
folded or escaped texts, anchors, tags, comments behind values, duplicate keys, errors), which the full reader must
decide. What comes out is what the full reader gives: a test compares the two on random texts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from gitops_action.resource.scalars import ScalarError, is_text, resolve

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject

_Row: TypeAlias = tuple[str, str, str, str, str, str, str]
"""A line: indentation, dash, key, value, item of a list, comment, anything else. An empty line has none of them."""

_WORD: Final = r"[A-Za-z0-9_./@%+=(),;<>$^*~!&?{}\[\]'\"|\\-]"
_PLAIN: Final = rf"(?:[A-Za-z0-9_/.]|-+[A-Za-z0-9]){_WORD}*(?::{_WORD}+)*(?: +{_WORD}+(?::{_WORD}+)*)*"
_QUOTED: Final = r"\"[^\"\\\n]*\"|'[^'\n]*'"
_SHORT: Final = rf"[A-Za-z0-9_/.][A-Za-z0-9_./@%+=;<>$^*~-]*|{_QUOTED}"
_PAIR: Final = rf"[A-Za-z_][A-Za-z0-9_./-]{{0,200}}: (?:{_SHORT})"
_LIST: Final = rf"\[(?:(?:{_SHORT})(?:, (?:{_SHORT}))*)?\]"
_PAIRS: Final = rf"\{{(?: ?{_PAIR}(?:, {_PAIR})* ?)?\}}"
_VALUE: Final = rf"{_PLAIN}|{_QUOTED}|\|-?|{_LIST}|{_PAIRS}"
_KEY: Final = r"[A-Za-z_][A-Za-z0-9_./-]{0,200}|\"[A-Za-z0-9_./ -]{0,200}\""
_ROW: Final = re.compile(
    rf"^( *)(?:(- )?(?:({_KEY}):(?: +({_VALUE}))?|({_VALUE})) *|(#[^\n]*)?)$|^([^\n]+)$", re.MULTILINE
)
_ITEMS: Final = re.compile(_SHORT)
_PAIRED: Final = re.compile(rf"([A-Za-z_][A-Za-z0-9_./-]*): ({_SHORT})")
_UNPRINTABLE: Final = re.compile(
    r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_COLUMN_LIMIT: Final = 100
_ROW_LIMIT: Final = 1_000_000
_MEMORY: Final = 100_000


class Unusual(Exception):
    """The text is not of this style, which says nothing about whether it is YAML."""


class BlockReader:
    """Reads one document after another; what a scalar's text means is remembered between them."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._scalars: dict[str, Json] = {}
        self._text = ""
        self._rows: list[_Row] = []
        self._at = 0

    def read(self, text: str) -> tuple[Json, int] | None:
        """Return value and line (from 0) of the document, or ``None`` for one of comments alone; raises ``Unusual``."""
        if _UNPRINTABLE.search(text):
            raise Unusual
        self._text, self._rows, self._at = text, _ROW.findall(text), 0
        if len(self._rows) > _ROW_LIMIT:
            raise Unusual
        first = self._peek()
        if first is None:
            return None
        line = self._at
        if first[0]:
            raise Unusual
        value = self._sequence(0) if first[1] else self._mapping(0, first)
        if self._peek() is not None:
            raise Unusual
        return value, line

    def _peek(self) -> _Row | None:
        """Return the next line that is neither empty nor a comment, and stand before it."""
        rows, at = self._rows, self._at
        while at < len(rows):
            row = rows[at]
            if row[2] or row[4] or row[6]:
                self._at = at
                return row
            at += 1
        self._at = at
        return None

    def _mapping(self, column: int, row: _Row) -> JsonObject:
        """Read the mapping whose keys stand in a column; the first of them is in ``row``, perhaps behind a dash."""
        if column > _COLUMN_LIMIT:
            raise Unusual
        mapping: JsonObject = {}
        while True:
            key = self._keys.get(row[2]) or self._key(row[2])
            if key in mapping:
                raise Unusual
            self._at += 1
            mapping[key] = self._scalar(row[3], column) if row[3] else self._nested(column)
            following = self._peek()
            if following is None or len(following[0]) < column:
                return mapping
            if len(following[0]) > column or not following[2]:
                raise Unusual
            if following[1]:
                return mapping
            row = following

    def _nested(self, column: int) -> Json:
        """Read what stands below a key without a value on its line."""
        row = self._peek()
        if row is None or len(row[0]) < column:
            return None
        if row[1]:
            return self._sequence(len(row[0]))
        if len(row[0]) == column:
            return None
        return self._mapping(len(row[0]), row)

    def _sequence(self, column: int) -> list[Json]:
        items: list[Json] = []
        row = self._peek()
        while row is not None and row[1] and len(row[0]) == column:
            if row[2]:
                items.append(self._mapping(column + 2, row))
            else:
                self._at += 1
                items.append(self._scalar(row[4], column))
            row = self._peek()
        if row is not None and len(row[0]) > column:
            raise Unusual
        return items

    def _key(self, written: str) -> str:
        key = written[1:-1] if written[:1] == '"' else written
        if not written or (key == written and not is_text(key)):
            raise Unusual
        if len(self._keys) < _MEMORY and key:
            self._keys[written] = key
        return key

    def _scalar(self, written: str, column: int) -> Json:
        try:
            return self._scalars[written]
        except KeyError:
            pass
        match written:
            case "|" | "|-":
                return self._literal(written, column)
        match written[0]:
            case "{":
                return self._pairs(written)
            case "[":
                return [self._scalar(item, column) for item in _ITEMS.findall(written)]
            case "'" | '"':
                return written[1:-1]
        try:
            value = resolve("", written)
        except ScalarError as error:
            raise Unusual from error
        if len(self._scalars) < _MEMORY:
            self._scalars[written] = value
        return value

    def _pairs(self, written: str) -> JsonObject:
        pairs = [
            (self._keys.get(key) or self._key(key), self._scalar(value, 0)) for key, value in _PAIRED.findall(written)
        ]
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            raise Unusual
        return mapping

    def _literal(self, header: str, column: int) -> str:
        """Read the lines of a literal block below a key or dash in a column."""
        lines = self._text.split("\n")
        first = lines[self._at] if self._at < len(lines) else ""
        indent = len(first) - len(first.lstrip(" "))
        if indent <= column or indent == len(first):
            raise Unusual
        margin, content, at = " " * indent, [], self._at
        while at < len(lines) and (lines[at].startswith(margin) or not lines[at].strip(" ")):
            line = lines[at][indent:]
            if line and not line.strip(" "):
                raise Unusual
            content.append(line)
            at += 1
        if at == len(lines) and content[-1]:
            raise Unusual  # no line break at the end, which the block then ends without
        self._at = at
        return "\n".join(content).rstrip("\n") + ("" if header == "|-" else "\n")
