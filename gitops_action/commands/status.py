"""``status`` and ``history``: how applications stand, and what their records remember. Write nothing.

In: a session and its clusters. Out: the report of a comparison, or rows of text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops_action.commands.diff import diff
from gitops_action.commands.evaluate import Evaluation, opened, recorded
from gitops_action.commands.history import history_of
from gitops_action.report.escape import one_line
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.report.model import ApplicationReport, HistoryReport, Report

_SHORT = 7
_WIDEST, _LAST = 60, 200
"""Characters of a cell, and of a line's last one."""


def status(session: Session, clusters: Clusters, *, with_trees: bool = False) -> Report:
    """Return how the applications stand, compared with what is checked out; with what they brought about if asked."""
    return diff(session, clusters, Mode.DRIFT, with_trees=with_trees)


def history(application: Application, session: Session, clusters: Clusters) -> tuple[HistoryReport, ...]:
    """Return the operations of an application, newest first; asks for its record alone.

    Raises ``GitOpsError`` where its cluster or record cannot be read.
    """
    found: Evaluation = opened(application, session, clusters)
    if found.cluster is None:
        return ()
    return history_of(recorded(found.application, found.cluster, session.inputs.state_namespace))


def status_text(report: Report) -> str:
    """Return a line for each application, as ``argocd app list`` has one."""
    rows = [("NAME", "CLUSTER", "NAMESPACE", "STATUS", "HEALTH", "LAST", "COMMIT", "CONDITIONS")]
    return _table([*rows, *(_status_row(each) for each in report.applications)])


def history_text(operations: Iterable[HistoryReport]) -> str:
    """Return a line for each operation."""
    rows = [("ID", "DATE", "REVISION", "KIND", "PHASE", "HEALTH", "BY", "ROLLBACK", "RUN")]
    return _table([*rows, *(_history_row(each) for each in operations)])


def _status_row(each: ApplicationReport) -> tuple[str, ...]:
    last = each.history[0] if each.history else None
    return (
        each.name,
        each.cluster,
        each.destination_namespace or "-",
        each.sync_status or "Unknown",
        each.health_status or "Unknown",
        f"{last.kind} {last.phase}" if last else "-",
        last.revision[:_SHORT] if last else "-",
        ",".join(sorted({condition.type for condition in each.conditions})) or "-",
    )


def _history_row(each: HistoryReport) -> tuple[str, ...]:
    date = datetime.fromtimestamp(each.started, UTC).strftime("%Y-%m-%d %H:%M:%SZ") if each.started else "-"
    kind = f"{each.kind} to {each.rolled_back_to}" if each.rolled_back_to >= 0 else each.kind
    return (
        str(each.id),
        date,
        each.revision[:_SHORT] or "-",
        kind,
        each.phase,
        each.health or "-",
        each.initiator or "-",
        "from the record" if each.can_roll_back else "from Git",
        each.run_url or "-",
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    clean = [[one_line(cell, _WIDEST) for cell in row[:-1]] + [one_line(row[-1], _LAST)] for row in rows]
    widths = [max(len(row[place]) for row in clean) for place in range(len(clean[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in clean)
    return "".join(f"{line.rstrip()}\n" for line in lines)
