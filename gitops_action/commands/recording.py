"""The record of one application through one sync: what it says while the sync runs, and how it ended.

In: an evaluation, the session and what the operation is for. Out: the ``Record`` to write before the first change and
the one after the last. Writes nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.commands.ownership import owner_of, uid_of
from gitops_action.sync.history import begun, ended, next_id
from gitops_action.sync.model import OperationPhase, ResultCode
from gitops_action.sync.record import Operation, OperationKind, Record, RecordedSource, united
from gitops_action.sync.record_format import fitting, packed
from gitops_action.sync.selection import Selection

if TYPE_CHECKING:
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session
    from gitops_action.resource import ResourceKey
    from gitops_action.sync.model import OperationResult
    from gitops_action.sync.reviewed_plan import ReviewedPlan

_AUTOMATED_EVENTS = frozenset({"push", "schedule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What an operation is for: a sync unless it says otherwise.

    ``revision`` is the commit that it brings, the checked-out one if empty; ``is_after_failure`` that it undoes what
    the same run has just done. A self-heal restores what was synced
    before: it runs no hooks and is no entry of the history (OPS-13, HIS-3). Nor is the sync of a ``selection``, after
    which the application is at the commit that it was at before (SYN-48, SYN-55).
    """

    kind: OperationKind = OperationKind.SYNC
    revision: str = ""
    rolled_back_to: int | None = None
    is_after_failure: bool = False
    is_self_heal: bool = False
    selection: Selection = field(default_factory=Selection)
    plan: ReviewedPlan | None = None
    """What was reviewed, and is to be done and nothing else."""

    @property
    def is_recorded(self) -> bool:
        """Whether it is an entry of the history."""
        return not self.is_self_heal and not self.selection.is_partial


def is_automated(session: Session) -> bool:
    """Return whether nobody asked for this run by hand: sync windows and the history tell the two apart."""
    return session.event.name in _AUTOMATED_EVENTS


class Recording:
    """The records of one operation."""

    def __init__(self, found: Evaluation, session: Session, intent: Intent, *, holder: str = "") -> None:
        self._found = found
        self._session = session
        self._intent = intent
        self._holder = holder
        self._started = session.ports.clock.now()
        self._operation: Operation | None = None
        self._record: Record | None = None

    @property
    def revision(self) -> str:
        """The commit that the operation brings."""
        return self._intent.revision or self._session.head.commit

    def begin(self) -> Record:
        """Return the record while the operation runs, with everything that is or was the application's."""
        if self._record is None:
            running = replace(self._blank(), phase=OperationPhase.RUNNING, inventory=self._known())
            self._record = self._with_operation(running) if self._intent.is_recorded else running
        return self._record

    def hooks_done(self) -> Record | None:
        """Return the record once all hooks have run; ``None`` where the operation is no entry of it."""
        if self._record is None or self._operation is None:
            return None
        self._operation = replace(self._operation, hooks_done=True)
        self._record = ended(self._record, self._operation)
        return self._record

    def end(self, result: OperationResult) -> Record:
        """Return the record after the operation.

        Only one that succeeded forgets what it no longer has to look for. One that changed nothing is an entry of the
        history only where there is none yet.
        """
        former = self._found.record
        if self._intent.selection.is_partial:
            return self._partial()
        if self._record is None and (former is None or not former.operations) and self._intent.is_recorded:
            self.begin()
        succeeded = result.phase is OperationPhase.SUCCEEDED
        left = tuple(each.key for each in result.resources if each.code is ResultCode.PRUNE_SKIPPED)
        now = self._session.ports.clock.now()
        record = replace(
            self._record or self._blank(),
            phase=result.phase,
            inventory=united(self._targets(), left) if succeeded else self._known(),
            finished=now,
            healed=now if self._intent.is_self_heal else 0.0,
        )
        if self._operation is None:
            return record
        done = replace(
            self._operation,
            phase=result.phase,
            message=result.message,
            health=result.health.code.value if result.health else "",
            finished=now,
        )
        return ended(record, done)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _partial(self) -> Record:
        """Return the record after a selective sync: that of the last whole one, with what there is to look for."""
        former = self._found.record
        return replace(
            self._blank(),
            phase=former.phase if former else OperationPhase.SUCCEEDED,
            revision=former.revision if former else "",
            started=former.started if former else 0.0,
            finished=former.finished if former else 0.0,
            inventory=self._known(),
        )

    def _blank(self) -> Record:
        """Return the record with all that is known before anything is done."""
        application, former, cluster = self._found.application, self._found.record, self._found.cluster
        heals = (former.heals if former else 0) + 1 if self._intent.is_self_heal else 0
        return Record(
            application=application.name,
            namespace=application.namespace,
            destination_namespace=application.destination.namespace,
            phase=former.phase if former else "",
            revision=self.revision,
            inventory=former.inventory if former else (),
            run_url=self._session.event.run_url,
            started=self._started,
            owner=owner_of(application, self._session),
            cluster_uid=uid_of(cluster) if cluster else "",
            operations=former.operations if former else (),
            targets=former.targets if former else {},
            heals=heals,
            finalizers=application.finalizers,
            sync_options=application.sync_policy.sync_options,
        )

    def _with_operation(self, record: Record) -> Record:
        application, event = self._found.application, self._session.event
        digest, zipped = packed(self._found.rendered.targets) if self._found.rendered else ("", b"")
        operation = Operation(
            id=next_id(self._found.record),
            kind=self._intent.kind,
            revision=self.revision,
            phase=OperationPhase.RUNNING,
            initiator=event.actor or self._session.ports.environment.get("USER", ""),
            is_automated=is_automated(self._session),
            sources=tuple(
                RecordedSource(
                    repo_url=source.repo_url,
                    target_revision=source.target_revision,
                    path=source.path,
                    chart=source.chart,
                )
                for source in application.sources
            ),
            run_url=event.run_url,
            started=self._started,
            targets=digest,
            rolled_back_to=self._intent.rolled_back_to,
            holder=self._holder,
        )
        limit = application.revision_history_limit
        kept = fitting(begun(record, operation, {digest: zipped}, limit=limit))
        self._operation = kept.operations[0]
        return kept

    def _targets(self) -> tuple[ResourceKey, ...]:
        rows = self._found.comparison.resources if self._found.comparison else ()
        return tuple(row.key for row in rows if row.target is not None)

    def _known(self) -> tuple[ResourceKey, ...]:
        """Return everything that is or was the application's, among it what was found by its annotation alone."""
        rows = self._found.comparison.resources if self._found.comparison else ()
        candidates = (row.key for row in rows if row.requires_pruning)
        return united(self._found.record.inventory if self._found.record else (), self._targets(), candidates)
