"""What comes into a record, and what a rollback goes back to.

In: a record and what happens: a sync begins, it ends. Out: the next record. The operations of a record are those that
changed something; a sync that found nothing to do only moves the commit that the application is known to be at. Pure.
Rules: HIS-1, HIS-2, HIS-6.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.errors import Refused, UsageError
from gitops_action.health import HealthStatusCode
from gitops_action.sync.model import OperationPhase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.sync.record import Operation, Record

KEPT = 10
"""Operations that a record keeps at least; an application may ask for more or fewer."""
_MOST = 100
_GOOD_ONES = 2
"""Successful operations that are kept whatever came after them: what runs, and what a rollback goes back to."""
_GOOD_HEALTH = frozenset({"", HealthStatusCode.HEALTHY.value, HealthStatusCode.SUSPENDED.value})
_LOST = "ended without a word: the run was killed, or lost its lock"


def next_id(record: Record | None) -> int:
    """Return the number of the next operation: the first is 0 (HIS-1)."""
    return max((each.id for each in record.operations), default=-1) + 1 if record else 0


def begun(record: Record, operation: Operation, targets: Mapping[str, bytes], *, limit: int = KEPT) -> Record:
    """Return the record while an operation runs; one that a former run left Running did not end well."""
    former = (_closed(each) for each in record.operations if each.id != operation.id)
    return _trimmed(
        replace(record, operations=(operation, *former), targets={**record.targets, **targets}), limit=limit
    )


def ended(record: Record, operation: Operation) -> Record:
    """Return the record with how an operation of it ended."""
    return replace(
        record,
        operations=tuple(operation if each.id == operation.id else each for each in record.operations),
    )


def is_good(operation: Operation) -> bool:
    """Return whether an operation left the application well: synced, and not unhealthy as far as anybody waited."""
    return operation.phase == OperationPhase.SUCCEEDED.value and operation.health in _GOOD_HEALTH


def rollback_target(record: Record | None, wanted: int | None, *, application: str) -> Operation:
    """Return the operation to go back to: the one of that number, else the last good one of other content.

    Raises ``UsageError`` where there is no such operation, and ``Refused`` where there is none to go back to.
    """
    operations = record.operations if record else ()
    if wanted is not None:
        chosen = next((each for each in operations if each.id == wanted), None)
        if chosen is None:
            known = ", ".join(str(each.id) for each in operations) or "none"
            raise UsageError(
                f"{application}: the history has no operation {wanted}", remedy=f"Operations there are: {known}."
            )
        if chosen.phase != OperationPhase.SUCCEEDED.value:
            raise Refused(
                f"{application}: operation {wanted} did not succeed (it is {chosen.phase})",
                remedy=f"See `gitops-action history {application}` for one that did.",
            )
        return chosen
    found = last_good(operations)
    if found is None:
        raise Refused(
            f"{application}: there is nothing to roll back to: no earlier sync with other content succeeded",
            remedy="Revert the commit in Git, or name an operation of the history.",
        )
    return found


def last_good(operations: tuple[Operation, ...]) -> Operation | None:
    """Return the newest good operation that differs from the newest of all, if there is one (HIS-6)."""
    if not operations:
        return None
    newest = operations[0]
    return next((each for each in operations[1:] if is_good(each) and not _is_same(each, newest)), None)


def _is_same(earlier: Operation, newest: Operation) -> bool:
    """Return whether what runs is what an earlier operation brought; after one that failed nobody knows."""
    if newest.phase != OperationPhase.SUCCEEDED.value:
        return False
    if earlier.targets and newest.targets:
        return earlier.targets == newest.targets
    return earlier.revision == newest.revision


def _closed(operation: Operation) -> Operation:
    if operation.phase != OperationPhase.RUNNING.value:
        return operation
    return replace(operation, phase=OperationPhase.ERROR.value, message=_LOST)


def _trimmed(record: Record, *, limit: int) -> Record:
    """Return the record with its newest operations, and the newest good ones whatever came after (HIS-2)."""
    number = min(max(limit, 1), _MOST)
    good = [each.id for each in record.operations if is_good(each)][:_GOOD_ONES]
    kept = tuple(each for place, each in enumerate(record.operations) if place < number or each.id in good)
    used = {each.targets for each in kept}
    return replace(record, operations=kept, targets={key: text for key, text in record.targets.items() if key in used})
