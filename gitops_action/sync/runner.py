"""Carry an operation out: ask what to do, do it in parallel, fold in what happened, watch, ask again.

In: the state of an operation that did nothing yet. Out: the state when it ended, and how the application's health came
to rest. Decides nothing itself but when time is over.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from gitops_action.sync.model import ResultCode
from gitops_action.sync.operation import (
    TERMINATED,
    DeleteHook,
    Do,
    Finish,
    RemoveFinalizer,
    Step,
    Wait,
    step,
    terminate,
)
from gitops_action.sync.state import Applied, CleanupFailed, Event, Observed, Pruned, State, fold
from gitops_action.sync.wait import Standing, standing, still_degraded, waiting_line
from gitops_action.sync.watching import Trouble, drain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor, Future

    from gitops_action.health import HealthStatus
    from gitops_action.ports import ApiKind, Clock
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.progress import Narrator
    from gitops_action.sync.watching import Watches
    from gitops_action.sync.writer import Stop, Writer

_STOP_CHECK = 0.2
"""Seconds within which a stop is noticed while waiting; no request is made for it."""
_STOP_BUDGET = 1.0
"""Seconds that requests under way get once the operation shall stop."""
_Done: TypeAlias = "tuple[Step, Future[Event | None]]"
TIMED_OUT = f"{TERMINATED}, triggered by controller sync timeout"


@dataclass(slots=True, kw_only=True)
class Runner:
    """Runs one operation. ``deadline`` is by the clock's ``monotonic``; ``explain`` is called for each new failure."""

    writer: Writer
    watches: Watches
    executor: Executor
    clock: Clock
    stop: Stop
    deadline: float
    narrator: Narrator
    assess: Callable[[Resource], HealthStatus | None]
    kind_of: Callable[[ResourceKey], ApiKind | None]
    explain: Callable[[Sequence[ResourceKey], State], None]
    before_clean_up: Callable[[], None]
    """Called once, when all hooks have run and before those are deleted that say so."""
    summary_interval: float = 30.0
    stall_timeout: float = 0.0
    """Seconds without any change after which the operation ends as timed out; 0 for any time."""
    timed_out: bool = False
    unanswered: bool = False
    """Whether writes were still under way when the operation stopped waiting for them."""
    _next_summary: float = 0.0
    _moved: float | None = None
    _is_cleaning_up: bool = False
    _explained: set[ResourceKey] = field(default_factory=set)

    def operate(self, state: State) -> State:
        """Run the operation to its end."""
        self._next_summary = self.clock.monotonic() + self.summary_interval
        while True:
            state = self._stopped(state)
            self._explain_failures(state)
            before = state.message
            state, decision = step(state, self.clock.now())
            match decision:
                case Finish():
                    return state
                case Do(groups=groups, is_clean_up=is_clean_up):
                    if is_clean_up and not self._is_cleaning_up:
                        self._is_cleaning_up = True
                        self.before_clean_up()
                    for group in groups:
                        state = self._carry_out(state, group)
                case Wait(keys=keys, until=until):
                    if state.message != before and keys:
                        self.narrator.say(state.message)
                    self._summarize(state.message)
                    state = self._watch(state, keys, until)

    def settle(self, state: State, keys: Sequence[ResourceKey], grace: float) -> tuple[State, Standing]:
        """Wait until the application's objects have come to rest, one is Degraded for too long, or time is over."""
        since: dict[ResourceKey, float] = {}
        is_told = False
        while True:
            now = self.clock.now()
            since = still_degraded(since, state.seen, now)
            current = standing(keys, state.seen, since, now=now, grace=grace)
            if current.degraded or not current.waiting or self.stop.is_set():
                return state, current
            if self._is_late():
                self.timed_out = True
                return state, current
            line = waiting_line(current.waiting, state.seen, len(keys))
            if not is_told:
                is_told = True
                self.narrator.say(line)
            self._summarize(line)
            state = self._watch(state, current.waiting, current.look_again)

    # --- stopping ----------------------------------------------------------------------------------------------------

    def _stopped(self, state: State) -> State:
        if state.stopping or state.phase.is_completed:
            return state
        if self.stop.is_set():
            return terminate(state)
        if self._is_late():
            self.timed_out = True
            running = [task.task.key for task in state.tasks.values() if task.is_running]
            self.explain(running, state)
            self._explained.update(running)
            return terminate(state, TIMED_OUT)
        return state

    def _is_late(self) -> bool:
        """Return whether time is over: all of it, or that in which something must change."""
        now = self.clock.monotonic()
        self._moved = now if self._moved is None else self._moved
        return now >= self.deadline or 0 < self.stall_timeout <= now - self._moved

    def _explain_failures(self, state: State) -> None:
        """Explain what became unhealthy while its object is still there: a clean-up may delete it."""
        failed = [
            task.task.key
            for task in state.tasks.values()
            if task.is_failed
            and task.code is ResultCode.SYNCED
            and task.task.key not in self._explained
            and not state.stopping
        ]
        if failed:
            self._explained.update(failed)
            self.explain([key for key in failed if state.live(key) is not None], state)

    # --- doing -------------------------------------------------------------------------------------------------------

    def _carry_out(self, state: State, group: Sequence[Step]) -> State:
        """Do all actions of a group at once; after a stop, what is under way gets a second."""
        finished: queue.SimpleQueue[_Done] = queue.SimpleQueue()
        left = set(group)
        for each in group:
            future = self.executor.submit(self._one, each, state)
            future.add_done_callback(partial(_note, finished, each))
        ends: float | None = None
        while left:
            done = drain(finished, _STOP_CHECK)
            left -= {each for each, _ in done}
            state = self._fold(state, [event for _, future in done if (event := future.result()) is not None])
            if self.stop.is_set():
                ends = ends or self.clock.monotonic() + _STOP_BUDGET
                if self.clock.monotonic() >= ends:
                    self.unanswered = bool(left)
                    break
        return self._given_up(state, left)

    def _one(self, step: Step, state: State) -> Event | None:
        return self.writer.carry_out(step, state.tasks[step.id], state.live(step.id.key))

    def _given_up(self, state: State, steps: Iterable[Step]) -> State:
        """Note which hooks could not be cleaned up in the time that a stop leaves."""
        left = [step.id for step in steps if isinstance(step, DeleteHook | RemoveFinalizer)]
        message = "not cleaned up: the API server did not answer in time"
        return fold(state, [CleanupFailed(id=task_id, message=message, now=self.clock.now()) for task_id in left])

    # --- watching ----------------------------------------------------------------------------------------------------

    def _watch(self, state: State, keys: Iterable[ResourceKey], until: float | None) -> State:
        """Wait for something to happen to these objects, at most until a time, and fold in what did."""
        found = ((key, self.kind_of(key)) for key in keys)
        self.watches.follow({(kind, key.namespace if kind.namespaced else "") for key, kind in found if kind})
        limit = min(_STOP_CHECK, self.deadline - self.clock.monotonic())
        if until is not None:
            limit = min(limit, until - self.clock.now())
        news = self.watches.next(max(0.0, limit))
        for trouble in news:
            if isinstance(trouble, Trouble):
                self.narrator.say_once(trouble.message)
        return self._fold(state, [event for event in news if isinstance(event, Observed)])

    def _fold(self, state: State, events: Sequence[Event]) -> State:
        if not events:
            return state
        assessed = [self._assessed(event) for event in events]
        after = fold(state, assessed)
        if any(isinstance(event, Observed) and _has_moved(event.key, state, after) for event in assessed):
            self._moved = self.clock.monotonic()
        self.narrator.tell(assessed, state, after)
        return after

    def _assessed(self, event: Event) -> Event:
        """Fill in the health, in this thread alone: scripts that tell it need not bear many."""
        if isinstance(event, Applied | Observed | Pruned) and event.live is not None:
            return replace(event, health=self.assess(event.live))
        return event

    def _summarize(self, line: str) -> None:
        now = self.clock.monotonic()
        if now >= self._next_summary:
            self._next_summary = now + self.summary_interval
            self.narrator.say(line)


def _has_moved(key: ResourceKey, before: State, after: State) -> bool:
    """Return whether an object is another one, or in another version, than it was."""
    old, new = before.live(key), after.live(key)
    return (old.uid, old.resource_version) != (new.uid, new.resource_version) if old and new else old is not new


def _note(finished: queue.SimpleQueue[_Done], each: Step, future: Future[Event | None]) -> None:
    finished.put((each, future))
