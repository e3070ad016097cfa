"""Where an operation stands, and how what happened changes that.

In: a state and events (an object was applied, seen, pruned; a request failed). Out: the next state. What to do next is
``operation.step``'s decision. Pure: every event brings its own time and health.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from gitops_action.health import HealthStatusCode
from gitops_action.sync.model import OperationPhase, ResourceResult, ResultCode, SyncPhase
from gitops_action.sync.tasks import TaskId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.health import HealthStatus
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.tasks import Task


Wave: TypeAlias = "tuple[SyncPhase, int]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An object as it was last seen, with its health; ``live`` is ``None`` where it does not exist."""

    live: Resource | None
    health: HealthStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A task and what came of it; it is pending while ``phase`` is ``None``.

    ``degraded_since`` is when a running resource was first seen Degraded, ``is_abandoned`` that its hook could not be
    cleaned up and is left alone.
    """

    task: Task
    code: ResultCode | None = None
    phase: OperationPhase | None = None
    message: str = ""
    started: float = 0.0
    finished: float = 0.0
    degraded_since: float | None = None
    is_abandoned: bool = False

    @property
    def wave(self) -> Wave:
        """The phase and wave in which it is carried out."""
        return self.task.phase, self.task.wave

    @property
    def is_pending(self) -> bool:
        """Whether nothing was done yet."""
        return self.phase is None

    @property
    def is_running(self) -> bool:
        """Whether its outcome is awaited."""
        return self.phase is OperationPhase.RUNNING

    @property
    def is_failed(self) -> bool:
        """Whether it ended without success."""
        return self.phase in (OperationPhase.FAILED, OperationPhase.ERROR)

    def ended(self, phase: OperationPhase, message: str, now: float, *, code: ResultCode | None = None) -> TaskState:
        """Return this task completed; an empty message keeps the last one (SYN-51)."""
        return replace(
            self,
            code=code or self.code,
            phase=phase,
            message=message or self.message,
            started=self.started or now,
            finished=now,
            degraded_since=None,
        )

    def result(self) -> ResourceResult:
        """Return what is reported of this task."""
        return ResourceResult(
            key=self.task.key,
            phase=self.task.phase,
            wave=self.task.wave,
            code=self.code,
            message=self.message,
            hook_phase=self.phase,
            is_hook=self.task.is_hook,
            started=self.started,
            finished=self.finished,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One operation. The mappings are never written to, only replaced.

    ``batch`` is the phase and wave that was begun last; ``wrote`` when it last changed the cluster, and in which
    phase and wave. ``stopping`` is the message with which a terminated operation will end.
    """

    tasks: Mapping[TaskId, TaskState]
    seen: Mapping[ResourceKey, Seen] = field(default_factory=dict)
    phase: OperationPhase = OperationPhase.RUNNING
    message: str = ""
    batch: Wave | None = None
    wrote: tuple[Wave, float] | None = None
    stopping: str = ""
    wave_delay: float = 2.0
    degraded_grace: float = 10.0

    def live(self, key: ResourceKey) -> Resource | None:
        """Return the object as it was last seen."""
        seen = self.seen.get(key)
        return seen.live if seen else None

    def results(self) -> tuple[ResourceResult, ...]:
        """Return what is reported of all tasks, in their order."""
        return tuple(state.result() for state in self.tasks.values())


def start(
    tasks: Iterable[Task], seen: Mapping[ResourceKey, Seen], *, wave_delay: float = 2.0, degraded_grace: float = 10.0
) -> State:
    """Return the state of an operation that did nothing yet."""
    return State(
        tasks={task.id: TaskState(task=task) for task in tasks},
        seen=dict(seen),
        wave_delay=wave_delay,
        degraded_grace=degraded_grace,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A target was written; ``live`` is the server's answer, ``message`` in kubectl's words.

    ``health`` is filled in by whoever folds the event, for assessing is not done in the threads that write and watch.
    """

    id: TaskId
    live: Resource
    message: str
    now: float
    health: HealthStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A write of a task failed."""

    id: TaskId
    message: str
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """A deletion was accepted; ``live`` is what remains until it is done."""

    id: TaskId
    live: Resource | None
    message: str
    now: float
    health: HealthStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneVetoed:
    """An object read again may not be deleted."""

    id: TaskId
    message: str
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """An object was seen; ``live`` is ``None`` where it is gone, at ``version`` if that is known.

    ``health`` is filled in by whoever folds the event.
    """

    key: ResourceKey
    live: Resource | None
    now: float
    version: str = ""
    health: HealthStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupFailed:
    """The finalizer of a hook could not be removed, or its object not deleted."""

    id: TaskId
    message: str
    now: float


Event: TypeAlias = Applied | Refused | Pruned | PruneVetoed | Observed | CleanupFailed


def fold(state: State, events: Iterable[Event]) -> State:
    """Return the state after the events."""
    tasks = dict(state.tasks)
    seen = dict(state.seen)
    wrote = state.wrote
    for event in events:
        if isinstance(event, Observed):
            if not _is_older(event, seen.get(event.key)):
                seen[event.key] = Seen(live=event.live, health=event.health)
                for phase in () if state.phase.is_completed else SyncPhase:
                    if task := tasks.get(TaskId(phase, event.key)):
                        tasks[task.task.id] = judged(task, seen[event.key], event.now)
            continue
        task = tasks[event.id]
        if isinstance(event, Applied | Pruned):
            wrote = (task.wave, event.now)
            seen[event.id.key] = Seen(live=event.live, health=event.health)
        tasks[event.id] = _after(task, event)
    return replace(state, tasks=tasks, seen=seen, wrote=wrote)


def _after(task: TaskState, event: Applied | Refused | Pruned | PruneVetoed | CleanupFailed) -> TaskState:
    match event:
        case Applied():
            seen = Seen(live=event.live, health=event.health)
            return judged(begun(task, event.message, event.now), seen, event.now)
        case Pruned():
            return task.ended(OperationPhase.SUCCEEDED, event.message, event.now, code=ResultCode.PRUNED)
        case PruneVetoed():
            return task.ended(OperationPhase.SUCCEEDED, event.message, event.now, code=ResultCode.PRUNE_SKIPPED)
        case Refused():
            return task.ended(OperationPhase.FAILED, event.message, event.now, code=ResultCode.SYNC_FAILED)
        case CleanupFailed():
            # What the hook did stands; only its object stays behind, and the result says so.
            return replace(task, message=event.message, is_abandoned=True)
        case _:
            assert_never(event)


def begun(state: TaskState, message: str, now: float) -> TaskState:
    """Return a task that was carried out and whose health is awaited."""
    return replace(
        state, code=ResultCode.SYNCED, phase=OperationPhase.RUNNING, message=message, started=state.started or now
    )


def judged(state: TaskState, seen: Seen, now: float) -> TaskState:
    """Return a running task after a look at its object (5.6, rule 1); any other task as it is."""
    if not state.is_running:
        return state
    if seen.live is None:
        key = state.task.key
        message = f"Resource {key.group}/{key.kind}/{key.name} is missing, it might have been deleted"
        return state.ended(OperationPhase.ERROR, message, now, code=ResultCode.SYNC_FAILED)
    return _judged_hook(state, seen.health, now) if state.task.is_hook else _judged_resource(state, seen.health, now)


def _judged_hook(state: TaskState, health: HealthStatus | None, now: float) -> TaskState:
    if health is not None and health.error:
        return state.ended(OperationPhase.ERROR, health.error, now)
    if health is None or health.code in (HealthStatusCode.MISSING, HealthStatusCode.NONE):
        return state.ended(OperationPhase.SUCCEEDED, f"{state.task.key.name} created", now)
    match health.code:
        case HealthStatusCode.HEALTHY:
            return state.ended(OperationPhase.SUCCEEDED, health.message, now)
        case HealthStatusCode.DEGRADED | HealthStatusCode.UNKNOWN:
            return state.ended(OperationPhase.FAILED, health.message, now)
        case _:
            return replace(state, message=health.message or state.message)


def _judged_resource(state: TaskState, health: HealthStatus | None, now: float) -> TaskState:
    if health is None or health.code in (HealthStatusCode.HEALTHY, HealthStatusCode.NONE):
        return state.ended(OperationPhase.SUCCEEDED, health.message if health else "", now)
    is_degraded = health.code is HealthStatusCode.DEGRADED
    since = (now if state.degraded_since is None else state.degraded_since) if is_degraded else None
    return replace(state, degraded_since=since)


def _is_older(event: Observed, seen: Seen | None) -> bool:
    """Return whether an event tells of a version before the one already seen, as watches do after a write."""
    if seen is None or seen.live is None:
        return False
    new, known = event.live.resource_version if event.live else event.version, seen.live.resource_version
    return new.isdigit() and known.isdigit() and int(new) < int(known)
