"""The events of one YAML stream → JSON values, as go-yaml v2 and sigs.k8s.io/yaml decode them.

In: libyaml's events. Out: dicts, lists and scalars. Refuses what Go refuses, and keys that say a thing twice.
No YAML tag ever makes anything but a JSON value, and an alias costs what the thing it stands for costs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gitops_action.resource.scalars import MERGE_TAG, SPECIAL_FIRST, ScalarError, key_text, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.resource.resource import Json, JsonObject

_Event: TypeAlias = Any
"""An event of libyaml; which attributes it has follows from its class."""

DEPTH_LIMIT: Final = 200
NODE_LIMIT: Final = 5_000_000
_MEMORY: Final = 100_000
_SLASH_ESCAPE: Final = re.compile(r'"(?:[^\\]|\\[^/])*\\/', re.DOTALL)
_OPEN: Final = object()
"""Stands for an anchor whose value is not finished: it would contain itself."""


class ComposeError(ValueError):
    """A document that YAML's grammar allows and we do not; ``line`` is 1-based."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Anchor(NamedTuple):
    value: Any
    size: int
    scalar: _Event | None = None


class Composer:
    """Builds the value of one document after another from ``next_event``.

    ``text`` is what the events were made from: libyaml reads an escaped slash, go-yaml refuses it, and no event tells.
    """

    def __init__(self, next_event: Callable[[], _Event], text: str) -> None:
        self._next = next_event
        self._text = text
        self._slash_escapes = "\\/" in text
        self._resolved: dict[str, Json] = {}
        self._keys: set[str] = set()
        self._anchors: dict[str, _Anchor] = {}
        self._nodes = 0
        self._aliased = 0

    def document(self, start: _Event) -> tuple[Json, int]:
        """Return the value of the document that begins here, and the line of its content."""
        if start.version not in (None, (1, 1)):
            raise ComposeError("found incompatible YAML document (only %YAML 1.1 is read)", start.start_mark.line + 1)
        self._anchors = {}
        self._nodes = self._aliased = 0
        event = self._next()
        value = self._value(event, 1)
        self._next()
        return value, event.start_mark.line + 1

    def _value(self, event: _Event, depth: int) -> Json:
        kind = type(event)
        if kind is ScalarEvent:
            self._nodes += 1
            if event.anchor is not None or event.tag is not None or self._slash_escapes:
                return self._unusual_scalar(event)
            text = event.value
            if not event.implicit[0] or (text and text[0] not in SPECIAL_FIRST):
                return text
            try:
                return self._resolved[text]
            except KeyError:
                return self._resolve(event)
        if kind is AliasEvent:
            return self._alias(event).value
        return self._collection(event, depth)

    def _collection(self, event: _Event, depth: int) -> Json:
        if depth > DEPTH_LIMIT:
            raise ComposeError(f"nested deeper than {DEPTH_LIMIT} levels", _line(event))
        if self._nodes > NODE_LIMIT:
            raise ComposeError(f"a document of more than {NODE_LIMIT:,} values", _line(event))
        before = self._nodes
        anchor = event.anchor
        opened = _Anchor(_OPEN, 0)
        if anchor is not None:
            self._anchors[anchor] = opened
        self._nodes += 1
        value = self._mapping(depth) if type(event) is MappingStartEvent else self._sequence(depth)
        if anchor is not None and self._anchors[anchor] is opened:  # else it was given to a node inside
            self._anchors[anchor] = _Anchor(value, self._nodes - before)
        return value

    def _sequence(self, depth: int) -> list[Json]:
        next_event, value_of, items = self._next, self._value, []
        while type(event := next_event()) is not SequenceEndEvent:
            items.append(value_of(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> JsonObject:
        next_event, value_of, keys = self._next, self._value, self._keys
        mapping: JsonObject = {}
        spellings: dict[str, str] = {}
        merged: set[str] = set()
        while type(event := next_event()) is not MappingEndEvent:
            self._nodes += 1
            if type(event) is ScalarEvent and event.value in keys and event.implicit[0] and event.tag is event.anchor:
                key = event.value
            elif _is_merge(event):
                self._merge(mapping, merged, depth)
                continue
            else:
                key, spelling = self._key(event)
                if spelling != key and spellings.setdefault(key, spelling) != spelling:
                    merged.add(key)  # ``yes`` and ``y`` are one key in two spellings: the last one counts
            if key in mapping and key not in merged:
                raise ComposeError(f"duplicate key {key!r}", _line(event))
            merged.discard(key)
            mapping[key] = value_of(next_event(), depth + 1)
        return mapping

    def _key(self, event: _Event) -> tuple[str, str]:
        """Return a key as JSON has it and as it is spelled; what is text in every document is remembered."""
        scalar = self._alias(event).scalar if type(event) is AliasEvent else event
        if type(scalar) is not ScalarEvent:
            raise ComposeError("invalid map key: a mapping or sequence", _line(event))
        if scalar is event and (event.anchor is not None or self._slash_escapes):
            self._unusual_scalar(event)
        text: str = scalar.value
        if scalar.tag is None and not scalar.implicit[0]:
            return text, text
        try:
            key = key_text(scalar.tag or "", text)
        except ScalarError as error:
            raise ComposeError(f"invalid map key: {error}", _line(event)) from error
        if key == text and scalar.tag is None:
            self._keys.add(text)
        return key, text

    def _merge(self, mapping: JsonObject, merged: set[str], depth: int) -> None:
        """Put another mapping's entries in: over what stands before ``<<``, under what follows, as go-yaml v2 does."""
        event = self._next()
        value = self._value(event, depth + 1)
        sources = [value] if type(event) is not SequenceStartEvent else value[::-1]
        for source in sources:
            if not isinstance(source, dict):
                raise ComposeError("map merge requires map or sequence of maps as the value", _line(event))
            merged.update(source)
            mapping.update(source)

    def _alias(self, event: _Event) -> _Anchor:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            raise ComposeError(f"unknown anchor {event.anchor!r} referenced", _line(event))
        if anchor.value is _OPEN:
            raise ComposeError(f"anchor {event.anchor!r} value contains itself", _line(event))
        self._nodes += 1 + anchor.size
        self._aliased += anchor.size
        if self._aliased > 100 and self._nodes > 1000 and self._aliased / self._nodes > _allowed_ratio(self._nodes):
            raise ComposeError("document contains excessive aliasing", _line(event))
        return anchor

    def _unusual_scalar(self, event: _Event) -> Json:
        """Read a scalar with anchor or tag, or one whose escapes must be looked at."""
        if self._slash_escapes and event.style == '"':
            raw = self._text[event.start_mark.index : event.end_mark.index]
            if _SLASH_ESCAPE.match(raw):
                raise ComposeError("found unknown escape character", _line(event))
        value = event.value if event.tag is None and not event.implicit[0] else self._resolve(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, 1, event)
        return value

    def _resolve(self, event: _Event) -> Json:
        try:
            value = resolve(event.tag or "", event.value)
        except ScalarError as error:
            raise ComposeError(str(error), _line(event)) from error
        if event.tag is None and len(self._resolved) < _MEMORY:
            self._resolved[event.value] = value
        return value


def _is_merge(event: _Event) -> bool:
    return type(event) is ScalarEvent and event.value == "<<" and (event.implicit[0] or event.tag == MERGE_TAG)


def _allowed_ratio(nodes: int) -> float:
    """Return which part of a document may come from aliases, as go-yaml v2 bounds it: less of a large one."""
    excess = min(max(nodes - 400_000, 0) / 3_600_000, 1.0)
    return 0.99 - 0.89 * excess


def _line(event: _Event) -> int:
    line: int = event.start_mark.line
    return line + 1
