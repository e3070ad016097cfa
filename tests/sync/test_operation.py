"""The rules of an operation, played move by move without a cluster: what is done, what is waited for, how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.sync.operation import DeleteHook, Do, Prune, RemoveFinalizer, Wait, Write, step, terminate
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.state import (
    Applied,
    CleanupFailed,
    Event,
    Observed,
    Pruned,
    Refused,
    Seen,
    fold,
    start,
)
from gitops_action.sync.tasks import plan
from tests.fakes import FakeCluster
from tests.sync.example import an, compare

if TYPE_CHECKING:
    from gitops_action.resource import Resource
    from gitops_action.sync.operation import Step
    from gitops_action.sync.tasks import Task

_WORDS = {Write: "write", Prune: "prune", DeleteHook: "delete", RemoveFinalizer: "release"}


class Play:
    """An operation whose cluster does as told: each write succeeds and gets the health that ``health`` says by name."""

    def __init__(
        self,
        *targets: Resource,
        live: tuple[Resource, ...] = (),
        same: tuple[Resource, ...] = (),
        existing: tuple[Resource, ...] = (),
        grace: float = 0.0,
    ) -> None:
        comparison = compare(targets, live, same=same)
        catalog = FakeCluster().catalog()
        tasks = plan(comparison, options=SyncOptions(prune=True), started=0.0, kind_of=catalog.find)
        seen = {row.key: Seen(live=row.live) for row in comparison.resources if row.live}
        seen |= {found.key: Seen(live=found) for found in existing}
        self.state = start(tasks, seen, wave_delay=2.0, degraded_grace=grace)
        self.now = 100.0
        self.health: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.version = 1000

    def next(self) -> str:
        """Return the next decision in words, after it was carried out."""
        self.state, decision = step(self.state, self.now)
        match decision:
            case Do(groups=groups):
                words = "; ".join(", ".join(self._carry_out(each) for each in group) for group in groups)
                return f"do: {words}"
            case Wait(keys=keys, until=until):
                limit = "" if until is None else f" until {until:g}"
                return f"wait{limit}: {self.state.message if keys else 'a moment'}"
            case _:
                return f"{self.state.phase}: {self.state.message}"

    def see(self, name: str, health: str | None, **metadata: object) -> None:
        """Let a watch tell of an object: its health, or ``None`` where it is gone."""
        key = next(task_id.key for task_id in self.state.tasks if task_id.key.name == name)
        live = self.state.live(key)
        assert live is not None
        self.version += 1
        fresh = live.with_metadata(**({"resourceVersion": str(self.version)} | metadata))
        self._fold(Observed(key=key, live=fresh if health else None, now=self.now, health=_health(health)))

    def outcomes(self) -> list[str]:
        """Return each task's outcome."""
        return [f"{r.key.name}: {r.code}, {r.hook_phase}, {r.message}" for r in self.state.results()]

    def _carry_out(self, each: Step) -> str:
        task = self.state.tasks[each.id].task
        self._fold(self._event(each, task))
        return f"{_WORDS[type(each)]} {task.key.name}"

    def _event(self, each: Step, task: Task) -> Event:
        name, now = task.key.name, self.now
        self.version += 1
        version = str(self.version)
        if name in self.refused and not isinstance(each, RemoveFinalizer):
            return Refused(id=each.id, message=self.refused[name], now=now)
        live = self.state.live(task.key)
        match each:
            case Write():
                assert task.target is not None
                written = task.target.with_metadata(resourceVersion=version)
                health = _health(self.health.get(name))
                return Applied(id=each.id, live=written, message=f"{name} applied", now=now, health=health)
            case Prune():
                return Pruned(id=each.id, live=None, message="pruned", now=now)
            case RemoveFinalizer():
                assert live is not None
                released = live.with_metadata(finalizers=None, resourceVersion=version)
                return Observed(key=task.key, live=released, now=now, health=_health("Healthy"))
            case DeleteHook():
                return Observed(key=task.key, live=None, now=now)

    def _fold(self, event: Event) -> None:
        self.state = fold(self.state, [event])


def _health(said: str | None) -> HealthStatus | None:
    code, _, message = (said or "").partition(": ")
    return HealthStatus(code=HealthStatusCode(code), message=message) if said else None


def test_a_single_wave_without_hooks_ends_when_it_is_applied_syn_22_syn_52() -> None:
    play = Play(an("Deployment", "web"), an("ConfigMap", "settings"))
    play.health = {"web": "Progressing"}
    assert play.next() == "do: write settings; write web"
    assert play.next() == "Succeeded: successfully synced (all tasks run)"
    assert play.outcomes() == ["settings: Synced, Succeeded, settings applied", "web: Synced, Running, web applied"]


def test_nothing_to_do_ends_at_once() -> None:
    play = Play(same=(an("ConfigMap", "settings"),))
    assert play.next() == "Succeeded: successfully synced (no more tasks)"


def test_presync_must_succeed_before_sync_and_sync_be_healthy_before_postsync_syn_22() -> None:
    play = Play(an("Job", "before", hook="PreSync"), an("Deployment", "web"), an("Job", "after", hook="PostSync"))
    play.health = {"before": "Progressing", "web": "Progressing", "after": "Progressing"}
    assert play.next() == "do: write before"
    assert play.next() == "wait: waiting for completion of hook batch/Job/before"
    play.see("before", "Healthy")
    assert play.next() == "do: release before"
    assert play.next() == "wait until 102: a moment"
    play.now += 2
    assert play.next() == "do: write web"
    assert play.next() == "wait: waiting for healthy state of apps/Deployment/web"
    play.see("web", "Healthy")
    play.now += 2
    assert play.next() == "do: write after"
    assert play.next() == "wait: waiting for completion of hook batch/Job/after"
    play.see("after", "Healthy")
    assert play.next() == "do: release after"
    assert play.next() == "Succeeded: successfully synced (no more tasks)"


def test_between_waves_there_are_two_seconds_counted_from_the_last_write_syn_24() -> None:
    play = Play(an("ConfigMap", "a"), an("ConfigMap", "b", wave=1), an("ConfigMap", "c", wave=2))
    assert play.next() == "do: write a"
    play.now += 0.5
    assert play.next() == "wait until 102: a moment"
    play.now = 102.0
    assert play.next() == "do: write b"


def test_waves_that_do_nothing_cost_no_delay() -> None:
    play = Play(an("ConfigMap", "b", wave=2), same=(an("ConfigMap", "a"), an("ConfigMap", "a2", wave=1)))
    assert play.next() == "do: write b"
    assert play.next() == "Succeeded: successfully synced (all tasks run)"


@pytest.mark.parametrize("health", ["Suspended", "Unknown", "Missing"])
def test_a_resource_of_an_earlier_wave_that_is_neither_healthy_nor_degraded_is_waited_for_syn_23(health: str) -> None:
    play = Play(an("Deployment", "web"), an("ConfigMap", "settings", wave=1))
    play.health = {"web": health}
    play.next()
    play.now += 1000
    assert play.next() == "wait: waiting for healthy state of apps/Deployment/web"


def test_a_degraded_resource_of_an_earlier_wave_fails_the_sync_when_patience_ends_syn_23() -> None:
    play = Play(an("Deployment", "web"), an("ConfigMap", "settings", wave=1), grace=10.0)
    play.health = {"web": "Degraded: no quota"}
    play.next()
    assert play.next() == "wait until 110: waiting for healthy state of apps/Deployment/web"
    play.now += 9
    play.see("web", "Progressing: better")
    play.now += 9
    play.see("web", "Degraded: no quota")
    assert play.next() == "wait until 128: waiting for healthy state of apps/Deployment/web"
    play.now = 128.0
    message = "Failed: one or more synchronization tasks completed unsuccessfully, reason: no quota"
    assert play.next() == message


@pytest.mark.parametrize(
    ("health", "outcome"),
    [
        ("Healthy: done", "check: Synced, Succeeded, done"),
        (None, "check: Synced, Succeeded, check created"),
        ("Missing", "check: Synced, Succeeded, check created"),
        ("Degraded: out of luck", "check: Synced, Failed, out of luck"),
        ("Unknown: no idea", "check: Synced, Failed, no idea"),
        ("Suspended: paused", "check: Synced, Running, paused"),
        ("Progressing", "check: Synced, Running, check applied"),
    ],
)
def test_what_the_health_of_a_hook_means_rule_1(health: str | None, outcome: str) -> None:
    play = Play(an("Job", "check", hook="PreSync"))
    play.health = {"check": health} if health else {}
    play.next()
    assert play.outcomes() == [outcome]


def test_a_running_object_that_vanishes_is_an_error_rule_2() -> None:
    play = Play(an("Job", "check", hook="PreSync"))
    play.health = {"check": "Progressing"}
    play.next()
    play.see("check", None)
    message = "Resource batch/Job/check is missing, it might have been deleted"
    assert play.outcomes() == [f"check: SyncFailed, Error, {message}"]


def test_what_a_watch_tells_late_is_ignored() -> None:
    play = Play(an("Job", "check", hook="PreSync"))
    play.health = {"check": "Progressing"}
    play.next()
    play.see("check", "Healthy", resourceVersion="7")
    assert play.next() == "wait: waiting for completion of hook batch/Job/check"


def test_prunes_come_first_then_old_hooks_go_then_kinds_one_after_the_other_5_7() -> None:
    play = Play(
        an("ConfigMap", "settings"),
        an("Service", "web"),
        an("ConfigMap", "more"),
        an("Job", "check", hook="Sync"),
        live=(an("Secret", "old"),),
        existing=(an("Job", "check"),),
    )
    assert play.next() == "do: prune old; delete check"
    assert play.next() == "do: write more, write settings; write web; write check"


def test_a_hook_that_is_being_deleted_is_waited_for_rule_11() -> None:
    leaving = an("Job", "check").with_metadata(deletionTimestamp="2024-01-01T00:00:00Z")
    play = Play(an("Job", "check", hook="PreSync"), existing=(leaving,))
    assert play.next() == "wait: waiting for deletion of hook batch/Job/check"
    play.see("check", None)
    assert play.next() == "do: write check"


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ((an("Pod", "a", hook="PreSync"),), "waiting for completion of hook /Pod/a"),
        (
            (an("Pod", "a", hook="PreSync"), an("Pod", "b", hook="PreSync")),
            "waiting for completion of hook /Pod/a and 1 more hooks",
        ),
        (
            (an("Pod", "a"), an("Pod", "b", hook="Sync"), an("Pod", "c"), an("Pod", "d", wave=1)),
            "waiting for completion of hook /Pod/b and 2 more resources",
        ),
        (
            (an("Pod", "a"), an("Pod", "b"), an("Pod", "d", wave=1)),
            "waiting for healthy state of /Pod/a and 1 more resources",
        ),
    ],
)
def test_the_words_for_waiting_name_a_hook_first(targets: tuple[Resource, ...], message: str) -> None:
    play = Play(*targets)
    play.health = {target.name: "Progressing" for target in targets}
    play.next()
    assert play.next() == f"wait: {message}"


def test_sync_fail_hooks_run_at_once_when_an_apply_fails_and_the_rest_settles_rule_10() -> None:
    play = Play(
        an("ConfigMap", "settings"),
        an("Deployment", "web"),
        an("ConfigMap", "later", wave=1),
        an("Job", "tell", hook="SyncFail"),
        an("Job", "tell-more", hook="SyncFail", wave=9),
    )
    play.refused = {"settings": "denied"}
    play.health = {"web": "Progressing", "tell": "Progressing", "tell-more": "Progressing"}
    assert play.next() == "do: write settings; write web"
    assert play.next() == "do: write tell, write tell-more"
    assert play.next() == "wait: waiting for completion of hook batch/Job/tell and 2 more resources"
    play.see("web", "Healthy")
    play.see("tell", "Healthy")
    play.see("tell-more", "Healthy")
    assert play.next() == "do: release tell, release tell-more"
    assert play.next() == "Failed: one or more synchronization tasks completed unsuccessfully, reason: denied"


def test_a_sync_fail_hook_cannot_make_it_better_and_its_own_failure_is_told_syn_25() -> None:
    play = Play(an("Job", "before", hook="PreSync"), an("Job", "tell", hook="SyncFail"))
    play.health = {"before": "Degraded: out of luck"}
    play.refused = {"tell": "denied"}
    assert play.next() == "do: write before"
    assert play.next() == "do: release before"
    assert play.next() == "do: write tell"
    assert play.next() == (
        "Failed: one or more synchronization tasks completed unsuccessfully, reason: out of luck\n"
        "one or more SyncFail hooks failed, reason: denied"
    )


def test_reasons_are_told_once_each_syn_26() -> None:
    play = Play(an("ConfigMap", "a"), an("ConfigMap", "b"), an("Secret", "c"))
    play.refused = {"a": "denied", "b": "denied", "c": "forbidden"}
    play.next()
    assert play.next() == "Failed: one or more objects failed to apply, reason: forbidden,denied"


@pytest.mark.parametrize(
    ("policy", "health", "deleted"),
    [
        ("HookSucceeded", "Healthy", True),
        ("HookFailed", "Healthy", False),
        ("BeforeHookCreation", "Healthy", False),
        ("HookSucceeded", "Degraded", False),
        ("HookFailed", "Degraded", True),
        ("HookSucceeded,HookFailed", "Degraded", True),
    ],
)
def test_hooks_are_deleted_by_the_outcome_of_the_operation_syn_27(policy: str, health: str, deleted: bool) -> None:
    play = Play(
        an("Job", "first", hook="PreSync", policy=policy),
        an("Job", "second", hook="PostSync"),
        an("ConfigMap", "settings"),
    )
    play.health = {"first": "Healthy", "second": health}
    play.now = 0.0
    done: list[str] = []
    while not play.state.phase.is_completed:
        done.append(play.next())
        play.now += 2
    assert ("do: delete first" in done) is deleted


def test_a_hook_that_cannot_be_cleaned_up_is_left_alone_and_does_not_change_the_outcome() -> None:
    play = Play(an("Job", "check", hook="PreSync", policy="HookSucceeded"))
    play.next()
    (task_id,) = play.state.tasks
    play.state = fold(play.state, [CleanupFailed(id=task_id, message="no connection", now=1.0)])
    assert play.next() == "Succeeded: successfully synced (no more tasks)"
    assert play.outcomes() == ["check: Synced, Succeeded, no connection"]


def test_hundreds_of_waves_with_nothing_to_do_are_passed_at_once() -> None:
    play = Play(an("ConfigMap", "last", wave=500), same=tuple(an("ConfigMap", f"c-{n}", wave=n) for n in range(500)))
    assert play.next() == "do: write last"


def test_termination_deletes_running_hooks_and_keeps_the_rest_syn_53() -> None:
    play = Play(an("Job", "a", hook="PreSync"), an("Job", "b", hook="PreSync"), an("ConfigMap", "settings"))
    play.health = {"a": "Healthy", "b": "Progressing"}
    play.next()
    play.state = terminate(play.state)
    assert play.next() == "do: release a"
    assert play.next() == "do: delete b"
    assert play.next() == "Failed: Operation terminated"
    assert play.outcomes() == [
        "a: Synced, Succeeded, a applied",
        "b: Synced, Failed, Terminated",
        "settings: None, None, ",
    ]
