"""What holds of every operation, whatever its tasks and however their objects fare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.resource.annotations import HOOK_FINALIZER
from gitops_action.sync.model import OperationPhase, ResultCode, SyncPhase
from gitops_action.sync.operation import DeleteHook, Do, Prune, RemoveFinalizer, Wait, Write, step, terminate
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.state import Applied, CleanupFailed, Event, Observed, Pruned, Refused, Seen, fold, start
from gitops_action.sync.tasks import Action, plan
from tests.fakes import FakeCluster
from tests.sync.example import an, compare

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.sync.operation import Step
    from gitops_action.sync.state import State

CATALOG = FakeCluster().catalog()
KINDS = ("ConfigMap", "Deployment", "Job", "Service")
HOOKS = (None, None, "PreSync", "Sync", "PostSync", "SyncFail", "PreSync,PostSync")
POLICIES = (None, "HookSucceeded", "HookFailed", "HookSucceeded,HookFailed", "BeforeHookCreation,HookSucceeded")
HEALTHS = (None, *(code.value for code in HealthStatusCode if code.value))
LIMIT = 400
"""Far more decisions than any of these operations needs."""


@st.composite
def objects(draw: st.DrawFn, prefix: str, *, hooks: bool = True) -> list[Resource]:
    count = draw(st.integers(0, 5))
    return [
        an(
            draw(st.sampled_from(KINDS)),
            f"{prefix}-{number}",
            wave=draw(st.integers(-2, 2)),
            hook=draw(st.sampled_from(HOOKS)) if hooks else None,
            policy=draw(st.sampled_from(POLICIES)),
        )
        for number in range(count)
    ]


def _event(each: Step, state: State, data: st.DataObject, version: int, now: float) -> Event:
    """Return what becomes of an action: mostly good, sometimes refused."""
    task = state.tasks[each.id]
    live = state.live(each.id.key)
    fails = data.draw(st.integers(0, 9)) == 0
    match each:
        case Write():
            assert task.is_pending
            assert task.task.target is not None
            if fails:
                return Refused(id=each.id, message="denied", now=now)
            written = task.task.target.with_metadata(resourceVersion=str(version))
            return Applied(id=each.id, live=written, message="applied", now=now, health=_health(data))
        case Prune():
            if fails:
                return Refused(id=each.id, message="denied", now=now)
            left = live if data.draw(st.booleans()) else None
            return Pruned(id=each.id, live=left, message="pruned", now=now)
        case DeleteHook() if fails and task.is_pending:
            return Refused(id=each.id, message="denied", now=now)
        case DeleteHook():
            return CleanupFailed(id=each.id, message="denied", now=now) if fails else _gone(each, now)
        case RemoveFinalizer():
            assert live is not None
            assert HOOK_FINALIZER in live.metadata["finalizers"]
            if fails:
                return CleanupFailed(id=each.id, message="denied", now=now)
            released = live.with_metadata(finalizers=None, resourceVersion=str(version))
            return Observed(key=each.id.key, live=released, now=now)


def _gone(each: Step, now: float) -> Event:
    return Observed(key=each.id.key, live=None, now=now)


def _health(data: st.DataObject) -> HealthStatus | None:
    code = data.draw(st.sampled_from(HEALTHS))
    return HealthStatus(code=HealthStatusCode(code), message=f"is {code}") if code else None


@settings(max_examples=150, deadline=None)
@given(
    targets=objects("t"),
    same=objects("s", hooks=False),
    live=objects("l"),
    stop_after=st.one_of(st.none(), st.integers(0, 5)),
    data=st.data(),
)
def test_every_operation_ends_in_order_and_touches_only_what_it_must(
    targets: list[Resource], same: list[Resource], live: list[Resource], stop_after: int | None, data: st.DataObject
) -> None:
    comparison = compare(targets, live, same=same)
    tasks = plan(comparison, options=SyncOptions(prune=True), started=0.0, kind_of=CATALOG.find)
    existing = {t.key: Seen(live=t.target) for t in tasks if t.is_hook and data.draw(st.booleans())}
    seen = {row.key: Seen(live=row.live) for row in comparison.resources if row.live} | existing
    state = start(tasks, seen, wave_delay=2.0, degraded_grace=1.0)
    now, version = 0.0, 10
    done: list[Step] = []
    for count in range(LIMIT):
        if count == stop_after:
            state = terminate(state)
        state, decision = step(state, now)
        now, version = now + 0.5, version + 1
        match decision:
            case Do(groups=groups):
                assert all(groups)
                for each in (each for group in groups for each in group):
                    done.append(each)
                    state = fold(state, [_event(each, state, data, version, now)])
            case Wait(keys=keys, until=until):
                assert keys or until is not None
                state = fold(state, [_later(key, state, version, now) for key in sorted(keys)])
            case _:
                break
    assert state.phase.is_completed
    _hold(state, done)


def _later(key: object, state: State, version: int, now: float) -> Event:
    """In the end every object that is waited for is healthy, or gone where it was to go."""
    ((task_id, task),) = [(i, t) for i, t in state.tasks.items() if i.key == key and (t.is_pending or t.is_running)][
        :1
    ] or [(i, t) for i, t in state.tasks.items() if i.key == key][:1]
    live = state.live(task_id.key)
    if task.is_pending or task.code is ResultCode.PRUNED or live is None:
        return Observed(key=task_id.key, live=None, now=now)
    healthy = HealthStatus(code=HealthStatusCode.HEALTHY)
    fresh = live.with_metadata(resourceVersion=str(version))
    return Observed(key=task_id.key, live=fresh, now=now, health=healthy)


def _hold(state: State, done: list[Step]) -> None:
    writes = [each for each in done if isinstance(each, Write | Prune)]
    assert len(writes) == len(set(writes)), "nothing is written twice"
    assert all(state.tasks[each.id].task.action is not Action.UNCHANGED for each in writes)
    waves = [(list(SyncPhase).index(each.id.phase), state.tasks[each.id].task.wave) for each in writes]
    main = [wave for wave in waves if wave[0] < 3]
    assert main == sorted(main), "phases and waves in order"
    if state.phase is OperationPhase.SUCCEEDED:
        assert not any(each.id.phase is SyncPhase.SYNC_FAIL for each in writes)
        left = [t for t in state.tasks.values() if t.is_pending and t.task.phase is not SyncPhase.SYNC_FAIL]
        assert left == [], "everything was done"
        assert not any(t.is_failed for t in state.tasks.values())
