"""The history of an application: what it keeps, and what a rollback goes back to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.errors import Refused, UsageError
from gitops_action.sync.history import begun, ended, last_good, next_id, rollback_target
from gitops_action.sync.record import Operation, Record

EMPTY = Record(application="web", phase="Succeeded")


def op(number: int, phase: str = "Succeeded", *, targets: str = "", health: str = "Healthy") -> Operation:
    """Return an operation that brought commit ``rN``, whose targets are its own unless others are named."""
    return Operation(id=number, revision=f"r{number}", phase=phase, targets=targets or f"t{number}", health=health)


def record(*newest_first: Operation) -> Record:
    return replace(EMPTY, operations=newest_first, targets={each.targets: b"x" for each in newest_first})


def grown(*oldest_first: Operation, limit: int = 10) -> Record:
    found = EMPTY
    for each in oldest_first:
        found = begun(found, each, {each.targets: b"x"}, limit=limit)
    return found


def test_the_first_operation_is_number_0_and_each_next_one_counts_on() -> None:
    """HIS-1."""
    assert next_id(None) == next_id(EMPTY) == 0
    assert next_id(record(op(7), op(6))) == 8


def test_the_newest_operations_are_kept_with_their_targets() -> None:
    """HIS-2."""
    found = grown(*(op(number) for number in range(14)), limit=3)
    assert [each.id for each in found.operations] == [13, 12, 11]
    assert sorted(found.targets) == ["t11", "t12", "t13"]


def test_good_operations_outlive_a_row_of_failures_for_there_must_be_something_to_go_back_to() -> None:
    found = grown(op(0), op(1), op(2), *(op(number, "Failed") for number in range(3, 20)), limit=3)
    assert [each.id for each in found.operations] == [19, 18, 17, 2, 1]


def test_the_operation_that_runs_is_always_kept() -> None:
    assert [each.id for each in grown(op(0), op(1, "Running"), limit=0).operations] == [1, 0]


def test_an_operation_that_was_killed_did_not_end_well() -> None:
    found = grown(op(0), op(1, "Running"), op(2, "Running"))
    assert [(each.id, each.phase) for each in found.operations] == [(2, "Running"), (1, "Error"), (0, "Succeeded")]
    assert found.operations[1].message == "ended without a word: the run was killed, or lost its lock"


def test_how_an_operation_ended_replaces_that_it_ran() -> None:
    found = ended(grown(op(0), op(1, "Running")), op(1, "Failed"))
    assert [(each.id, each.phase) for each in found.operations] == [(1, "Failed"), (0, "Succeeded")]


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ((op(1), op(0)), 0),
        ((op(2, "Failed"), op(1), op(0)), 1),
        ((op(2, health="Degraded"), op(1), op(0)), 1),
        ((op(2), op(1, health="Degraded"), op(0)), 0),
        ((op(2), op(1, "Failed"), op(0)), 0),
        ((op(2, targets="t1"), op(1), op(0)), 0),
        ((op(1), op(0, health="")), 0),
        ((op(0),), None),
        ((), None),
        ((op(1, "Failed"), op(0, "Failed")), None),
    ],
)
def test_without_a_number_a_rollback_goes_to_the_last_good_operation_of_other_content(
    operations: tuple[Operation, ...], expected: int | None
) -> None:
    """HIS-6."""
    found = last_good(operations)
    assert (found.id if found else None) == expected


def test_after_a_failure_the_same_content_is_gone_back_to_for_nobody_knows_what_the_failure_left() -> None:
    found = last_good((op(2, "Failed", targets="t1"), op(1)))
    assert found == op(1)


def test_where_targets_are_not_kept_the_commit_tells() -> None:
    newest, earlier = (replace(op(number), targets="") for number in (1, 0))
    assert last_good((newest, earlier)) == earlier
    assert last_good((newest, replace(earlier, revision="r1"))) is None


def test_a_number_names_any_operation_that_succeeded() -> None:
    found = record(op(3), op(2, "Failed"), op(1))
    assert rollback_target(found, 1, application="web").id == 1
    assert rollback_target(found, 3, application="web").id == 3
    with pytest.raises(UsageError, match="web: the history has no operation 9") as unknown:
        rollback_target(found, 9, application="web")
    assert unknown.value.remedy == "Operations there are: 3, 2, 1."
    with pytest.raises(Refused, match=r"web: operation 2 did not succeed \(it is Failed\)"):
        rollback_target(found, 2, application="web")


def test_where_there_is_nothing_to_go_back_to_it_is_refused() -> None:
    with pytest.raises(Refused, match="web: there is nothing to roll back to"):
        rollback_target(None, None, application="web")
