"""Sync one application that was compared: under its lock, between two writes of its record.

In: an evaluation, and how to make it again. Out: the evaluation that was acted on, and the operation's result. The lock
is taken once there is something to write and all was tried; a sync that writes nothing takes none. Whoever finds that
another sync was there since the comparison compares again, now under the lock.
"""

from __future__ import annotations

import os
import platform
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_action.commands.attempt import Overtaken, new_attempt
from gitops_action.commands.options import retry_policy
from gitops_action.commands.recording import Intent
from gitops_action.sync.lock import ApplicationLock, StopOrLoss
from gitops_action.sync.retry import wait_before_retry, with_retries

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.commands.evaluate import Assess, Evaluation
    from gitops_action.commands.older import Ancestry
    from gitops_action.commands.session import Session
    from gitops_action.sync.model import OperationResult
    from gitops_action.sync.writer import Stop


_SYNC = Intent()


def operate(
    found: Evaluation,
    session: Session,
    assess: Assess,
    stop: Stop,
    *,
    ancestry: Ancestry,
    say: Callable[[str], None],
    again: Callable[[Evaluation], Evaluation],
    intent: Intent = _SYNC,
) -> tuple[Evaluation, OperationResult | None]:
    """Return what was synced, with its new record, and what came of it; no result where a second comparison failed.

    Raises ``Refused``, ``Locked`` or ``ApplicationError`` before the first change.
    """
    if found.cluster is None:
        raise RuntimeError("an application is synced only after it was compared")
    lock = ApplicationLock(
        found.application,
        found.cluster,
        holder=holder_of(session),
        clock=session.ports.clock,
        stop=stop,
        timeout=0.0 if intent.is_self_heal else session.inputs.timeout,
        say=say,
        state_namespace=session.inputs.state_namespace,
        duration=max(1, round(session.inputs.lock_duration)),
    )
    attempts = _Attempts(
        session=session,
        lock=lock,
        ancestry=ancestry,
        say=say,
        intent=intent,
        again=again,
        assess=assess,
        stop=StopOrLoss(stop=stop, lock=lock),
    )
    with lock:
        current, result = attempts.run(found)
        return current, _left(lock, result) if result else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempts:
    """One sync with its retries."""

    session: Session
    lock: ApplicationLock
    ancestry: Ancestry
    say: Callable[[str], None]
    intent: Intent
    again: Callable[[Evaluation], Evaluation]
    assess: Assess
    stop: Stop

    def run(self, found: Evaluation) -> tuple[Evaluation, OperationResult | None]:
        """Sync, and sync again while it fails and the policy says so (OPS-8)."""
        retry = retry_policy(found.application, self.session.inputs)
        left, retried, has_changed = self.session.inputs.timeout, 0, False
        current, result = self._attempt(found, left)
        while result is not None and not self.stop.is_set():
            has_changed = has_changed or result.changed
            wait = wait_before_retry(retry, result, retried=retried)
            left -= result.finished - result.started
            if wait is None or wait >= left:
                break
            self.say(f"{result.message}. Retrying attempt #{retried + 1} in {wait:g} s")
            if self.stop.wait(wait):
                break
            retried, left = retried + 1, left - wait
            current, result = self._attempt(self.again(current), left)
        if result is None:
            return current, None
        return current, replace(with_retries(result, retried), changed=has_changed or result.changed)

    def _attempt(self, found: Evaluation, left: float) -> tuple[Evaluation, OperationResult | None]:
        """Sync once; no result where a comparison under the lock failed."""
        if found.comparison is None or found.is_broken:
            return found, None
        try:
            return self._run(found, left)
        except Overtaken as overtaken:
            current = self.again(replace(found, record=overtaken.record))
        if current.comparison is None or current.is_broken:
            return current, None
        return self._run(current, left)

    def _run(self, found: Evaluation, left: float) -> tuple[Evaluation, OperationResult]:
        attempt = new_attempt(
            found, self.session, self.lock, ancestry=self.ancestry, say=self.say, intent=self.intent, left=left
        )
        result, record = attempt.run(self.assess, self.stop)
        return replace(attempt.found, record=record), result


def _left(lock: ApplicationLock, result: OperationResult) -> OperationResult:
    """Return the result; where writes are still under way, the lock outlives us."""
    if result.unanswered and lock.is_held:
        lock.leave()
    return result


def holder_of(session: Session) -> str:
    """Return how a lock names this sync: the run's URL, or host and process, and behind ``#`` what makes it unique."""
    return f"{session.event.run_url or f'{platform.node()}, process {os.getpid()}'}#{secrets.token_hex(4)}"
