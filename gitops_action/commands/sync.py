"""``sync``: refresh, bring the cluster to what Git says, wait until it is healthy, and record it.

In: a session and its clusters. Out: the report. Applications are synced in parallel, but for those that wait for others
(``stages``), and reported in their order; how one of them is synced is ``syncer``'s business.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.application.stages import stages
from gitops_action.commands.cache_directory import for_sync
from gitops_action.commands.deletion import delete, note_of
from gitops_action.commands.in_order import in_order
from gitops_action.commands.on_failure import after_failure
from gitops_action.commands.plans import read_plan
from gitops_action.commands.recording import Intent, is_automated
from gitops_action.commands.removed import find_removed
from gitops_action.commands.reporting import report_of
from gitops_action.commands.syncer import Synced, open_syncer
from gitops_action.errors import ExitCode, Refused
from gitops_action.report.model import Mode
from gitops_action.sync.selection import parse_selection

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable

    from gitops_action.application.stages import Predecessor
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.report.model import ApplicationReport, Report


def sync(session: Session, clusters: Clusters, stop: threading.Event) -> Report:
    """Return the report of a sync of all applications of the session; ``stop`` ends it in order."""
    whole = session
    session = _automated_only(replace(session, manifests=for_sync(session.manifests)))
    selection = parse_selection(session.inputs.resource, session.inputs.label)
    intent = Intent(selection=selection, plan=read_plan(session))
    order = stages(session.applications, automated=is_automated(session))
    with open_syncer(session, clusters, stop) as syncer:

        def one(position: int) -> ApplicationReport:
            synced = syncer.carry_out(syncer.evaluate(session.applications[position]), intent)
            return syncer.report(after_failure(synced, syncer), Mode.SYNC)

        def not_begun(position: int, reason: str) -> ApplicationReport:
            found = syncer.evaluate(session.applications[position])
            name = found.application.name
            refused = Refused(f"{name}: not started, because {reason}", remedy="Sync it once that is in order.")
            return syncer.report(Synced.untouched(replace(found, error=found.error or refused)), Mode.SYNC)

        applications = in_order(
            len(session.applications),
            order,
            do=one,
            skip=not_begun,
            is_done=_is_done,
            at_once=syncer.at_once,
        )
    deleted, notes = _without_removed(whole, clusters, stop, applications)
    return report_of(
        session, mode=Mode.SYNC, applications=(*applications, *deleted), requests=clusters.requests, notes=notes
    )


def _without_removed(
    session: Session, clusters: Clusters, stop: threading.Event, synced: Iterable[ApplicationReport]
) -> tuple[tuple[ApplicationReport, ...], tuple[str, ...]]:
    """Return what became of applications that are gone from Git, and notes on those whose objects stay.

    They go last, and only where all others are well: what is theirs may be about to become another one's.
    """
    removed = () if session.inputs.dry_run else find_removed(session, clusters)
    is_well = all(each.exit_code in (ExitCode.OK, ExitCode.DIFFERENT) for each in synced) and not stop.is_set()
    if removed and session.inputs.prune_applications and is_well:
        return tuple(delete(each, session, stop) for each in removed), ()
    return (), tuple(note_of(each) for each in removed)


def _is_done(report: ApplicationReport, asked: Predecessor) -> bool:
    """Return whether others may begin after an application; one that keeps what is gone from Git is not synced."""
    return report.exit_code == ExitCode.OK or (report.exit_code == ExitCode.DIFFERENT and not asked.must_be_synced)


def _automated_only(session: Session) -> Session:
    """Return the session without the applications that nobody wants to be synced on a push, if inputs say so."""
    if not session.inputs.only_automated:
        return session
    kept = tuple(each for each in session.applications if (found := each.sync_policy.automated) and found.enabled)
    left_out = [each.name for each in session.applications if each not in kept]
    notes = (f"not synced, for they are not automated: {', '.join(left_out)}",) if left_out else ()
    return replace(session, applications=kept, notes=(*session.notes, *notes))
