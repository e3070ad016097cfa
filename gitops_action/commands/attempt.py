"""One attempt at a sync: a comparison carried out between two writes of its record.

In: a comparison, its cluster, and the lock, taken or not. Out: the operation's result and the record as it is now. What
forbids a sync is asked here for the last time, before the first change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.commands.evaluate import recorded
from gitops_action.commands.neighbours import argocd_refusal
from gitops_action.commands.options import sync_options
from gitops_action.commands.ownership import check_owner
from gitops_action.commands.plans import check_plan
from gitops_action.commands.recording import Intent, Recording
from gitops_action.commands.windows import check_window
from gitops_action.report.build import Scrubber
from gitops_action.resource.annotations import HookDeletePolicy, hook_delete_policies
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.operation import TERMINATED
from gitops_action.sync.pause import paused, paused_in_cluster
from gitops_action.sync.perform import sync as sync_application
from gitops_action.sync.record import OperationKind
from gitops_action.sync.record_store import save_record
from gitops_action.sync.refuse import is_needed
from gitops_action.sync.selection import selected

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.commands.evaluate import Assess, Evaluation
    from gitops_action.commands.older import Ancestry
    from gitops_action.commands.session import Session
    from gitops_action.comparison.model import Comparison
    from gitops_action.ports import Cluster
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.lock import ApplicationLock
    from gitops_action.sync.model import OperationResult
    from gitops_action.sync.options import SyncOptions
    from gitops_action.sync.record import Record
    from gitops_action.sync.writer import Stop

_UNFINISHED = frozenset({OperationPhase.RUNNING, OperationPhase.FAILED, OperationPhase.ERROR})
"""Phases after which hooks may be left to run, although everything else is as Git says."""


class Overtaken(Exception):
    """Another sync was there since the comparison; the lock is ours now."""

    def __init__(self, record: Record | None) -> None:
        super().__init__()
        self.record = record


def new_attempt(
    found: Evaluation,
    session: Session,
    lock: ApplicationLock,
    *,
    ancestry: Ancestry,
    say: Callable[[str], None],
    intent: Intent,
    left: float,
) -> Attempt:
    """Return the attempt, which did nothing yet; ``left`` is how many seconds it may take."""
    comparison, cluster = found.comparison, found.cluster
    if comparison is None or cluster is None:
        raise RuntimeError("an application is synced only after it was compared")
    check_owner(found.application, found.record, session, cluster)
    recording = Recording(found, session, intent, holder=lock.holder)
    return Attempt(
        found=found,
        comparison=comparison,
        cluster=cluster,
        session=session,
        options=replace(
            sync_options(found.application, session, found.record), revision=recording.revision, timeout=left
        ),
        lock=lock,
        ancestry=ancestry,
        say=say,
        intent=intent,
        recording=recording,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One comparison carried out, and recorded."""

    found: Evaluation
    comparison: Comparison
    cluster: Cluster
    session: Session
    options: SyncOptions
    lock: ApplicationLock
    ancestry: Ancestry
    say: Callable[[str], None]
    intent: Intent
    recording: Recording
    scrub: Scrubber = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scrub", Scrubber(self.comparison))

    def run(self, assess: Assess, stop: Stop) -> tuple[OperationResult, Record | None]:
        """Sync, record what came of it, and return both."""
        comparison = selected(self.comparison, self.intent.selection)
        result = sync_application(
            replace(comparison, hooks=self._hooks(comparison)),
            self.cluster,
            assess=assess,
            options=self.options,
            progress=self.say,
            clock=self.session.ports.clock,
            stop=stop,
            scrub=self.scrub,
            before_change=self._begin,
            before_clean_up=self._note_hooks,
            denial=self.found.denial,
        )
        return self._finish(result)

    def _hooks(self, comparison: Comparison) -> tuple[Resource, ...]:
        """Return the hooks to run: all where there is something to sync, or where the last sync did not end well.

        Of a run that was killed later, those are run again that it was about to delete: what is there is not run anew.
        """
        former = self.found.record
        if self.intent.is_self_heal:
            return ()
        if is_needed(comparison, prune=self.options.prune):
            return comparison.hooks
        if former is None or former.phase not in _UNFINISHED:
            return ()
        if not (former.operations and former.operations[0].hooks_done):
            return comparison.hooks
        return tuple(hook for hook in comparison.hooks if self._is_left_behind(hook))

    def _is_left_behind(self, hook: Resource) -> bool:
        kind = self.cluster.catalog().find(hook)
        if kind is None or HookDeletePolicy.HOOK_SUCCEEDED not in hook_delete_policies(hook):
            return False
        return self.cluster.get(kind, namespace=hook.namespace if kind.namespaced else "", name=hook.name) is not None

    def _note_hooks(self) -> None:
        """Note in the record that all hooks have run, before the traces of it are deleted."""
        self.lock.check()
        if (record := self.recording.hooks_done()) is not None:
            self._save(record)

    def _begin(self) -> None:
        if self.intent.plan is not None:
            check_plan(self.intent.plan, self.comparison)
        self._check_window()
        self._take_lock()
        self._check_window()
        application = self.found.application
        reason = paused_in_cluster(application, self.cluster, self.session.inputs.state_namespace)
        if refused := paused(application, reason) or argocd_refusal(application, self.cluster, self.session.inputs):
            raise refused
        self._check_age()
        new = [row.key for row in self.comparison.resources if row.target is not None and row.live is None]
        self.session.claims.claim(application.name, self.cluster.server, new)
        self.session.on_change(self.found.application)
        self._save(self.recording.begin())

    def _take_lock(self) -> None:
        """Take the lock unless we have it; a record that changed since the comparison tells of a sync in between."""
        if not self.lock.is_held:
            waited = self.lock.take(done=self._holder_that_is_done())
            record = recorded(self.found.application, self.cluster, self.session.inputs.state_namespace)
            if waited or record != self.found.record:
                raise Overtaken(record)
        self.lock.check()

    def _check_window(self) -> None:
        """Refuse what no window lets begin; to undo what the run has just done is no beginning."""
        if not self.intent.is_after_failure:
            check_window(self.found.application, self.session)

    def _holder_that_is_done(self) -> str:
        former = self.found.record
        last = former.operations[0] if former and former.operations else None
        return last.holder if last and OperationPhase(last.phase).is_completed else ""

    def _check_age(self) -> None:
        """Refuse an older commit; a rollback is asked for one."""
        if self.intent.kind is OperationKind.SYNC:
            self.ancestry.check(self.found.record, self.say)

    def _finish(self, result: OperationResult) -> tuple[OperationResult, Record | None]:
        """Write the outcome, and return it as it was recorded.

        What changed nothing is in order for an older commit as well, and leaves the newer one's record as it is.
        """
        former = self.found.record
        if self.options.dry_run:
            return result, former
        if self.lock.loss:
            message = f"{self.lock.loss}; stopped before the next write, and not recorded"
            return replace(result, phase=OperationPhase.FAILED, message=message), former
        if self.lock.is_asked_to_end and result.phase is OperationPhase.SUCCEEDED:
            result = replace(result, phase=OperationPhase.FAILED, message=f"{TERMINATED} while waiting for health")
        record = self.recording.end(result)
        if not self.lock.is_held and former is not None and _content(former) == _content(record):
            return result, former
        self._take_lock()
        is_sync = self.intent.kind is OperationKind.SYNC
        if is_sync and self.ancestry.is_older(former, self.say):
            return result, former
        self._save(record)
        return result, record

    def _save(self, record: Record) -> None:
        save_record(record, self.found.application, self.cluster, self.session.inputs.state_namespace)


def _content(record: Record) -> tuple[str, str, tuple[ResourceKey, ...]]:
    return record.revision, record.phase, record.inventory
