"""Sync windows: which apply, when they are open, what they allow, and when the way is free again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gitops_action.adapters.time_zones import find_zone
from gitops_action.application.application import Application, Destination
from gitops_action.application.project import SyncWindow
from gitops_action.application.schedule import next_start, parse_schedule
from gitops_action.application.windows import Moment, WindowDecision, decide, is_open, of_application

WEB = Application(name="web", destination=Destination(server="https://prod.example.com", name="prod", namespace="shop"))
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
"""A Wednesday."""


def window(kind: str = "allow", schedule: str = "0 12 * * *", duration: str = "1h", **more: Any) -> SyncWindow:
    return SyncWindow(kind=kind, schedule=schedule, duration=duration, **({"applications": ("*",)} | more))


def at(text: str) -> datetime:
    """Return a time of that Wednesday, or of another day if the text names one."""
    return datetime.fromisoformat(text if "T" in text else f"2026-07-01T{text}+00:00")


def decision(*windows: SyncWindow, now: str = "12:30", manual: bool = False, started: str = "") -> WindowDecision:
    moment = Moment(at=at(now), manual=manual, started=at(started) if started else None)
    return decide(windows, WEB, moment, find_zone)


@pytest.mark.parametrize(
    ("lists", "applies"),
    [
        ({"applications": ("web",)}, True),
        ({"applications": ("w*",)}, True),
        ({"applications": ("api", "web")}, True),
        ({"applications": ("!api",)}, False),
        ({"applications": ("api",)}, False),
        ({"applications": (), "clusters": ("prod",)}, True),
        ({"applications": (), "clusters": ("https://*.example.com",)}, True),
        ({"applications": (), "clusters": ("test",)}, False),
        ({"applications": (), "namespaces": ("sh?p",)}, True),
        ({"applications": ("api",), "namespaces": ("shop",)}, True),
        ({"applications": ("api",), "namespaces": ("shop",), "and_operator": True}, False),
        ({"applications": ("web",), "namespaces": ("shop",), "and_operator": True}, True),
        ({"applications": ("web",), "clusters": ("test",), "and_operator": True}, False),
        ({"applications": (), "clusters": ("prod",), "namespaces": ("shop",), "and_operator": True}, True),
        ({"applications": (), "and_operator": True}, False),
    ],
)
def test_win_1_one_list_that_matches_suffices_and_with_the_and_operator_all_must(
    lists: dict[str, Any], *, applies: bool
) -> None:
    assert bool(of_application([window(**lists)], WEB)) == applies


def test_win_1_a_destination_that_names_no_cluster_matches_none() -> None:
    here = Application(name="web", destination=Destination(namespace="shop"))
    assert of_application([window(applications=(), clusters=("*",))], here) == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("11:59:59", False),
        ("12:00:00", False),
        ("12:00:00.000001", True),
        ("12:59:59.999999", True),
        ("13:00:00", False),
    ],
)
def test_win_2_a_window_is_open_between_its_start_and_its_end_and_at_neither_instant(
    now: str, *, expected: bool
) -> None:
    assert is_open(window(), at(now), find_zone) == expected


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Europe/Berlin", "2026-07-01T10:30:00+00:00", True),
        ("Europe/Berlin", "2026-07-01T11:30:00+00:00", False),
        ("Europe/Berlin", "2026-12-01T11:30:00+00:00", True),
        ("Europe/Berlin", "2026-07-01T12:30:00+02:00", True),
        ("Asia/Kolkata", "2026-07-01T07:00:00+00:00", True),
        ("Nowhere/Land", "2026-07-01T12:30:00+00:00", True),
        ("../../etc/passwd", "2026-07-01T12:30:00+00:00", True),
        ("", "2026-07-01T12:30:00+00:00", True),
    ],
)
def test_win_2_the_offset_is_the_zones_at_that_time_and_an_unknown_zone_is_utc(
    zone: str, now: str, *, expected: bool
) -> None:
    assert is_open(window(time_zone=zone), at(now), find_zone) == expected


def test_win_2_a_window_may_last_longer_than_until_its_next_start_and_one_of_no_length_is_never_open() -> None:
    assert is_open(window(duration="48h"), at("03:00"), find_zone)
    for duration in ("0", "0s", "-1h"):
        assert not is_open(window(duration=duration), at("12:00:30"), find_zone)


def test_win_3_without_windows_of_its_own_an_application_may_always_be_synced() -> None:
    other = window("deny", applications=("api",))
    for found in (decision(), decision(other)):
        assert (found.allowed, str(found)) == (True, "no sync window applies to the application")


OPEN, CLOSED = "0 12 * * *", "0 20 * * *"


@pytest.mark.parametrize("manual", [False, True])
@pytest.mark.parametrize(
    ("windows", "automatic", "by_hand"),
    [
        # WIN-4: an open deny window
        ([window("deny")], False, False),
        ([window("deny", manual_sync=True)], False, True),
        ([window("deny", manual_sync=True), window("deny")], False, False),
        ([window("deny", manual_sync=True), window("deny", CLOSED)], False, True),
        ([window("deny"), window()], False, False),
        ([window("deny"), window(manual_sync=True)], False, False),
        # WIN-5: an open allow window
        ([window()], True, True),
        ([window(), window(schedule=CLOSED)], True, True),
        ([window(), window("deny", CLOSED)], True, True),
        # WIN-6: closed allow windows only
        ([window(schedule=CLOSED)], False, False),
        ([window(schedule=CLOSED, manual_sync=True)], False, True),
        ([window(schedule=CLOSED, manual_sync=True), window(schedule="0 21 * * *")], False, False),
        ([window(schedule=CLOSED), window("deny", CLOSED)], False, False),
        # WIN-7: closed deny windows only
        ([window("deny", CLOSED)], True, True),
    ],
)
def test_win_4_to_win_7_what_open_and_closed_windows_allow(
    windows: list[SyncWindow], *, automatic: bool, by_hand: bool, manual: bool
) -> None:
    assert decision(*windows, manual=manual).allowed == (by_hand if manual else automatic)


@pytest.mark.parametrize(
    ("windows", "started", "allowed"),
    [
        # WIN-4
        ([window("deny", sync_overrun=True)], "11:50", True),
        ([window("deny", sync_overrun=True)], "12:10", False),
        ([window("deny", sync_overrun=True), window("deny")], "11:50", False),
        ([window("deny", sync_overrun=True), window("deny", CLOSED)], "11:50", True),
        ([window("deny", sync_overrun=True)], "", False),
        # WIN-6
        ([window(schedule="0 11 * * *", sync_overrun=True)], "11:50", True),
        ([window(schedule="0 11 * * *", sync_overrun=True)], "10:50", False),
        ([window(schedule="0 11 * * *")], "11:50", False),
        ([window(schedule="0 11 * * *", sync_overrun=True), window(schedule=CLOSED)], "11:50", False),
        # an overrun is no reason for another one
        ([window(schedule="0 10 * * *", sync_overrun=True)], "11:50", False),
    ],
)
def test_win_4_and_win_6_a_sync_that_had_begun_goes_on_where_all_windows_let_it(
    windows: list[SyncWindow], started: str, *, allowed: bool
) -> None:
    assert decision(*windows, started=started).allowed == allowed


@pytest.mark.parametrize(
    ("windows", "text"),
    [
        (
            [window("deny", duration="1h30m", time_zone="Europe/Berlin", schedule="0 14 * * *")],
            (
                "the deny window '0 14 * * *' Europe/Berlin for 1h30m is open; "
                "a sync is allowed from 2026-07-01T13:30:00Z on"
            ),
        ),
        (
            [window(schedule="30 9 * * mon"), window(schedule="0 22 * * sat")],
            (
                "the allow window '30 9 * * mon' for 1h and 1 more is closed; "
                "a sync is allowed from 2026-07-04T22:00:00Z on"
            ),
        ),
        (
            [window(schedule="0 13 * * *"), window("deny", "0 12 * * *", "90m")],
            "the deny window '0 12 * * *' for 90m is open; a sync is allowed from 2026-07-01T13:30:00Z on",
        ),
        (
            [window(schedule="0 0 31 2 *")],
            "the allow window '0 0 31 2 *' for 1h is closed; when a sync is allowed again cannot be foreseen",
        ),
        (
            [window("deny", "* * * * *", "1h")],
            "the deny window '* * * * *' for 1h is open; when a sync is allowed again cannot be foreseen",
        ),
        ([window(manual_sync=True)], "the allow window '0 12 * * *' for 1h is open"),
    ],
)
def test_the_reason_names_the_window_and_when_the_way_is_free_again(windows: list[SyncWindow], text: str) -> None:
    assert str(decision(*windows)) == text


def test_the_next_opening_heeds_that_clocks_are_turned_until_then() -> None:
    sunday = window(schedule="0 12 * * sun", time_zone="Europe/Berlin")
    assert decision(sunday, now="2026-10-24T12:00:00+00:00").opens == at("2026-10-25T11:00:00+00:00")


def test_the_open_windows_of_the_application_are_told() -> None:
    mine, closed, other = window(), window(schedule=CLOSED), window(applications=("api",))
    assert decision(mine, closed, other).active == (mine,)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("0 12 * * *", "12:00:00", "2026-07-02T12:00"),
        ("0 12 * * *", "11:59:59.5", "2026-07-01T12:00"),
        ("*/20 * * * *", "12:40", "2026-07-01T13:00"),
        ("0 0 1 1 *", "12:00", "2027-01-01T00:00"),
        ("0 0 29 2 *", "12:00", "2028-02-29T00:00"),
        ("0 0 13 * fri", "12:00", "2026-07-03T00:00"),
        ("0 0 13 * *", "12:00", "2026-07-13T00:00"),
        ("0 0 */1 * fri", "12:00", "2026-07-03T00:00"),
        ("0 0 * * 0", "12:00", "2026-07-05T00:00"),
        ("59 23 31 12 *", "12:00", "2026-12-31T23:59"),
        ("0 0 30 2 *", "12:00", None),
    ],
)
def test_the_next_start_of_a_schedule(schedule: str, after: str, expected: str | None) -> None:
    found = next_start(parse_schedule(schedule), at(after).replace(tzinfo=None))
    assert found == (datetime.fromisoformat(expected) if expected else None)
