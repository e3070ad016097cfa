"""When an application may be synced: the sync windows of its project.

In: the windows, an application, and the time. Out: a ``WindowDecision`` with its reason, and when the way is free
again. Pure: the time is handed in, and ``zone`` finds time zones. Rules: WIN-1 to WIN-7; that a window is valid is the
project's business (WIN-8, WIN-9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gitops_action.application.glob import compile_glob, matches
from gitops_action.application.schedule import next_start, parse_schedule
from gitops_action.duration import parse_go_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import tzinfo

    from gitops_action.application.application import Application, Destination
    from gitops_action.application.project import SyncWindow

    Zone = Callable[[str], tzinfo]

_INSTANT = timedelta(microseconds=1)
_STEPS = 2000
"""How many starts and ends of windows are looked at to find the next time at which a sync is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDecision:
    """Whether a sync is allowed, and why; ``active`` are the open windows of the application.

    ``opens`` is when a sync is allowed next, where it is not and that can be foreseen.
    """

    allowed: bool
    reason: str
    active: tuple[SyncWindow, ...] = ()
    opens: datetime | None = None

    def __str__(self) -> str:
        """Return the reason for people, and when the way is free again."""
        if self.allowed:
            return self.reason
        if self.opens is None:
            return f"{self.reason}; when a sync is allowed again cannot be foreseen"
        return f"{self.reason}; a sync is allowed from {self.opens:%Y-%m-%dT%H:%M:%SZ} on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The circumstances of a sync: when, whether by hand, and (of one under way) since when."""

    at: datetime
    manual: bool = False
    started: datetime | None = None


def decide(windows: Iterable[SyncWindow], application: Application, moment: Moment, zone: Zone) -> WindowDecision:
    """Return whether an application may be synced now."""
    own = of_application(windows, application)
    allowed, reason = _judge(own, moment, zone)
    opens = None if allowed else _next_allowed(own, moment, zone)
    return WindowDecision(
        allowed=allowed,
        reason=reason,
        active=tuple(window for window in own if is_open(window, moment.at, zone)),
        opens=opens,
    )


def of_application(windows: Iterable[SyncWindow], application: Application) -> tuple[SyncWindow, ...]:
    """Return the windows that apply to an application (WIN-1)."""
    return tuple(window for window in windows if _applies(window, application))


def is_open(window: SyncWindow, at: datetime, zone: Zone) -> bool:
    """Return whether a window is open: after its start and before its end, and at neither instant itself (WIN-2)."""
    now = _wall_clock(window, at, zone)
    start = next_start(parse_schedule(window.schedule), now - _length(window))
    return start is not None and start < now


def _judge(own: Sequence[SyncWindow], moment: Moment, zone: Zone) -> tuple[bool, str]:
    if not own:
        return True, "no sync window applies to the application"  # WIN-3
    denies = [window for window in own if window.kind == "deny" and is_open(window, moment.at, zone)]
    allows = [window for window in own if window.kind == "allow"]
    open_allows = [window for window in allows if is_open(window, moment.at, zone)]
    if denies:  # WIN-4
        return _unless_let_through(own, denies, moment, zone, f"{_named(denies)} is open")
    if open_allows:  # WIN-5
        return True, f"{_named(open_allows)} is open"
    if allows:  # WIN-6
        return _unless_let_through(own, allows, moment, zone, f"{_named(allows)} is closed")
    return True, "no deny window is open"  # WIN-7


def _unless_let_through(
    own: Sequence[SyncWindow], closing: Sequence[SyncWindow], moment: Moment, zone: Zone, why: str
) -> tuple[bool, str]:
    """Return the answer where windows forbid a sync; all of them must let one through for it to go on."""
    if moment.manual and all(window.manual_sync for window in closing):
        return True, f"{why}, and lets manual syncs through"
    if moment.started is not None and all(window.sync_overrun for window in closing):
        before = Moment(at=moment.started, manual=moment.manual)
        if _judge(own, before, zone)[0]:
            return True, f"{why}, and lets the sync go on that had begun"
    return False, why


def _next_allowed(own: Sequence[SyncWindow], moment: Moment, zone: Zone) -> datetime | None:
    """Return when a sync of the same kind is allowed next; ``None`` where that cannot be foreseen."""
    at = moment.at
    for _ in range(_STEPS):
        changes = [change for window in own for change in _changes(window, at, zone)]
        if not changes:
            return None
        at = min(changes)
        if _judge(own, Moment(at=at + _INSTANT, manual=moment.manual), zone)[0]:
            return at
    return None


def _changes(window: SyncWindow, at: datetime, zone: Zone) -> list[datetime]:
    """Return the next start and the next end of a window."""
    schedule, length, now = parse_schedule(window.schedule), _length(window), _wall_clock(window, at, zone)
    started = next_start(schedule, now - length)
    found = (next_start(schedule, now), started + length if started else None)
    return [instant for time in found if time and (instant := _instant(window, time, at, zone)) > at]


def _wall_clock(window: SyncWindow, at: datetime, zone: Zone) -> datetime:
    return at.astimezone(zone(window.time_zone)).replace(tzinfo=None)


def _instant(window: SyncWindow, time: datetime, near: datetime, zone: Zone) -> datetime:
    """Return the instant of a wall clock's time, by the zone's offset at that instant and not at ``near``."""
    first = _at_offset(window, time, near, zone)
    return _at_offset(window, time, first, zone)


def _at_offset(window: SyncWindow, time: datetime, near: datetime, zone: Zone) -> datetime:
    offset = near.astimezone(zone(window.time_zone)).utcoffset() or timedelta()
    return (time - offset).replace(tzinfo=UTC)


def _length(window: SyncWindow) -> timedelta:
    return timedelta(seconds=parse_go_duration(window.duration))


def _applies(window: SyncWindow, application: Application) -> bool:
    destination = application.destination
    answers = [
        _any(window.applications, (application.name,)),
        _any(window.clusters, _clusters(destination)),
        _any(window.namespaces, (destination.namespace,)),
    ]
    said = [answer for answer in answers if answer is not None]
    return bool(said) and (all(said) if window.and_operator else any(said))


def _any(patterns: Sequence[str], texts: Iterable[str]) -> bool | None:
    """Return whether a glob matches one of the texts; ``None`` where there is no glob to say so."""
    if not patterns:
        return None
    compiled = [compile_glob(pattern) for pattern in patterns]
    return any(matches(pattern, text) for pattern in compiled for text in texts)


def _clusters(destination: Destination) -> list[str]:
    return [text for text in (destination.name, destination.server) if text]


def _named(windows: Sequence[SyncWindow]) -> str:
    """Return how a reader finds the windows again."""
    first = windows[0]
    zone = f" {first.time_zone}" if first.time_zone else ""
    more = f" and {len(windows) - 1} more" if len(windows) > 1 else ""
    return f"the {first.kind} window '{first.schedule}'{zone} for {first.duration}{more}"
