"""The lock of one application: a Lease beside its record, so that two syncs never write at the same time.

In: the application, its cluster and who asks. Out: a lock that is held, kept by a thread of its own, and deleted on
every way out. Whether a lock is abandoned is told by the own clock alone: it was seen unchanged for as long as it says
that it lasts. Whoever could not renew theirs in time stops before the next write, some seconds before anybody takes it
over.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.errors import ClusterError, Conflict, Forbidden, Locked, NotFound
from gitops_action.ports import Preconditions
from gitops_action.sync.lease import DURATION, LEASE, TERMINATE, duration_of, holder_of_lease, lease_of, shown_holder
from gitops_action.sync.record import record_name, record_namespace
from gitops_action.sync.record_store import in_namespace

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from gitops_action.application.application import Application
    from gitops_action.ports import Clock, Cluster
    from gitops_action.resource import Resource
    from gitops_action.sync.writer import Stop

MARGIN = 5.0
"""Seconds at the end of a lock in which its holder begins no write any more, so that one under way is over by then; a
lock of another duration has a margin in proportion."""
POLL = 2.0
_RENEW_EVERY = 10.0
_RENEW_AGAIN = 1.0
_SAY_EVERY = 30.0
_NOTICED_EVERY = 1.0
_RULE = (
    "A sync without a lock does not happen. Add to a Role in namespace {namespace}, bound to this user:\n"
    '- apiGroups: ["coordination.k8s.io"]\n  resources: ["leases"]\n  verbs: ["get", "create", "update", "delete"]'
)


class ApplicationLock:
    """The lock of one application, not taken yet; leaving its ``with`` block releases it.

    ``holder`` names the sync to others and is unlike any other's: what follows its ``#`` is not shown. ``stop`` ends
    the wait, ``timeout`` bounds it, ``say`` tells of it. ``duration`` is how long it lasts, in seconds, where nobody
    renews it.
    """

    def __init__(
        self,
        application: Application,
        cluster: Cluster,
        *,
        holder: str,
        clock: Clock,
        stop: Stop,
        timeout: float,
        say: Callable[[str], None],
        duration: int = DURATION,
        state_namespace: str = "",
    ) -> None:
        self._application = application.name
        self._namespace, self._name = record_namespace(application, state_namespace), record_name(application)
        self._cluster = cluster
        self._holder = holder
        self._clock = clock
        self._stop = stop
        self._timeout = timeout
        self._say = say
        self._seconds = duration
        self._scale = duration / DURATION
        self._mutex = threading.Lock()
        self._released = threading.Event()
        self._keeper: threading.Thread | None = None
        self._lease: Resource | None = None
        self._deadline = 0.0
        self._loss = ""
        self._is_asked_to_end = False

    def __enter__(self) -> Self:
        """Return the lock; it is taken by ``take`` alone."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release what was taken, however the block was left."""
        self.release()

    # --- for the holder ----------------------------------------------------------------------------------------------

    @property
    def is_held(self) -> bool:
        """Whether the lock was taken; it may be lost since."""
        return self._lease is not None

    @property
    def loss(self) -> str:
        """How the lock was lost, empty where it is not: once lost it stays lost."""
        if self._lease is not None and not self._loss and self._clock.monotonic() >= self._deadline:
            self._loss = f"the lock of {self._application} could not be renewed in time"
        return self._loss

    @property
    def is_asked_to_end(self) -> bool:
        """Whether somebody asked this sync to end."""
        return self._is_asked_to_end

    def check(self) -> None:
        """Raise ``Locked`` where the lock was lost."""
        if self.loss:
            raise Locked(f"not synced: {self.loss}", remedy="Run it again.")

    @property
    def holder(self) -> str:
        """How the Lease names us."""
        return self._holder

    def take(self, *, done: str = "") -> bool:
        """Take the lock and keep it; return whether somebody else had it meanwhile.

        ``done`` is a holder whose operation is over: its lock is what a killed run left behind, and taken at once.
        Raises ``Locked`` where they do not let go within the timeout, and ``ClusterError`` where no lock can be had.
        """
        try:
            waited = self._acquire(done)
        except Forbidden as error:
            is_rbac = error.status == 403 and bool(error.remedy)
            raise Forbidden(
                f"the lock of {self._application} cannot be taken: {error.summary}",
                status=error.status,
                reason=error.reason,
                detail=error.detail,
                remedy=_RULE.format(namespace=self._namespace) if is_rbac else error.remedy,
            ) from error
        self._keeper = threading.Thread(target=self._keep, name="lock", daemon=True)
        self._keeper.start()
        return waited

    def renew(self) -> bool:
        """Prolong the lock; return whether that was done."""
        with self._mutex:
            began, lease = self._clock.monotonic(), self._lease
            if lease is None or self._loss:
                return False
            try:
                self._hold(self._cluster.replace(LEASE, self._content(lease)), began)
            except (Conflict, NotFound):
                self._look_again()
                return False
            except ClusterError as error:
                self._say(f"the lock could not be renewed: {error.summary}")
                return False
            return True

    def leave(self) -> None:
        """Let the lock end by itself: a write of ours may still land, and nobody else may write before that."""
        self._released.set()
        with self._mutex:
            self._lease = None
        self._say(
            f"the lock is left to end by itself in {self._seconds} s: the API server has not answered every write"
        )

    def release(self) -> None:
        """Delete the lock if it is still ours; trouble is said and not raised, for the lock ends by itself."""
        self._released.set()
        with self._mutex:
            lease, self._lease = self._lease, None
            if lease is None:
                return
            try:
                current = self._get()
                if current is not None and holder_of_lease(current) == self._holder:
                    sure = Preconditions(uid=current.uid, resource_version=current.resource_version)
                    self._cluster.delete(LEASE, current.key, preconditions=sure, propagation="Background")
            except (Conflict, NotFound):
                return  # somebody has it, or removed it
            except ClusterError as error:
                self._say(f"the lock could not be released and ends by itself in {self._seconds} s: {error.summary}")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _acquire(self, done: str) -> bool:
        ends = self._clock.monotonic() + self._timeout
        waited, seen, since = False, "", 0.0
        told: float | None = None
        while True:
            now = self._clock.monotonic()
            lease = self._get()
            if lease is None or holder_of_lease(lease) in ("", self._holder, done):
                if self._write(lease, now):
                    return waited
            elif lease.resource_version != seen:
                seen, since = lease.resource_version, now
            elif now - since >= duration_of(lease) and self._write(lease, now):
                self._say(f"took over the lock that the sync of {shown_holder(lease)} abandoned")
                return True
            waited = True
            if lease is not None and (told is None or now - told >= _SAY_EVERY):
                self._say(f"waiting for the sync of {shown_holder(lease)}")
                told = now
            self._pause(lease, ends)

    def _pause(self, lease: Resource | None, ends: float) -> None:
        whom = shown_holder(lease) if lease else "another run"
        left = ends - self._clock.monotonic()
        if left <= 0:
            raise Locked(
                f"not synced, for the sync of {whom} holds the lock of {self._application}",
                detail=f"Lease {self._namespace}/{self._name}; waited {self._timeout:.0f} s.",
                remedy="Run it again when that one is done, or raise `timeout`.",
            )
        if self._stop.wait(min(POLL, left)):
            raise Locked(f"not synced: interrupted while waiting for the sync of {whom}", remedy="Run it again.")

    def _write(self, lease: Resource | None, began: float) -> bool:
        """Make the lock ours; return ``False`` where somebody was faster."""
        try:
            if lease is None:
                new = self._content(None)
                written = in_namespace(self._namespace, self._cluster, lambda: self._cluster.create(LEASE, new))
            else:
                written = self._cluster.replace(LEASE, self._content(lease))
        except (Conflict, NotFound):
            return False
        self._hold(written, began)
        return True

    def _hold(self, lease: Resource, began: float) -> None:
        self._lease, self._deadline = lease, began + self._seconds - MARGIN * self._scale

    def _look_again(self) -> None:
        """Tell a lock that is no longer ours from a renewal whose answer was lost."""
        try:
            current = self._get()
        except ClusterError as error:
            self._say(f"the lock could not be renewed: {error.summary}")
            return
        if current is not None and holder_of_lease(current) == self._holder:
            self._lease = current
            if current.annotations.get(TERMINATE) == self._holder:
                self._is_asked_to_end = True
            return
        whom = f"was taken over by the sync of {shown_holder(current)}" if current else "was deleted"
        self._loss = f"the lock of {self._application} {whom}"

    def _keep(self) -> None:
        pace = _RENEW_EVERY
        while not self._released.wait(pace * self._scale) and not self.loss:
            pace = _RENEW_EVERY if self.renew() else _RENEW_AGAIN

    def _get(self) -> Resource | None:
        return self._cluster.get(LEASE, namespace=self._namespace, name=self._name)

    def _content(self, lease: Resource | None) -> Resource:
        return lease_of(
            lease,
            namespace=self._namespace,
            name=self._name,
            holder=self._holder,
            seconds=self._seconds,
            now=self._clock.now(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrLoss:
    """Implements ``Stop``: set where somebody asks for the end, here or through the lock, or the lock was lost."""

    stop: Stop
    lock: ApplicationLock

    def is_set(self) -> bool:
        """Return whether to stop."""
        return self.stop.is_set() or self.lock.is_asked_to_end or bool(self.lock.loss)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until somebody asks for the end or the time is over; what befell the lock is noticed every second."""
        left = float("inf") if timeout is None else timeout
        while left > 0 and not self.is_set():
            if self.stop.wait(min(left, _NOTICED_EVERY)):
                return True
            left -= _NOTICED_EVERY
        return self.is_set()
