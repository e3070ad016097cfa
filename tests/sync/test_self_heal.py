"""Self-heal: what was synced well before is brought back, and not again at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.sync.record import Operation, Record
from gitops_action.sync.self_heal import delay, reason_against

DONE = Operation(id=0, revision="a" * 40, phase="Succeeded", targets="t")
RECORD = Record(application="web", phase="Succeeded", revision="a" * 40, operations=(DONE,))


def reason(record: Record | None, *, commit: str = "a" * 40, targets: str = "t", now: float = 1000.0) -> str:
    return reason_against(record, commit=commit, targets=targets, now=now)


def test_what_was_synced_well_is_healed_also_where_another_commit_renders_to_the_same() -> None:
    assert reason(RECORD) == ""
    assert reason(RECORD, targets="other") == ""
    assert reason(RECORD, commit="b" * 40) == ""


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (None, "it was never synced from here"),
        (replace(RECORD, phase="Running", run_url="https://run"), "its last sync has not ended (https://run)"),
        (replace(RECORD, phase="Failed"), "its last sync did not succeed"),
        (replace(RECORD, revision="c" * 40, operations=()), "commit aaaaaaa was not synced yet: ccccccc was last"),
        (
            replace(RECORD, revision="c" * 40, operations=(replace(DONE, targets="x"),)),
            "commit aaaaaaa was not synced yet: ccccccc was last",
        ),
        (replace(RECORD, heals=1, healed=999.0), "it was healed once in a row, and is again in 1 s"),
        (replace(RECORD, heals=9, healed=999.0), "it was healed 9 times in a row, and is again in 299 s"),
        (replace(RECORD, heals=1, healed=998.0), ""),
    ],
)
def test_what_speaks_against_it_is_said(record: Record | None, expected: str) -> None:
    assert reason(record) == expected


def test_ops_13_each_heal_in_a_row_waits_longer_and_none_more_than_five_minutes() -> None:
    assert [delay(heals) for heals in (0, 1, 2, 3, 4, 5, 6, 7, 10_000)] == [0, 2, 6, 18, 54, 162, 300, 300, 300]
