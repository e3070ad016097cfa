"""``sync``: refresh, bring the cluster to what Git says, wait until it is healthy, and record it.

In: a session and its clusters. Out: the report. Applications are synced in parallel and reported in their order; what
fails for one of them does not hold up the others. After an operation that wrote, the application is compared once more,
so that what the report says of it was read from the cluster.
"""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.adapters.scripts import open_assessor
from gitops_action.commands.cache_directory import for_sync
from gitops_action.commands.evaluate import Evaluation, compared, evaluate, findings, judged
from gitops_action.commands.older import Ancestry
from gitops_action.commands.operate import operate
from gitops_action.commands.parallel import each
from gitops_action.commands.recording import Intent
from gitops_action.commands.reporting import report_of
from gitops_action.errors import GitOpsError
from gitops_action.report.build import application_report
from gitops_action.report.model import Mode
from gitops_action.sync.selection import parse_selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.evaluate import Assess
    from gitops_action.commands.session import Session
    from gitops_action.report.build import Findings
    from gitops_action.report.model import ApplicationReport, Report
    from gitops_action.sync.model import OperationResult


_AT_ONCE = 10
"""Applications that are synced at once; most of them wait for health."""


def sync(session: Session, clusters: Clusters, stop: threading.Event) -> Report:
    """Return the report of a sync of all applications of the session; ``stop`` ends it in order."""
    session = _automated_only(replace(session, manifests=for_sync(session.manifests)))
    selection = parse_selection(session.inputs.resource, session.inputs.label)
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        syncer = _Syncer(
            session=session,
            clusters=clusters,
            ancestry=Ancestry(session),
            assess=open_assessor(session.settings.customizations, session.ports.clock),
            stop=stop,
            scratch=scratch,
            cores=threading.Semaphore(session.workers),
            intent=Intent(selection=selection),
        )
        at_once = max(session.workers, _AT_ONCE)
        applications = each(syncer.report, session.applications, at_once=at_once, name="sync")
    return report_of(session, mode=Mode.SYNC, applications=applications, requests=clusters.requests)


def _automated_only(session: Session) -> Session:
    """Return the session without the applications that nobody wants to be synced on a push, if inputs say so."""
    if not session.inputs.only_automated:
        return session
    kept = tuple(each for each in session.applications if (found := each.sync_policy.automated) and found.enabled)
    left_out = [each.name for each in session.applications if each not in kept]
    notes = (f"not synced, for they are not automated: {', '.join(left_out)}",) if left_out else ()
    return replace(session, applications=kept, notes=(*session.notes, *notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Syncer:
    """Syncs applications. ``cores`` bounds what computes; to wait for health takes no core, so many wait at once."""

    session: Session
    clusters: Clusters
    ancestry: Ancestry
    assess: Assess
    stop: threading.Event
    scratch: str
    cores: threading.Semaphore
    intent: Intent
    log_lock: threading.Lock = field(default_factory=threading.Lock)

    def report(self, application: Application) -> ApplicationReport:
        """Return what became of one application."""
        found = after = Evaluation(application=application)
        result = None
        try:
            with self.cores:
                found = after = evaluate(application, self.session, self.clusters, self.assess, self.scratch)
            if found.comparison is not None and not found.is_broken:
                found, result = operate(
                    found,
                    self.session,
                    self.assess,
                    self.stop,
                    ancestry=self.ancestry,
                    say=self._progress(application),
                    again=self._again,
                    intent=self.intent,
                )
                after = self._again(found) if result is None or result.changed else _settled(found, result)
        except GitOpsError as error:
            after = replace(after, error=error)
        return application_report(self._findings(found, after, result), Mode.SYNC)

    def _findings(self, found: Evaluation, after: Evaluation, result: OperationResult | None) -> Findings:
        """Return what is reported: the differences as they were, the state as it is now."""
        rows = after.comparison.resources if after.comparison else ()
        return replace(
            findings(after, self.session),
            before=found.comparison,
            resource_status={row.key: row.status for row in rows},
            operation=result,
            is_interrupted=self.stop.is_set(),
        )

    def _again(self, found: Evaluation) -> Evaluation:
        """Return the application as it is now."""
        with self.cores:
            return judged(compared(found, self.session), self.assess)

    def _progress(self, application: Application) -> Callable[[str], None]:
        def say(line: str) -> None:
            with self.log_lock:
                self.session.ports.workflow.log(f"{application.name}: {line}")

        return say


def _settled(found: Evaluation, result: OperationResult) -> Evaluation:
    """Return an application of which nothing was written, with the health that it was waited for."""
    health = {**found.resource_health, **dict(result.resource_health)}
    return replace(found, health=result.health or found.health, resource_health=health)
