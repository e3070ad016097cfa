"""What a sync does about applications that are gone from Git: it says so, and deletes their objects where inputs ask.

In: what was found to be gone, and what became of the other applications. Out: notes, or a report for each. Objects are
deleted last, as finalizers say, within the prune limit and under the application's lock; its record goes after them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.commands.bugs import told_as_errors
from gitops_action.commands.evaluate import tracking
from gitops_action.commands.operate import holder_of
from gitops_action.commands.removed import SECRET
from gitops_action.errors import ExitCode, GitOpsError, NotFound, Refused
from gitops_action.ports import Preconditions
from gitops_action.report.model import ApplicationReport, ChangeKind, ConditionReport, ResourceReport
from gitops_action.sync.deletion import deletion_of, propagation_of
from gitops_action.sync.lock import ApplicationLock
from gitops_action.sync.options import PruneLimit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.commands.removed import Removed
    from gitops_action.commands.session import Session
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.deletion import Deletion
    from gitops_action.sync.writer import Stop

_THREADS = 16
_POLL = 0.5
"""Seconds between two looks at what is being deleted."""


def note_of(removed: Removed) -> str:
    """Return what a reader must know of an application that is gone, and whose objects stay."""
    record = removed.record
    number = len(record.inventory)
    objects = "1 object stays" if number == 1 else f"{number} objects stay"
    return (
        f"application {record.application} is gone from Git ({record.owner.path}); its {objects} in the cluster: "
        "set `prune-applications` to delete what its finalizers say, "
        f"or remove Secret {removed.secret.namespace}/{removed.secret.name} to forget it."
    )


def delete(removed: Removed, session: Session, stop: Stop) -> ApplicationReport:
    """Delete the objects of an application that is gone, and report it."""
    run = _Deleting(removed=removed, session=session, stop=stop)
    try:
        with told_as_errors(removed.application.name):
            return run.carry_out()
    except GitOpsError as error:
        return run.report("", error=error)


@dataclass(slots=True, kw_only=True)
class _Deleting:
    """One application's deletion; ``done`` gathers what became of each object."""

    removed: Removed
    session: Session
    stop: Stop
    done: dict[ResourceKey, tuple[str, str]] = field(default_factory=dict)

    def carry_out(self) -> ApplicationReport:
        """Delete wave after wave, and then the record."""
        removed, session = self.removed, self.session
        propagation = propagation_of(removed.record)
        lock = ApplicationLock(
            removed.application,
            removed.cluster,
            holder=holder_of(session),
            clock=session.ports.clock,
            stop=self.stop,
            timeout=session.inputs.timeout,
            say=self._say,
            state_namespace=removed.secret.namespace,
        )
        with lock:
            lock.take()
            self._check_record()
            planned = self._planned() if propagation else None
            if planned is not None:
                self._check(planned)
                self.done.update({key: ("PruneSkipped", reason) for key, reason in planned.stays})
                for wave in planned.waves:
                    lock.check()
                    self._delete_wave(wave, propagation)
            self._forget()
        if not propagation:
            return self.report("forgotten; its objects stay, for it has no resources finalizer")
        return self.report(f"deleted with {planned.number if planned else 0} objects")

    def report(self, message: str, *, error: GitOpsError | None = None) -> ApplicationReport:
        """Return the report of this application."""
        record = self.removed.record
        code = error.exit_code if error else ExitCode.OK
        is_refused = isinstance(error, Refused)
        shown = ConditionReport(type="DeletionError", message=str(error)) if error and not is_refused else None
        return ApplicationReport(
            name=record.application,
            namespace=record.namespace,
            project="",
            cluster=str(self.removed.destination),
            destination_namespace=record.destination_namespace,
            revision=record.revision,
            sync_status="OutOfSync" if error else "Synced",
            health_status="",
            operation_phase="" if is_refused else "Failed" if error else "Succeeded",
            operation_message=message,
            refused=str(error) if error and is_refused else "",
            exit_code=int(code),
            file=record.owner.path,
            conditions=(shown,) if shown else (),
            resources=tuple(
                ResourceReport(
                    group=key.group,
                    version="",
                    kind=key.kind,
                    namespace=key.namespace,
                    name=key.name,
                    sync_status="",
                    change=ChangeKind.REMOVED if result == "Pruned" else ChangeKind.EXTRA,
                    result=result,
                    result_message=words,
                )
                for key, (result, words) in sorted(self.done.items())
            ),
        )

    def _check_record(self) -> None:
        """Refuse where a sync was there since the record was read: it may have brought the application back."""
        read = self.removed.secret
        now = self.removed.cluster.get(SECRET, namespace=read.namespace, name=read.name)
        if now is None or (now.uid, now.resource_version) != (read.uid, read.resource_version):
            raise Refused(
                f"{self.removed.record.application}: not deleted, for another run changed its record meanwhile",
                remedy="Run it again: if it is still gone from Git, it is deleted then.",
            )

    def _planned(self) -> Deletion:
        removed = self.removed
        marks = tracking(removed.application, self.session)
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="delete") as workers:
            live = [found for found in workers.map(self._read, removed.record.inventory) if found is not None]
        return deletion_of(
            removed.record, live, marks, others=removed.others, confirmed=self.session.inputs.confirm_prune
        )

    def _check(self, planned: Deletion) -> None:
        """Refuse what waits for somebody, and what is more than one sync may delete."""
        name, limit = self.removed.record.application, self.session.inputs.prune_limit
        allowed = PruneLimit(amount=limit.value, is_percent=limit.is_percent)
        total = planned.number + len(planned.stays)
        if planned.refusal:
            raise Refused(
                f"{name}: not deleted, for {planned.refusal}", remedy="If that is meant, set `confirm-prune` once."
            )
        if allowed.forbids(pruned=planned.number, total=total):
            raise Refused(
                f"{name}: not deleted, for that would delete {planned.number} of {total} resources "
                f"and the prune limit is {allowed}",
                remedy="If that is meant, raise `prune-limit` for this run.",
            )

    def _read(self, key: ResourceKey) -> Resource | None:
        kind = self.removed.cluster.catalog().preferred.get(key.group_kind)
        if kind is None:
            return None
        return self.removed.cluster.get(kind, namespace=key.namespace if kind.namespaced else "", name=key.name)

    def _delete_wave(self, wave: Sequence[Resource], propagation: str) -> None:
        """Delete the objects of a wave, and wait until they are gone: the next wave is what they rest on (DEL-4)."""
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="delete") as workers:
            list(workers.map(lambda each: self._delete_one(each, propagation), wave))
        clock = self.session.ports.clock
        deadline = clock.monotonic() + self.session.inputs.timeout
        left = {each.key: each.uid for each in wave}
        while left:
            left = {key: uid for key, uid in left.items() if (now := self._read(key)) and now.uid == uid}
            if not left:
                return
            if clock.monotonic() >= deadline or self.stop.wait(_POLL):
                raise Refused(
                    f"{self.removed.record.application}: not all deleted: {next(iter(left))} is still there",
                    remedy="See what holds it (`kubectl describe`), and run it again.",
                )

    def _delete_one(self, live: Resource, propagation: str) -> None:
        kind = self.removed.cluster.catalog().preferred[live.key.group_kind]
        sure = Preconditions(uid=live.uid, resource_version=live.resource_version)
        with suppress(NotFound):
            self.removed.cluster.delete(kind, live.key, preconditions=sure, propagation=propagation)
        self.done[live.key] = ("Pruned", "deleted with its application")
        self._say(f"{live.key} deleted")

    def _forget(self) -> None:
        """Delete the record: nothing is the application's any more."""
        secret = self.removed.secret
        sure = Preconditions(uid=secret.uid, resource_version=secret.resource_version)
        with suppress(NotFound):
            self.removed.cluster.delete(SECRET, secret.key, preconditions=sure, propagation="Background")

    def _say(self, line: str) -> None:
        self.session.ports.workflow.log(f"{self.removed.record.application}: {line}")
