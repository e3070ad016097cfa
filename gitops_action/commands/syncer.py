"""Carry out the sync of one application, and report it: what ``sync``, ``rollback`` and a self-heal have in common.

In: a session, its clusters and what the operation is for. Out: for each application what was found, what came of it
and what is there now. What fails for one of them is data and does not hold up the others. After an operation that
wrote, the application is compared once more, so that what is said of it was read from the cluster.
"""

from __future__ import annotations

import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.adapters.scripts import open_assessor
from gitops_action.commands.bugs import told_as_errors
from gitops_action.commands.evaluate import Evaluation, compared, evaluate, findings, judged
from gitops_action.commands.older import Ancestry
from gitops_action.commands.operate import operate
from gitops_action.commands.transcript import Transcript
from gitops_action.errors import GitOpsError
from gitops_action.report.build import application_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.evaluate import Assess
    from gitops_action.commands.recording import Intent
    from gitops_action.commands.session import Session
    from gitops_action.report.build import Findings
    from gitops_action.report.model import ApplicationReport, Mode
    from gitops_action.sync.model import OperationResult

AT_ONCE = 10
"""Applications that are synced at once; most of them wait for health."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """One application: as it was found, as it is now, and the operation between, if there was one.

    ``revision`` is the commit that it was brought to, the checked-out one if empty.
    """

    found: Evaluation
    after: Evaluation
    result: OperationResult | None = None
    revision: str = ""

    @classmethod
    def untouched(cls, found: Evaluation) -> Synced:
        """Return an application to which nothing was done."""
        return cls(found=found, after=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Syncer:
    """Syncs applications. ``cores`` bounds what computes; to wait for health takes no core, so many wait at once."""

    session: Session
    clusters: Clusters
    ancestry: Ancestry
    assess: Assess
    stop: threading.Event
    scratch: str
    cores: threading.Semaphore
    log_lock: threading.Lock = field(default_factory=threading.Lock)
    transcript: Transcript = field(default_factory=Transcript)

    @property
    def at_once(self) -> int:
        """How many applications are worked on at once."""
        return max(self.session.workers, AT_ONCE)

    def evaluate(self, application: Application) -> Evaluation:
        """Return an application rendered and compared; what keeps it from that is its ``error``."""
        self.session.ports.workflow.progress(application.name, "rendering and comparing")
        try:
            with told_as_errors(application.name), self.cores:
                return evaluate(application, self.session, self.clusters, self.assess, self.scratch)
        except GitOpsError as error:
            return Evaluation(application=application, error=error)

    def carry_out(self, found: Evaluation, intent: Intent) -> Synced:
        """Sync an application that was compared; one that could not be is left as it is."""
        if found.error is not None or found.comparison is None or found.is_broken:
            return Synced.untouched(found)
        try:
            with told_as_errors(found.application.name):
                acted, result = self._operated(found, intent)
        except GitOpsError as error:
            return Synced(found=found, after=replace(found, error=error))
        try:
            with told_as_errors(found.application.name):
                after = self.again(acted) if result is None or result.changed else _settled(acted, result)
        except GitOpsError as error:  # how it ended stands; how it is now nobody knows
            after = replace(acted, error=error, comparison=None, health=None, resource_health={})
        return Synced(found=acted, after=after, result=result)

    def _operated(self, found: Evaluation, intent: Intent) -> tuple[Evaluation, OperationResult | None]:
        return operate(
            found,
            self.session,
            self.assess,
            self.stop,
            ancestry=self.ancestry,
            say=self.progress(found.application),
            again=self.again,
            intent=intent,
        )

    def again(self, found: Evaluation) -> Evaluation:
        """Return an application as it is now."""
        with self.cores:
            return judged(compared(found, self.session), self.assess)

    def report(self, synced: Synced, mode: Mode) -> ApplicationReport:
        """Return what is reported of one application, with which it is done."""
        self.session.ports.workflow.progress(synced.found.application.name, "")
        self._fold(synced)
        return application_report(self._findings(synced), mode)

    def _fold(self, synced: Synced) -> None:
        """Show the lines of an application once more, together, where those of others came in between."""
        name = synced.found.application.name
        lines = self.transcript.take(name)
        if lines and len(self.session.applications) > 1:
            self.session.ports.workflow.group(f"{name}: {synced.result.phase}" if synced.result else name, lines)

    def progress(self, application: Application) -> Callable[[str], None]:
        """Return what logs a line about an application, and shows it as what the application is at."""

        def say(line: str) -> None:
            self.transcript.add(application.name, line)
            with self.log_lock:
                self.session.ports.workflow.log(f"{application.name}: {line}")
            self.session.ports.workflow.progress(application.name, line)

        return say

    def _findings(self, synced: Synced) -> Findings:
        """Return the differences as they were, and the state as it is now."""
        rows = synced.after.comparison.resources if synced.after.comparison else ()
        return replace(
            findings(synced.after, self.session),
            before=synced.found.comparison,
            resource_status={row.key: row.status for row in rows},
            revision=synced.revision or self.session.head.commit,
            operation=synced.result,
            is_interrupted=self.stop.is_set(),
        )


@contextmanager
def open_syncer(session: Session, clusters: Clusters, stop: threading.Event) -> Iterator[Syncer]:
    """Return what syncs the applications of a session; ``stop`` ends all of them in order."""
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        yield Syncer(
            session=session,
            clusters=clusters,
            ancestry=Ancestry(session),
            assess=open_assessor(session.settings.customizations, session.ports.clock),
            stop=stop,
            scratch=scratch,
            cores=threading.Semaphore(session.workers),
        )


def _settled(found: Evaluation, result: OperationResult) -> Evaluation:
    """Return an application of which nothing was written, with the health that it was waited for."""
    health = {**found.resource_health, **dict(result.resource_health)}
    return replace(found, health=result.health or found.health, resource_health=health)
