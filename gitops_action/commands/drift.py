"""``drift``: compare the tracked branch with what lives, and bring back what applications with ``selfHeal`` lost.

In: a session and its clusters. Out: the report; what is not healed although its application asks for it is a note with
the reason. A self-heal repeats the last sync: it runs no hooks, brings no new commit, keeps to windows, and never waits
for another sync, which may be what changes the objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.commands.cache_directory import for_sync
from gitops_action.commands.diff import diff
from gitops_action.commands.options import sync_options
from gitops_action.commands.parallel import each
from gitops_action.commands.recording import Intent
from gitops_action.commands.reporting import report_of
from gitops_action.commands.syncer import Synced, open_syncer
from gitops_action.commands.windows import window_decision
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import Locked
from gitops_action.report.model import Mode
from gitops_action.sync.record_format import packed
from gitops_action.sync.refuse import is_needed
from gitops_action.sync.self_heal import reason_against

if TYPE_CHECKING:
    import threading

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session
    from gitops_action.commands.syncer import Syncer
    from gitops_action.report.model import ApplicationReport, Report

_HEAL = Intent(is_self_heal=True)


def drift(session: Session, clusters: Clusters, stop: threading.Event) -> Report:
    """Return the report of a comparison of all applications, with what was brought back."""
    if not session.inputs.self_heal or not any(map(_asks_for_it, session.applications)):
        return diff(session, clusters, Mode.DRIFT)
    session = replace(session, manifests=for_sync(session.manifests))
    with open_syncer(session, clusters, stop) as syncer:
        healer = _Healer(syncer=syncer)
        applications = each(healer.report, session.applications, at_once=syncer.at_once, name="drift")
    return report_of(
        session, mode=Mode.DRIFT, applications=applications, requests=clusters.requests, notes=sorted(healer.notes)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Healer:
    """Compares applications, and brings back what they lost. ``notes`` gather why some are not healed."""

    syncer: Syncer
    notes: list[str] = field(default_factory=list)

    def report(self, application: Application) -> ApplicationReport:
        """Return what became of one application."""
        found = self.syncer.evaluate(application)
        synced = Synced.untouched(found)
        if not self._is_to_heal(found):
            return self.syncer.report(synced, Mode.DRIFT)
        reason = self._reason_against(found)
        if not reason:
            synced = self.syncer.carry_out(found, _HEAL)
            if isinstance(synced.after.error, Locked):
                reason, synced = synced.after.error.summary.removeprefix("not synced, for "), Synced.untouched(found)
        if reason:
            self.notes.append(f"{application.name} drifted and is not healed: {reason}")
        return self.syncer.report(synced, Mode.DRIFT)

    def _is_to_heal(self, found: Evaluation) -> bool:
        """Return whether an application wants to be healed, and has lost something."""
        comparison = found.comparison
        if found.error or found.is_broken or comparison is None or not _asks_for_it(found.application):
            return False
        prunes = sync_options(found.application, self.syncer.session, found.record).prune
        return comparison.status is SyncStatusCode.OUT_OF_SYNC and is_needed(comparison, prune=prunes)

    def _reason_against(self, found: Evaluation) -> str:
        session = self.syncer.session
        targets = packed(found.rendered.targets)[0] if found.rendered else ""
        reason = reason_against(
            found.record, commit=session.head.commit, targets=targets, now=session.ports.clock.now()
        )
        window = window_decision(found.application, session)
        return reason or ("" if window.allowed else str(window))


def _asks_for_it(application: Application) -> bool:
    automated = application.sync_policy.automated
    return automated is not None and automated.enabled and automated.self_heal
