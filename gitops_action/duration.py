"""Durations as people and Argo CD write them: ``10m``, ``1h30m``, ``45s``, or a bare number of seconds."""

from __future__ import annotations

import re

from gitops_action.errors import UsageError

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


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
