"""``wait``: until applications are in sync, healthy and left alone by operations, as ``argocd app wait`` means it.

In: a session, its clusters and what is waited for. Out: how the applications stand, and whether that was reached.
Writes nothing. The applications are rendered once; whenever something of theirs changes they are compared again, at
most every two seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.commands.bugs import told_as_errors
from gitops_action.commands.evaluate import Evaluation, evaluated, findings
from gitops_action.commands.parallel import each
from gitops_action.commands.reporting import report_of
from gitops_action.commands.syncer import open_syncer
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import ExitCode, GitOpsError
from gitops_action.health import HealthStatusCode
from gitops_action.report.build import application_report
from gitops_action.report.model import Mode
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.watching import Watches

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.commands.syncer import Syncer
    from gitops_action.health import HealthStatus
    from gitops_action.report.model import ApplicationReport, Report
    from gitops_action.resource import ResourceKey

_PAUSE = 2.0
"""Seconds between two comparisons."""
_LOOK_AGAIN = 10.0
"""Seconds after which a record is read again though nothing was heard of the objects."""
_TURNED = frozenset({HealthStatusCode.DEGRADED, HealthStatusCode.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is waited for. Of the kinds of health one suffices; none of all named means sync, health and operation."""

    sync: bool = False
    health: bool = False
    operation: bool = False
    suspended: bool = False
    degraded: bool = False

    def completed(self) -> Wanted:
        """Return what is waited for where nothing was named."""
        is_named = self.sync or self.health or self.operation or self.suspended or self.degraded
        return self if is_named else Wanted(sync=True, health=True, operation=True)

    @property
    def healths(self) -> frozenset[HealthStatusCode]:
        """The kinds of health of which one is waited for; none where health does not matter."""
        named = {
            HealthStatusCode.HEALTHY: self.health,
            HealthStatusCode.SUSPENDED: self.suspended,
            HealthStatusCode.DEGRADED: self.degraded,
        }
        return frozenset(code for code, wanted in named.items() if wanted)

    def unmet(self, found: Evaluation) -> str:
        """Return what an application still lacks, in words; empty where it has all."""
        return ", ".join(self._unmet(found))

    def _unmet(self, found: Evaluation) -> Iterator[str]:
        status = found.comparison.status if found.comparison else SyncStatusCode.UNKNOWN
        if self.sync and status is not SyncStatusCode.SYNCED:
            yield f"sync status {status.value or 'Unknown'}"
        if self.healths and (found.health is None or found.health.code not in self.healths):
            yield f"health {found.health.code.value if found.health else 'Unknown'}"
        if self.operation and found.record is not None and found.record.phase == OperationPhase.RUNNING.value:
            yield f"operation {found.record.phase}"


def wait(session: Session, clusters: Clusters, stop: threading.Event, wanted: Wanted) -> tuple[Report, ExitCode]:
    """Return how the applications stand once they are as wanted or time is over, and the code that says which."""
    with open_syncer(session, clusters, stop) as syncer:
        waiter = _Waiter(syncer=syncer, wanted=wanted.completed())
        applications = each(waiter.report, session.applications, at_once=syncer.at_once, name="wait")
    report = report_of(session, mode=Mode.DRIFT, applications=applications, requests=clusters.requests)
    code = ExitCode.worst(waiter.codes)
    return replace(report, exit_code=int(code), notes=(*report.notes, *sorted(waiter.notes))), code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiter:
    """Waits for applications. ``codes`` and ``notes`` gather what came of each."""

    syncer: Syncer
    wanted: Wanted
    codes: list[ExitCode] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def report(self, application: Application) -> ApplicationReport:
        """Return how one application stands in the end."""
        found = self.syncer.evaluate(application)
        lacking = self.wanted.unmet(found)
        if found.error is not None or found.is_broken or found.cluster is None:
            self.codes.append(found.error.exit_code if found.error else ExitCode.APPLICATION)
        elif lacking:
            try:
                with told_as_errors(application.name):
                    found, lacking = self._wait(found)
            except GitOpsError as error:
                found = replace(found, error=error)
                lacking = error.summary
                self.codes.append(error.exit_code)
            if lacking:
                self.notes.append(f"{application.name}: waited in vain: {lacking}")
                interrupted = self.syncer.stop.is_set()
                self.codes.append(ExitCode.INTERRUPTED if interrupted else ExitCode.NOT_HEALTHY)
        return application_report(findings(found, self.syncer.session), Mode.DRIFT)

    def _wait(self, found: Evaluation) -> tuple[Evaluation, str]:
        """Return the application once it is as wanted, or what it lacks when time is over or an object fails."""
        rows = found.comparison.resources if found.comparison else ()
        clock, say = self.syncer.session.ports.clock, self.syncer.progress(found.application)
        if found.cluster is None:
            return found, self.wanted.unmet(found)
        watches = Watches(found.cluster, {row.key for row in rows}, clock=clock)
        deadline = clock.monotonic() + self.syncer.session.inputs.timeout
        lacking = ""
        try:
            watches.follow({(row.kind, row.key.namespace) for row in rows if row.kind})
            while True:
                before, lacking = lacking, self.wanted.unmet(found)
                if not lacking or clock.monotonic() >= deadline or self.syncer.stop.is_set():
                    return found, lacking
                if lacking != before:
                    say(f"waiting: {lacking}")
                self.syncer.stop.wait(min(_PAUSE, max(0.0, deadline - clock.monotonic())))
                watches.next(min(_LOOK_AGAIN, max(0.0, deadline - clock.monotonic())))
                known = found.resource_health
                with self.syncer.cores:
                    found = evaluated(found, self.syncer.session, self.syncer.assess)
                if failed := self._turned(known, found):
                    return found, f"{failed} turned Degraded"
        finally:
            watches.close()

    def _turned(self, before: Mapping[ResourceKey, HealthStatus], found: Evaluation) -> str:
        """Return the object that turned Degraded while health is waited for; one that was so before has had time."""
        if HealthStatusCode.HEALTHY not in self.wanted.healths or self.wanted.degraded:
            return ""
        for key, health in found.resource_health.items():
            was = before.get(key)
            if health.code is HealthStatusCode.DEGRADED and was is not None and was.code not in _TURNED:
                return str(key)
        return ""
