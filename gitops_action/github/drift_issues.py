"""One issue for each application that drifted: opened, brought up to date, closed when the drift is gone, reopened.

In: the issues that carry our label, and what this run found. Out: what to do, within a limit of new issues. An issue is
known by the hidden header on its first line and by its author, never by its words. Never talks to GitHub.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from gitops_action.github_ports import Issue

LABEL = "gitops-drift"
"""The label by which the issues are found; every one of them has it."""
_HEADER = re.compile(r"<!-- gitops-action:drift:v1 (?P<data>[A-Za-z0-9_-]{1,4096}) -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One application that drifted: ``key`` tells it from all others, ``fingerprint`` this drift from another one."""

    key: str
    fingerprint: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open an issue."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Change an issue: its text, and whether it is open."""

    number: int
    title: str
    body: str
    is_open: bool


Step: TypeAlias = Open | Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, and the titles of the drifts for which there was no room for an issue."""

    steps: tuple[Step, ...]
    left_out: tuple[str, ...] = ()


def plan(issues: Iterable[Issue], drifts: Iterable[Drift], in_sync: Collection[str], *, login: str, limit: int) -> Plan:
    """Return what to do about the issues.

    ``in_sync`` are the keys of the applications that were compared and have no drift: their issues are closed. What
    could not be compared is in neither, and its issue stays as it is. At most ``limit`` issues are opened or reopened.
    """
    known: dict[str, tuple[Issue, str]] = {}
    surplus: list[Issue] = []
    for issue, key, fingerprint in _ours(issues, login):
        if key in known:
            surplus.append(issue)
        else:
            known[key] = (issue, fingerprint)
    steps: list[Step] = []
    left_out: list[str] = []
    for drift in drifts:
        step = _step(drift, known.get(drift.key))
        if step is None:
            continue
        is_new = isinstance(step, Open) or not known[drift.key][0].is_open
        if is_new and limit <= 0:
            left_out.append(drift.title)
            continue
        limit -= is_new
        steps.append(step)
    gone = [issue for key, (issue, _) in known.items() if key in in_sync]
    steps += [
        Update(number=issue.number, title=issue.title, body=issue.body, is_open=False)
        for issue in (*gone, *surplus)
        if issue.is_open
    ]
    return Plan(steps=tuple(steps), left_out=tuple(left_out))


def _step(drift: Drift, existing: tuple[Issue, str] | None) -> Step | None:
    """Return what to do about one drift; ``None`` where its issue says the same already."""
    body = f"{_header(drift)}\n{drift.body}"
    if existing is None:
        return Open(title=drift.title, body=body)
    issue, fingerprint = existing
    if issue.is_open and fingerprint == drift.fingerprint:
        return None
    return Update(number=issue.number, title=drift.title, body=body, is_open=True)


def _header(drift: Drift) -> str:
    data = json.dumps({"key": drift.key, "fingerprint": drift.fingerprint}, separators=(",", ":")).encode()
    return f"<!-- gitops-action:drift:v1 {base64.urlsafe_b64encode(data).decode().rstrip('=')} -->"


def _ours(issues: Iterable[Issue], login: str) -> Iterator[tuple[Issue, str, str]]:
    """Yield the issues that a run wrote, each with its key and fingerprint, oldest first."""
    for issue in sorted(issues, key=lambda each: each.number):
        found = _HEADER.fullmatch(issue.body.split("\n", 1)[0].rstrip())
        if found is None or issue.author.casefold() != login.casefold():
            continue
        data = found["data"]
        try:
            values = json.loads(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
        except (binascii.Error, ValueError, RecursionError):
            continue  # written by hand: no header of ours
        match values:
            case {"key": str(key), "fingerprint": str(fingerprint)}:
                yield issue, key, fingerprint
            case _:
                continue
