"""The history of an application as it is reported: what its record remembers, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report.model import HistoryReport

if TYPE_CHECKING:
    from gitops_action.sync.record import Record


def history_of(record: Record | None) -> tuple[HistoryReport, ...]:
    """Return the operations of a record; none where there is no record."""
    return tuple(
        HistoryReport(
            id=operation.id,
            revision=operation.revision,
            phase=operation.phase,
            kind=operation.kind.value,
            health=operation.health,
            initiator=operation.initiator,
            approvals=operation.approvals,
            run_url=operation.run_url,
            started=operation.started,
            finished=operation.finished,
            can_roll_back=bool(operation.targets),
            rolled_back_to=-1 if operation.rolled_back_to is None else operation.rolled_back_to,
        )
        for operation in (record.operations if record else ())
    )
