"""Carry out one action of an operation in the cluster, and say what came of it.

In: an action with its task and the object as last seen. Out: an event for the state. A refusal of the server is such an
event, never an exception; no write is begun once ``stop`` is set. What to do is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, assert_never

from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.comparison.refusal import read_failure
from gitops_action.comparison.takeover import migration, removal
from gitops_action.errors import ApiError, ClusterError, Conflict, Invalid, NotFound
from gitops_action.ports import Preconditions
from gitops_action.resource.annotations import HOOK_FINALIZER
from gitops_action.resource.tracking import is_crd
from gitops_action.sync import prune
from gitops_action.sync.operation import DeleteHook, Prune, RemoveFinalizer, Step, Write, object_word
from gitops_action.sync.options import WriteMode
from gitops_action.sync.state import (
    Applied,
    CleanupFailed,
    Event,
    Observed,
    Pruned,
    PruneVetoed,
    Refused,
    TaskState,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.ports import ApiKind, Clock, Cluster
    from gitops_action.resource import Resource
    from gitops_action.resource.tracking import Tracking
    from gitops_action.sync.kinds import Kinds
    from gitops_action.sync.tasks import Task

_ATTEMPTS = 4
"""How often a write is tried again whose object somebody else changed in between."""
_GONE_WITHIN = 60.0
_PAUSE = 0.1


class Stop(Protocol):
    """What ``threading.Event`` offers of itself: whether to stop, and a wait that ends early."""

    def is_set(self) -> bool:
        """Return whether to stop."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set or the time is over."""
        ...


class _Stopped(Exception):
    """A write that was not begun, for the operation ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes to one cluster for one application."""

    cluster: Cluster
    kinds: Kinds
    tracking: Tracking
    clock: Clock
    stop: Stop
    scrub: Callable[[str], str]

    def carry_out(self, step: Step, state: TaskState, live: Resource | None) -> Event | None:
        """Do one action; return ``None`` where it was not begun because the operation stops."""
        task = state.task
        try:
            match step:
                case Write():
                    return self._write(task, live)
                case Prune():
                    return self._prune(task)
                case DeleteHook():
                    return self._delete_hook(task)
                case RemoveFinalizer():
                    return self._remove_finalizer(task, live)
                case _:
                    assert_never(step)
        except _Stopped:
            return None
        except ClusterError as error:
            message = self.scrub(error.summary)
            if isinstance(step, RemoveFinalizer):
                message = f"failed to remove hook finalizer: {message}"
            elif isinstance(step, DeleteHook):
                message = f"failed to delete resource: {message}"
            if state.is_pending:
                return Refused(id=step.id, message=message, now=self.clock.now())
            return CleanupFailed(id=step.id, message=message, now=self.clock.now())

    # --- writing -----------------------------------------------------------------------------------------------------

    def _write(self, task: Task, live: Resource | None) -> Event:
        self._check_stop()
        target = _target_of(task)
        kind = task.kind or self.kinds.resolve(target)
        match task.mode:
            case WriteMode.APPLY:
                self._take_over(task, kind)
                written, word = self._apply(task, kind, target) if live else self._create(task, kind, target)
            case WriteMode.REPLACE:
                written, word = self._replace(task, kind, target), "replaced"
            case WriteMode.RECREATE:
                self._remove(kind, task)
                written, word = self._create(task, kind, target)[0], "replaced"
            case WriteMode.AFTER_DELETION:
                self._await_gone(kind, task, task.live.uid if task.live else "")
                written, word = self._create(task, kind, target)
            case _:
                assert_never(task.mode)
        if is_crd(target):
            written = self.kinds.await_established(kind, written)
        return Applied(
            id=task.id,
            live=written,
            message=f"{object_word(task.key)} {word}",
            now=self.clock.now(),
        )

    def _take_over(self, task: Task, kind: ApiKind) -> None:
        """Make the fields of old writers ours, so that those gone from Git go with the apply (SYN-32, W-21)."""
        live = task.live if task.takes_over else None
        for _ in range(_ATTEMPTS):
            operations = migration(live, manager=MANAGER) or removal(live, task.given_up) if live is not None else ()
            if not operations:
                return
            try:
                self.cluster.patch(kind, task.key, operations)
            except NotFound:
                return
            except (Conflict, Invalid):
                self._check_stop()
                live = self.cluster.get(kind, namespace=task.key.namespace, name=task.key.name)
            else:
                return
        raise Conflict(f"{task.key} was changed by somebody else each time it was about to be taken over")

    def _apply(self, task: Task, kind: ApiKind, target: Resource) -> tuple[Resource, str]:
        return self._send(task, kind, target, is_new=False), "configured"

    def _create(self, task: Task, kind: ApiKind, target: Resource) -> tuple[Resource, str]:
        """Apply what was not there a moment ago; what came into being since is not taken from another application."""
        try:
            return self._send(task, kind, target, is_new=True), "created"
        except Conflict:
            self._check_stop()
            found = self.cluster.get(kind, namespace=target.namespace, name=target.name)
        self._check_owner(task, found)
        return self._apply(task, kind, target)

    def _check_owner(self, task: Task, found: Resource | None) -> None:
        """Leave alone what another application has made since the comparison; what that saw, it has judged."""
        if found is None or (task.live is not None and task.live.uid == found.uid):
            return
        owner = self.tracking.owner(found)
        if owner not in ("", self.tracking.instance):
            raise Conflict(
                f"{task.key} came into being since the comparison, and is tracked for application {owner}: "
                "leave it to one of the two"
            )

    def _send(self, task: Task, kind: ApiKind, target: Resource, *, is_new: bool) -> Resource:
        deadline = self.kinds.learning_until(kind)
        if task.kind is None:  # seconds old
            deadline = self.clock.monotonic() + self.kinds.patience
        while True:
            try:
                return self.cluster.apply(kind, target, validate=task.is_validated, is_new=is_new)
            except ClusterError as error:
                # Some API server may not serve the kind yet, or judge by the schema of before.
                is_early = isinstance(error, NotFound) or read_failure(error).is_refusal
                if not is_early or self.clock.monotonic() >= deadline or self.stop.wait(_PAUSE):
                    raise

    def _replace(self, task: Task, kind: ApiKind, target: Resource) -> Resource:
        for attempt in range(_ATTEMPTS):
            live = self.cluster.get(kind, namespace=target.namespace, name=target.name)
            self._check_owner(task, live)
            try:
                if live is None:
                    return self.cluster.create(kind, target)
                return self.cluster.replace(kind, target.with_metadata(resourceVersion=live.resource_version))
            except Conflict:
                if attempt == _ATTEMPTS - 1:
                    raise
                self._check_stop()
        raise AssertionError

    def _remove(self, kind: ApiKind, task: Task) -> None:
        """Delete an object that is created anew, and wait until it is gone."""
        live = self.cluster.get(kind, namespace=task.key.namespace, name=task.key.name)
        if live is None:
            return
        owner = self.tracking.owner(live)
        if owner not in ("", self.tracking.instance):
            raise Conflict(f"{task.key} is not deleted to be created anew, for it is tracked for application {owner}")
        if not live.is_terminating:
            self._delete(kind, task, Preconditions(uid=live.uid))
        self._await_gone(kind, task, live.uid)

    def _await_gone(self, kind: ApiKind, task: Task, uid: str) -> None:
        deadline = self.clock.monotonic() + _GONE_WITHIN
        while True:
            remaining = self.cluster.get(kind, namespace=task.key.namespace, name=task.key.name)
            if remaining is None or remaining.uid != uid:
                return
            if self.clock.monotonic() >= deadline:
                raise Conflict(f"{task.key} is being deleted, and is not gone after {_GONE_WITHIN:.0f} s")
            if self.stop.wait(_PAUSE):
                raise _Stopped

    # --- deleting ----------------------------------------------------------------------------------------------------

    def _prune(self, task: Task) -> Event:
        planned = task.live
        if planned is None:
            raise AssertionError(task)
        kind = task.kind or self.kinds.resolve(planned)
        for _ in range(_ATTEMPTS):
            self._check_stop()
            fresh = self.cluster.get(kind, namespace=task.key.namespace, name=task.key.name)
            if fresh is None or (fresh.uid == planned.uid and fresh.is_terminating):
                return Pruned(id=task.id, live=fresh, message=prune.PRUNED, now=self.clock.now())
            reason = prune.veto(fresh, planned, self.tracking) or prune.skip_reason(
                fresh, prune=True, confirmed=task.is_confirmed
            )
            if reason:
                return PruneVetoed(id=task.id, message=reason, now=self.clock.now())
            preconditions = Preconditions(uid=fresh.uid, resource_version=fresh.resource_version)
            try:
                self._delete(kind, task, preconditions)
            except Conflict:
                continue
            return Pruned(id=task.id, live=self._left(kind, fresh), message=prune.PRUNED, now=self.clock.now())
        raise Conflict(f"{task.key} was changed by somebody else each time it was about to be pruned")

    def _delete_hook(self, task: Task) -> Event:
        kind = task.kind or self.kinds.resolve(_target_of(task))
        live = self._without_finalizer(kind, task)
        if live is not None and not live.is_terminating:
            self._delete(kind, task, Preconditions(uid=live.uid))
            live = self._left(kind, live)
        return self._observed(task, live)

    def _left(self, kind: ApiKind, deleted: Resource) -> Resource | None:
        """Return what remains of an object that was deleted; whoever cannot be told waits for the watch to tell."""
        try:
            left = self.cluster.get(kind, namespace=deleted.namespace, name=deleted.name)
        except ClusterError:
            return deleted
        return left if left is not None and left.uid == deleted.uid else None

    def _delete(self, kind: ApiKind, task: Task, preconditions: Preconditions) -> None:
        try:
            self.cluster.delete(kind, task.key, preconditions=preconditions, propagation=task.propagation)
        except NotFound:
            return

    # --- finalizers --------------------------------------------------------------------------------------------------

    def _remove_finalizer(self, task: Task, live: Resource | None) -> Event:
        kind = task.kind or self.kinds.resolve(_target_of(task))
        return self._observed(task, self._without_finalizer(kind, task, live))

    def _without_finalizer(self, kind: ApiKind, task: Task, seen: Resource | None = None) -> Resource | None:
        """Take our finalizer off a hook's object and return what it is then; ``None`` where it is gone (SYN-13).

        ``seen`` is the object as it was last seen; it is read again where that does not do.
        """
        for attempt in range(_ATTEMPTS):
            live, seen = seen or self.cluster.get(kind, namespace=task.key.namespace, name=task.key.name), None
            if live is None:
                return None
            owner = self.tracking.owner(live)
            if owner not in ("", self.tracking.instance):
                raise Conflict(f"{task.key} is tracked for application {owner}")
            finalizers = list(live.metadata.get("finalizers") or [])
            if HOOK_FINALIZER not in finalizers:
                return live
            position = f"/metadata/finalizers/{finalizers.index(HOOK_FINALIZER)}"
            try:
                return self.cluster.patch(
                    kind,
                    task.key,
                    [
                        {"op": "test", "path": "/metadata/uid", "value": live.uid},
                        {"op": "test", "path": position, "value": HOOK_FINALIZER},
                        {"op": "remove", "path": position},
                    ],
                )
            except NotFound:
                return None
            except ClusterError as error:
                # Where the answer was lost, it may have been done: what is there tells.
                is_told = isinstance(error, ApiError) and not isinstance(error, Conflict | Invalid)
                if is_told or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _observed(self, task: Task, live: Resource | None) -> Observed:
        return Observed(key=task.key, live=live, now=self.clock.now())

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise _Stopped


def _target_of(task: Task) -> Resource:
    if task.target is None:
        raise AssertionError(task)
    return task.target
