"""What an operation does next: the rules of Argo CD's sync, one decision at a time.

In: the state and the time. Out: the next state, and either groups of actions (parallel inside a group, one group after
the other), or what to wait for, or the end. Never does anything itself: the runner carries decisions out, folds
what happened into the state and asks again. Rules: 5.6, SYN-20 to SYN-28, SYN-53.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from gitops_action.resource.annotations import HOOK_FINALIZER, HookDeletePolicy
from gitops_action.sync.model import OperationPhase, ResultCode, SyncPhase
from gitops_action.sync.state import Seen, State, TaskState, begun, judged
from gitops_action.sync.tasks import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_action.resource import ResourceKey
    from gitops_action.sync.tasks import TaskId

NO_MORE_TASKS = "successfully synced (no more tasks)"
ALL_TASKS_RUN = "successfully synced (all tasks run)"
TERMINATED = "Operation terminated"


@dataclass(frozen=True, slots=True)
class Write:
    """Apply a target, or create a hook."""

    id: TaskId


@dataclass(frozen=True, slots=True)
class Prune:
    """Delete what is no longer in Git."""

    id: TaskId


@dataclass(frozen=True, slots=True)
class DeleteHook:
    """Take our finalizer off a hook's object and delete it."""

    id: TaskId


@dataclass(frozen=True, slots=True)
class RemoveFinalizer:
    """Take our finalizer off a hook that ended (SYN-13)."""

    id: TaskId


Step: TypeAlias = Write | Prune | DeleteHook | RemoveFinalizer


@dataclass(frozen=True, slots=True)
class Do:
    """Groups of actions: one group after the other, all of a group at once.

    ``is_clean_up`` says that everything has succeeded, and that only hooks that are over are deleted.
    """

    groups: tuple[tuple[Step, ...], ...]
    is_clean_up: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait until one of these objects changes, at the latest until a time."""

    keys: frozenset[ResourceKey]
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do."""


Decision: TypeAlias = Do | Wait | Finish
_Decided: TypeAlias = tuple[State, Decision | None]
"""``None`` where the state went on without anything to do or wait for: decide again."""


def step(state: State, now: float) -> tuple[State, Decision]:
    """Return the state with its message brought up to date, and what to do now."""
    while True:
        state, decision = _decide(state, now)
        if decision is not None:
            return state, decision


def terminate(state: State, message: str = TERMINATED) -> State:
    """Return the state of an operation that shall stop as soon as it can."""
    return replace(state, stopping=message, phase=OperationPhase.TERMINATING, message="operation is terminating")


def _decide(state: State, now: float) -> _Decided:
    if state.phase.is_completed:
        return state, Finish()
    state = _without_patience(state, now)
    if ended := _ended_with_finalizer(state):
        return state, Do((ended,))
    if state.stopping:
        return _terminate(state, now)
    if any(_is_main(task) and task.is_failed for task in state.tasks.values()):
        return _fail(state, now)
    return _advance(state, now)


# --- going on --------------------------------------------------------------------------------------------------------


def _advance(state: State, now: float) -> _Decided:
    pending = [task for task in state.tasks.values() if _is_main(task) and task.is_pending]
    has_work = any(task.task.action.writes for task in pending)
    current = [task for task in state.tasks.values() if task.wave == state.batch]
    if not has_work and not any(task.task.is_hook for task in current):
        # Argo CD's rule 9: after the last wave, a sync does not wait for the health of what it applied.
        return _finish(state, ALL_TASKS_RUN if state.batch else NO_MORE_TASKS, now)
    if running := _awaited(state):
        return _wait(state, running)
    if not has_work:
        return _finish(state, NO_MORE_TASKS, now)
    wave = pending[0].wave
    if wave != state.batch and (leaving := [t for t in state.tasks.values() if _is_being_deleted(state, t)]):
        return _wait(state, leaving, reason="deletion of")
    return _run(replace(state, batch=wave), [task for task in pending if task.wave == wave], now)


def _run(state: State, batch: Sequence[TaskState], now: float) -> _Decided:
    """Carry out one batch: prunes and deletions of old hooks, then writes, kind after kind (5.7)."""
    state = _settle_without_request(state, batch, now)
    batch = [state.tasks[task.task.id] for task in batch if state.tasks[task.task.id].is_pending]
    if not batch:
        return state, None
    if state.wrote and state.wrote[0] != batch[0].wave and now < state.wrote[1] + state.wave_delay:
        return state, Wait(frozenset(), until=state.wrote[1] + state.wave_delay)
    prunes = tuple(Prune(task.task.id) for task in batch if task.task.action is Action.PRUNE)
    old_hooks = [task for task in batch if _must_go_first(state, task)]
    deletions = tuple(DeleteHook(task.task.id) for task in old_hooks if not _is_terminating(state, task))
    if prunes or deletions:
        return state, Do(tuple(group for group in (prunes, deletions) if group))
    if old_hooks:
        return _wait(state, old_hooks, reason="deletion of hook")
    groups = groupby(batch, key=lambda task: task.task.key.kind)
    return state, Do(tuple(tuple(Write(task.task.id) for task in group) for _, group in groups))


def _settle_without_request(state: State, batch: Iterable[TaskState], now: float) -> State:
    """Give the tasks that need no request their results: what equals its target, what is not pruned."""
    tasks = dict(state.tasks)
    for task in batch:
        match task.task.action:
            case Action.UNCHANGED:
                seen = state.seen.get(task.task.key, Seen(live=task.task.live))
                tasks[task.task.id] = judged(begun(task, f"{object_word(task.task.key)} unchanged", now), seen, now)
            case Action.PRUNE_SKIPPED:
                tasks[task.task.id] = task.ended(
                    OperationPhase.SUCCEEDED, task.task.message, now, code=ResultCode.PRUNE_SKIPPED
                )
            case _:
                pass
    return replace(state, tasks=tasks)


def _finish(state: State, message: str, now: float) -> _Decided:
    """End well, after hooks with HookSucceeded are deleted (SYN-27)."""
    rest = [task for task in state.tasks.values() if _is_main(task) and task.is_pending]
    state = _settle_without_request(state, rest, now)
    if deletions := _to_clean_up(state, HookDeletePolicy.HOOK_SUCCEEDED):
        return state, Do((deletions,), is_clean_up=True)
    return replace(state, phase=OperationPhase.SUCCEEDED, message=message), Finish()


# --- going wrong -----------------------------------------------------------------------------------------------------


def _fail(state: State, now: float) -> _Decided:
    """Run the SyncFail hooks, wait for what still runs, clean up, and end Failed (rules 5 and 10, SYN-25)."""
    failed = [task for task in state.tasks.values() if _is_main(task) and task.is_failed]
    running = _awaited(state)
    pending = [task for task in state.tasks.values() if not _is_main(task) and task.is_pending]
    was_refused = any(task.code is ResultCode.SYNC_FAILED for task in failed)
    if pending and (was_refused or not running):
        # Their waves are ignored, and nothing holds them back.
        return _run(replace(state, wrote=None), pending, now)
    if running:
        return _wait(state, running)
    deletions = _to_clean_up(state, HookDeletePolicy.HOOK_FAILED)
    if deletions:
        return state, Do((deletions,))
    return replace(state, phase=OperationPhase.FAILED, message=_failure(state, failed)), Finish()


def _failure(state: State, failed: Sequence[TaskState]) -> str:
    waves = {task.wave for task in failed}
    applied = any(task.wave in waves and task.code is ResultCode.SYNCED for task in state.tasks.values())
    summary = (
        "one or more synchronization tasks completed unsuccessfully"
        if applied
        else "one or more objects failed to apply"
    )
    message = _with_reasons(summary, failed)
    unapplied = [task for task in state.tasks.values() if not _is_main(task) and task.code is ResultCode.SYNC_FAILED]
    return f"{message}\n{_with_reasons('one or more SyncFail hooks failed', unapplied)}" if unapplied else message


def _with_reasons(summary: str, tasks: Iterable[TaskState]) -> str:
    """Append the distinct messages (SYN-26), in task order where Argo CD has none."""
    reasons = ",".join(dict.fromkeys(task.message for task in tasks if task.message))
    return f"{summary}, reason: {reasons}" if reasons else summary


def _terminate(state: State, now: float) -> _Decided:
    """Delete running hooks and end Failed; what was applied stays (SYN-53)."""
    running = [task for task in state.tasks.values() if task.task.is_hook and task.is_running]
    if running:
        deletions = tuple(DeleteHook(task.task.id) for task in running)
        terminated = {t.task.id: t.ended(OperationPhase.FAILED, "Terminated", now) for t in running}
        return replace(state, tasks={**state.tasks, **terminated}), Do((deletions,))
    if any(task.is_abandoned for task in state.tasks.values()):
        return replace(state, phase=OperationPhase.ERROR, message="Operation termination had errors"), Finish()
    return replace(state, phase=OperationPhase.FAILED, message=state.stopping), Finish()


def _without_patience(state: State, now: float) -> State:
    """Fail the resources that were Degraded for longer than is forgiven (SYN-23)."""
    tired = {
        task.task.id: task.ended(OperationPhase.FAILED, _health_message(state, task), now)
        for task in _awaited(state)
        if (limit := _patience(state, task)) is not None and now >= limit
    }
    return replace(state, tasks={**state.tasks, **tired}) if tired else state


def _health_message(state: State, task: TaskState) -> str:
    seen = state.seen.get(task.task.key)
    return seen.health.message if seen and seen.health else ""


def _patience(state: State, task: TaskState) -> float | None:
    return None if task.degraded_since is None else task.degraded_since + state.degraded_grace


# --- waiting ---------------------------------------------------------------------------------------------------------


def _wait(state: State, tasks: Sequence[TaskState], *, reason: str = "") -> _Decided:
    limits = [limit for task in tasks if (limit := _patience(state, task)) is not None]
    waiting = replace(state, message=waiting_for(tasks, reason))
    return waiting, Wait(frozenset(task.task.key for task in tasks), until=min(limits, default=None))


def waiting_for(tasks: Sequence[TaskState], reason: str = "") -> str:
    """Say what is waited for, naming a hook in preference to a resource."""
    hooks = [task for task in tasks if task.task.is_hook]
    first = (hooks or tasks)[0].task.key
    reason = reason or ("completion of hook" if hooks else "healthy state of")
    message = f"waiting for {reason} {first.group}/{first.kind}/{first.name}"
    more = len(tasks) - 1
    if not more:
        return message
    return f"{message} and {more} more {'hooks' if len(hooks) == len(tasks) else 'resources'}"


def _awaited(state: State) -> list[TaskState]:
    """Return what must end before anything goes on: hooks always, resources where the sync has several steps."""
    tasks = tuple(state.tasks.values())
    is_multi_step = bool(tasks) and tasks[0].wave != tasks[-1].wave
    return [task for task in tasks if task.is_running and (is_multi_step or task.task.is_hook)]


# --- questions -------------------------------------------------------------------------------------------------------


def _is_main(task: TaskState) -> bool:
    return task.task.phase is not SyncPhase.SYNC_FAIL


def _ended_with_finalizer(state: State) -> tuple[RemoveFinalizer, ...]:
    """Return the hooks that ended while their object still has our finalizer and serves no other phase."""
    busy = {task.task.key for task in state.tasks.values() if task.is_running}
    by_key = {
        task.task.key: RemoveFinalizer(task.task.id)
        for task in state.tasks.values()
        if task.task.is_hook
        and not (task.is_pending or task.is_running or task.is_abandoned)
        and task.task.key not in busy
        and (live := state.live(task.task.key)) is not None
        and HOOK_FINALIZER in (live.metadata.get("finalizers") or [])
    }
    return tuple(by_key.values())


def _must_go_first(state: State, task: TaskState) -> bool:
    """Return whether a hook's old object is deleted before the hook is created (SYN-28)."""
    is_recreated = task.task.is_hook and HookDeletePolicy.BEFORE_HOOK_CREATION in task.task.policies
    return is_recreated and state.live(task.task.key) is not None


def _is_terminating(state: State, task: TaskState) -> bool:
    live = state.live(task.task.key)
    return live is None or live.is_terminating


def _is_being_deleted(state: State, task: TaskState) -> bool:
    return task.code is ResultCode.PRUNED and state.live(task.task.key) is not None


def _to_clean_up(state: State, policy: HookDeletePolicy) -> tuple[DeleteHook, ...]:
    by_key = {
        task.task.key: DeleteHook(task.task.id)
        for task in state.tasks.values()
        if task.task.is_hook
        and policy in task.task.policies
        and not task.is_pending
        and not task.is_abandoned
        and not _is_terminating(state, task)
    }
    return tuple(by_key.values())


def object_word(key: ResourceKey) -> str:
    """Return an object's name as kubectl prints it: ``deployment.apps/web``."""
    kind = key.kind.lower()
    return f"{kind}.{key.group}/{key.name}" if key.group else f"{kind}/{key.name}"
