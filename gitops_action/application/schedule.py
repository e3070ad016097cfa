"""The schedule of a sync window: cron's five fields, as Argo CD's parser reads them.

In: a text such as ``0 22 * * mon-fri``. Out: the minutes, hours, days and months that it names, and the next of them
after some time. Times are those of a wall clock, without a zone. Asks for no clock itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_YEARS = 5
_LONGEST_MONTH = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one field may be; ``names`` begin at the lowest value."""

    title: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field(title="minute", lowest=0, highest=59),
    Field(title="hour", lowest=0, highest=23),
    Field(title="day of month", lowest=1, highest=31),
    Field(title="month", lowest=1, highest=12, names=_MONTHS),
    Field(title="day of week", lowest=0, highest=6, names=_DAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What each field names. ``any_day_of_month`` and ``any_day_of_week`` say that the field is ``*`` or ``?``."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]
    any_day_of_month: bool
    any_day_of_week: bool


@lru_cache(maxsize=1024)
def parse_schedule(text: str) -> Schedule:
    """Return the schedule that a text means.

    Raises ``ValueError`` saying what is wrong.
    """
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise ValueError(f"expected exactly {len(FIELDS)} fields, found {len(parts)}")
    values = [_values(part, field) for part, field in zip(parts, FIELDS, strict=True)]
    return Schedule(
        minutes=values[0],
        hours=values[1],
        days_of_month=values[2],
        months=values[3],
        days_of_week=values[4],
        any_day_of_month=_is_any(parts[2]),
        any_day_of_week=_is_any(parts[4]),
    )


def next_start(schedule: Schedule, after: datetime) -> datetime | None:
    """Return the first minute of the schedule after a time, not at it; ``None`` where five years have none.

    ``30 2 31 2 *`` never comes. Argo CD takes such a window for one that is always open.
    """
    first = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    day = first.replace(hour=0, minute=0)
    while day.year <= after.year + _YEARS:
        if day.month not in schedule.months:
            day = (day.replace(day=1) + timedelta(days=_LONGEST_MONTH)).replace(day=1)
            continue
        if _is_day(schedule, day) and (found := _time_of_day(schedule, day, first)):
            return found
        day += timedelta(days=1)
    return None


def _time_of_day(schedule: Schedule, day: datetime, earliest: datetime) -> datetime | None:
    """Return the first minute of the schedule in a day that is not before ``earliest``."""
    if day > earliest:
        return day.replace(hour=min(schedule.hours), minute=min(schedule.minutes))
    later_minutes = [minute for minute in schedule.minutes if minute >= earliest.minute]
    if later_minutes and earliest.hour in schedule.hours:
        return day.replace(hour=earliest.hour, minute=min(later_minutes))
    later_hours = [hour for hour in schedule.hours if hour > earliest.hour]
    return day.replace(hour=min(later_hours), minute=min(schedule.minutes)) if later_hours else None


def _is_day(schedule: Schedule, day: datetime) -> bool:
    """Return whether both fields for days name this one; where neither is ``*``, one of them suffices."""
    of_month = day.day in schedule.days_of_month
    of_week = day.isoweekday() % 7 in schedule.days_of_week
    if schedule.any_day_of_month or schedule.any_day_of_week:
        return of_month and of_week
    return of_month or of_week


def _is_any(part: str) -> bool:
    """Return whether an entry is all values; a step takes that away unless it is 1, as in Argo CD's parser."""
    return any(
        entry.partition("/")[0] in ("*", "?") and entry.partition("/")[2] in ("", "1") for entry in part.split(",")
    )


def _values(part: str, field: Field) -> frozenset[int]:
    found: set[int] = set()
    for entry in part.split(","):
        extent, slash, step = entry.partition("/")
        low, high = _extent(extent, field, open_ended=bool(slash))
        width = _number(step, field) if slash else 1
        if width == 0:
            raise ValueError(f"the step of {entry} is zero ({field.title})")
        found.update(range(low, high + 1, width))
    return frozenset(found)


def _extent(text: str, field: Field, *, open_ended: bool) -> tuple[int, int]:
    if text in ("*", "?"):
        return field.lowest, field.highest
    first, dash, last = text.partition("-")
    low = _value(first, field)
    high = _value(last, field) if dash else field.highest if open_ended else low
    if not field.lowest <= low <= high <= field.highest:
        raise ValueError(f"{text} is not within {field.lowest} to {field.highest} ({field.title})")
    return low, high


def _value(text: str, field: Field) -> int:
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.lowest
    return _number(text, field)


def _number(text: str, field: Field) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number ({field.title})")
    return int(text)
