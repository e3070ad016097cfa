"""Durations as people and Argo CD write them: ``10m``, ``1h30m``, ``45s``, or a bare number of seconds.

In: a text. Out: seconds. ``parse_go_duration`` reads what Go's ``time.ParseDuration`` reads, and nothing else.
"""

from __future__ import annotations

import re

from gitops_action.errors import UsageError

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_GO_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_GO_WHOLE = re.compile(rf"[+-]?(?:0|(?:{_GO_PART.pattern})+)", re.ASCII)
_GO_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_GO_LONGEST = 2**63 / 1e9
"""Go counts nanoseconds in 64 bits."""


def parse_duration(text: str, *, name: str) -> float:
    """Return the seconds that a text means.

    Raises ``UsageError`` naming ``name``, the input or field that the text is from.
    """
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped):
        return float(stripped)
    parts = _PART.findall(stripped)
    if not parts or "".join(number + unit for number, unit in parts) != stripped:
        raise UsageError(f"{name} is {text!r}, not a duration", remedy="Write for instance 90s, 10m or 1h30m.")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def parse_go_duration(text: str) -> float:
    """Return the seconds that a text means to Go; raises ``ValueError`` where it means nothing to it."""
    if not _GO_WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration")
    seconds = sum(float(number) * _GO_SECONDS[unit] for number, unit in _GO_PART.findall(text))
    if seconds >= _GO_LONGEST:
        raise ValueError(f"{text!r} is too long")
    return -seconds if text.startswith("-") else seconds
