"""The two kinds of patterns of an AppProject, matched in time proportional to pattern and text.

In: a pattern and a text, neither trusted. Out: whether the whole text matches. ``compile_glob`` reads Argo CD's globs:
``*`` stops at a separator, ``**`` does not, ``?`` is one character but no separator, ``[a-z]``, ``[!abc]`` and
``{a,b}``. ``compile_file_pattern`` reads Go's ``filepath.Match``, in which group and kind are written: no ``**``, no
braces, and ``^`` negates a class. A pattern that cannot be read is a ``ValueError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

_LONGEST = 1000
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class _Class:
    """One character, or (``many``) any number of them: in one of the ranges, or (``negated``) in none."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False
    many: bool = False

    def accepts(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True, slots=True)
class _Either:
    """One of several patterns."""

    patterns: tuple[tuple[_Step, ...], ...]


_Step: TypeAlias = _Class | _Either
Pattern: TypeAlias = tuple[_Step, ...]
"""What a text has to be, step by step."""


def matches(pattern: Pattern, text: str) -> bool:
    """Return whether the whole text matches."""
    return len(text) in _ends(pattern, text, {0})


def _ends(pattern: Pattern, text: str, starts: set[int]) -> set[int]:
    """Return where a match may end that begins at one of these places; all at once, so nothing is tried twice."""
    places = starts
    for step in pattern:
        if isinstance(step, _Either):
            places = set().union(*(_ends(each, text, places) for each in step.patterns))
        elif step.many:
            places = _spread(step, text, places)
        else:
            places = {place + 1 for place in places if place < len(text) and step.accepts(text[place])}
    return places


def _spread(step: _Class, text: str, starts: set[int]) -> set[int]:
    reached: set[int] = set()
    for place in range(len(text) + 1):
        if place in starts or (place - 1 in reached and step.accepts(text[place - 1])):
            reached.add(place)
    return reached


@lru_cache(maxsize=1024)
def compile_glob(pattern: str, separator: str = "") -> Pattern:
    """Return a glob of Argo CD, ready to match.

    Raises ``ValueError`` where it cannot be read.
    """
    return _Glob(_checked(pattern), separator).read()


@lru_cache(maxsize=1024)
def compile_file_pattern(pattern: str) -> Pattern:
    """Return a pattern of Go's ``filepath.Match``, ready to match.

    Raises ``ValueError`` where it cannot be read.
    """
    return _FilePattern(_checked(pattern)).read()


def _checked(pattern: str) -> str:
    if len(pattern) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST} characters")
    return pattern


def _any_but(separator: str, *, many: bool = False) -> _Class:
    return _Class(tuple((character, character) for character in separator), negated=True, many=many)


class _Reader:
    """A cursor over a pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    @property
    def is_done(self) -> bool:
        return self._place >= len(self._pattern)

    def peek(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def take(self) -> str:
        """Return the next character; a pattern that ends here is not complete."""
        if self.is_done:
            raise ValueError("unexpected end of input")
        self._place += 1
        return self._pattern[self._place - 1]

    def take_if(self, character: str) -> bool:
        if self.peek() != character:
            return False
        self._place += 1
        return True


class _Glob(_Reader):
    def __init__(self, pattern: str, separator: str) -> None:
        super().__init__(pattern)
        self._separator = separator

    def read(self, depth: int = 0) -> Pattern:
        """Return the steps up to the end, or (in braces) up to ``,`` or ``}``, which stay."""
        steps: list[_Step] = []
        while not self.is_done and not (depth and self.peek() in ",}"):
            match character := self.take():
                case "*":
                    steps.append(_any_but("" if self.take_if("*") else self._separator, many=True))
                case "?":
                    steps.append(_any_but(self._separator))
                case "[":
                    steps.append(self._class())
                case "{":
                    steps.append(self._either(depth + 1))
                case "\\":
                    steps += [_literal(self.take())] if not self.is_done else []
                case _:
                    steps.append(_literal(character))
        return tuple(steps)

    def _either(self, depth: int) -> _Either:
        if depth > _DEEPEST:
            raise ValueError(f"braces deeper than {_DEEPEST}")
        patterns = [self.read(depth)]
        while self.take_if(","):
            patterns.append(self.read(depth))
        self.take_if("}")  # one that is not closed ends with the pattern, as in Argo CD
        return _Either(tuple(patterns))

    def _class(self) -> _Class:
        """Read what follows a ``[``: one range, or a list of characters, never both."""
        negated = self.take_if("!")
        first = self.take()
        if first != "]" and self.take_if("-"):
            high = self.take()
            if self.take() != "]" or high < first:
                raise ValueError("a range in [] that is not from a lower to a higher character")
            return _Class(((first, high),), negated)
        characters: list[str] = []
        while first != "]":
            characters.append(self.take() if first == "\\" else first)
            first = self.take()
        if not characters:
            raise ValueError("[] without characters")
        return _Class(tuple((each, each) for each in characters), negated)


class _FilePattern(_Reader):
    def read(self) -> Pattern:
        steps: list[_Step] = []
        while not self.is_done:
            match character := self.take():
                case "*":
                    steps.append(_any_but("/", many=True))
                case "?":
                    steps.append(_any_but("/"))
                case "[":
                    steps.append(self._class())
                case "\\":
                    steps.append(_literal(self.take()))
                case _:
                    steps.append(_literal(character))
        return tuple(steps)

    def _class(self) -> _Class:
        negated = self.take_if("^")
        ranges: list[tuple[str, str]] = []
        while not (ranges and self.take_if("]")):
            low = self._character()
            ranges.append((low, self._character() if self.take_if("-") else low))
        return _Class(tuple(ranges), negated)

    def _character(self) -> str:
        character = self.take()
        if character in "-]":
            raise ValueError("a class in [] that is not in order")
        return self.take() if character == "\\" else character


def _literal(character: str) -> _Class:
    return _Class(((character, character),))
