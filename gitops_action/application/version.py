"""Versions and constraints as Go's Masterminds library reads them, which Argo CD and Helm both use.

In: texts such as ``v1.2``, ``~1.2``, ``>=1.2 <2 || 3.x``. Out: values to compare and check. Looser than semantic
versioning: parts may be missing, and zeros may lead. A version with a prerelease satisfies a group of conditions only
where one of them names a prerelease too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import total_ordering
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TAIL: Final = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
_VERSION: Final = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?{_TAIL}", re.ASCII)
_WRITTEN: Final = rf"v?([0-9|xX*]+)(?:\.([0-9|xX*]+))?(?:\.([0-9|xX*]+))?{_TAIL}"
_PLAIN: Final = re.sub(r"\((?!\?)", "(?:", _WRITTEN)
_OPERATORS: Final = r"(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\^|)"
_CONDITION: Final = re.compile(rf"\s*({_OPERATORS})\s*{_WRITTEN}\s*", re.ASCII)
_EACH: Final = re.compile(rf"{_OPERATORS}\s*+{_PLAIN}", re.ASCII)
_GROUP: Final = re.compile(
    rf"\s*+{_EACH.pattern}(?:(?:\s*+,\s*+|\s++){_EACH.pattern})*+\s*+",  # possessive: hostile texts cost no time
    re.ASCII,
)
_RANGE: Final = re.compile(rf"\s*({_PLAIN})\s+-\s+({_PLAIN})\s*", re.ASCII)
_ANY: Final = ("x", "X", "*")
_LONGEST_VERSION, _LONGEST_CONSTRAINT, _MOST_GROUPS = 256, 512, 32
_LARGEST: Final = 2**64


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version; what was written behind ``+`` takes no part in its order."""

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    text: str = field(default="", compare=False)

    def __lt__(self, other: Version) -> bool:
        """Return whether this one comes before; prereleases come before their release."""
        mine, theirs = (self.major, self.minor, self.patch), (other.major, other.minor, other.patch)
        return (
            _prerelease_order(self.prerelease) < _prerelease_order(other.prerelease)
            if mine == theirs
            else (mine < theirs)
        )


@dataclass(frozen=True, slots=True)
class _Condition:
    """``operator`` and version; ``given`` is how many parts of it are numbers."""

    operator: str
    version: Version
    given: int

    @property
    def is_dirty(self) -> bool:
        return self.given < 3

    @property
    def is_minor_dirty(self) -> bool:
        return self.given == 1

    @property
    def is_patch_dirty(self) -> bool:
        return self.given == 2


@dataclass(frozen=True, slots=True)
class Constraint:
    """Groups of conditions: a version satisfies it that satisfies all conditions of one group."""

    groups: tuple[tuple[_Condition, ...], ...]

    def accepts(self, version: Version) -> bool:
        """Return whether a version satisfies the constraint."""
        return any(_accepted(group, version) for group in self.groups)


def parse_version(text: str) -> Version | None:
    """Return the version that a text is; ``None`` where it is none."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST_VERSION else None
    if match is None:
        return None
    numbers = [int(part or 0) for part in match.group(1, 2, 3)]
    prerelease = match[4] or ""
    numeric = (part for part in prerelease.split(".") if part.isdigit())
    if any(number >= _LARGEST for number in numbers) or any(len(part) > 1 and part[0] == "0" for part in numeric):
        return None
    return Version(numbers[0], numbers[1], numbers[2], prerelease, text)


def parse_constraint(text: str) -> Constraint | None:
    """Return the constraint that a text is; ``None`` where it is none. A version alone is one, too."""
    if len(text) > _LONGEST_CONSTRAINT:
        return None
    alternatives = _RANGE.sub(r">= \1, <= \2 ", text).split("||")
    groups = [_group(each) for each in alternatives]
    known = tuple(group for group in groups if group is not None)
    return Constraint(known) if len(known) == len(groups) <= _MOST_GROUPS else None


def highest(constraint: Constraint, texts: Iterable[str]) -> str:
    """Return the text of the highest version that satisfies a constraint, empty where none does.

    Texts that are no versions are passed over; of equal versions the first counts.
    """
    best: Version | None = None
    for version in filter(None, map(parse_version, texts)):
        if constraint.accepts(version) and (best is None or best < version):
            best = version
    return best.text if best else ""


def nearest(texts: Iterable[str], *, count: int = 5) -> tuple[str, ...]:
    """Return the highest versions among the texts, the highest first: what a message can offer instead."""
    versions = sorted(filter(None, map(parse_version, texts)), reverse=True)
    return tuple(dict.fromkeys(version.text for version in versions))[:count]


def _group(text: str) -> tuple[_Condition, ...] | None:
    if not _GROUP.fullmatch(text):
        return None
    conditions = [_condition(each) for each in _EACH.findall(text)]
    known = tuple(condition for condition in conditions if condition is not None)
    return known if len(known) == len(conditions) else None


def _condition(text: str) -> _Condition | None:
    match = _CONDITION.fullmatch(text)
    if match is None:
        return None
    parts = match.group(2, 3, 4)
    given = next((number for number, part in enumerate(parts) if part is None or part in _ANY), 3)
    numbers = [*parts[:given], "0", "0", "0"][:3]
    prerelease = f"-{match[5]}" if match[5] else ""
    version = parse_version(".".join(number or "0" for number in numbers) + prerelease)
    return _Condition(match[1], version, given) if version else None


def _accepted(group: tuple[_Condition, ...], version: Version) -> bool:
    if version.prerelease and not any(condition.version.prerelease for condition in group):
        return False
    return all(_CHECKS[condition.operator](version, condition) for condition in group)


def _equal(version: Version, condition: _Condition) -> bool:
    return _tilde(version, condition) if condition.is_dirty else version == condition.version


def _not_equal(version: Version, condition: _Condition) -> bool:
    wanted = condition.version
    if not condition.is_dirty:
        return version != wanted
    if version.major != wanted.major or (version.minor != wanted.minor and not condition.is_minor_dirty):
        return True
    if condition.is_minor_dirty:
        return False
    if condition.is_patch_dirty:
        return version.prerelease != wanted.prerelease
    return version.patch != wanted.patch or version != wanted


def _greater(version: Version, condition: _Condition) -> bool:
    wanted = condition.version
    if condition.is_minor_dirty:
        return version.major > wanted.major
    if condition.is_patch_dirty:
        return (version.major, version.minor) > (wanted.major, wanted.minor)
    if condition.is_dirty and version.major != wanted.major:
        return version.major > wanted.major
    return version > wanted


def _at_most(version: Version, condition: _Condition) -> bool:
    wanted = condition.version
    if not condition.is_dirty:
        return version <= wanted
    if version.major > wanted.major:
        return False
    return not (version.major == wanted.major and version.minor > wanted.minor and not condition.is_minor_dirty)


def _tilde(version: Version, condition: _Condition) -> bool:
    wanted = condition.version
    if version < wanted:
        return False
    is_zero = (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0)
    if is_zero and not condition.is_minor_dirty and not condition.is_patch_dirty:
        return True
    return version.major == wanted.major and (condition.is_minor_dirty or version.minor == wanted.minor)


def _caret(version: Version, condition: _Condition) -> bool:
    wanted = condition.version
    if version < wanted:
        return False
    if wanted.major > 0 or condition.is_minor_dirty:
        return version.major == wanted.major
    if version.major > 0:
        return False
    if wanted.minor > 0 or condition.is_patch_dirty:
        return version.minor == wanted.minor
    return version.minor == 0 and version.patch == wanted.patch


_CHECKS: Final[dict[str, Callable[[Version, _Condition], bool]]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": lambda version, condition: version < condition.version,
    ">=": lambda version, condition: version >= condition.version,
    "=>": lambda version, condition: version >= condition.version,
    "<=": _at_most,
    "=<": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}


def _prerelease_order(text: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Return a key: numbers before words, fewer parts before more, none at all last."""
    if not text:
        return 1, []
    return 0, [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split(".")]
