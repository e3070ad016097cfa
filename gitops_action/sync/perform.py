"""Sync one application: plan, refuse or try, carry out, wait for health.

In: a comparison and the cluster that it was made with. Out: an ``OperationResult``; ``Refused`` and
``ApplicationError`` are raised before the first change. Takes no lock and writes no record: that is the caller's.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.comparison.denied import nothing_denied
from gitops_action.errors import ClusterError
from gitops_action.resource import ResourceKey
from gitops_action.sync.cause import explain
from gitops_action.sync.evidence import collect
from gitops_action.sync.kinds import Kinds
from gitops_action.sync.model import OperationPhase, OperationResult, ResourceResult, SyncPhase
from gitops_action.sync.namespace import NAMESPACE, managed_namespace, namespace_task
from gitops_action.sync.operation import ALL_TASKS_RUN
from gitops_action.sync.permission import check_rights, unproven_rights
from gitops_action.sync.preflight import Preflight, preflight
from gitops_action.sync.progress import Narrator
from gitops_action.sync.refuse import DRY_RUN_FAILED, INVALID_TASKS, failures, invalid, refusal
from gitops_action.sync.results import refused_result, refused_results, tried_results
from gitops_action.sync.runner import Runner
from gitops_action.sync.state import Seen, State, start
from gitops_action.sync.tasks import Task, plan
from gitops_action.sync.wait import application_health, assessed_keys
from gitops_action.sync.watching import Watches
from gitops_action.sync.writer import Stop, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from gitops_action.comparison.model import Comparison
    from gitops_action.health import HealthStatus
    from gitops_action.ports import ApiKind, Clock, Cluster
    from gitops_action.resource import Resource
    from gitops_action.sync.options import SyncOptions

_THREADS = 16
_EXPLAINED = 5
"""Objects whose failure is explained in full; the others are named by their results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sync:
    """One sync: what is synced, where to, and all that it needs on the way."""

    comparison: Comparison
    cluster: Cluster
    assess: Callable[[Resource], HealthStatus | None]
    options: SyncOptions
    clock: Clock
    stop: Stop
    scrub: Callable[[str], str]
    narrator: Narrator
    started: float
    before_change: Callable[[], None]
    before_clean_up: Callable[[], None]
    causes: dict[ResourceKey, str] = field(default_factory=dict)

    def read_namespace(self) -> Resource | None:
        """Return the namespace that the sync looks after, if it exists."""
        name = managed_namespace(self.comparison)
        return self.cluster.get(NAMESPACE, namespace="", name=name) if name else None

    def plan(self, namespace: Resource | None) -> tuple[Task, ...]:
        """Return the tasks."""
        return plan(
            self.comparison,
            options=self.options,
            started=self.started,
            kind_of=self.cluster.catalog().find,
            namespace=namespace_task(self.comparison, namespace),
        )

    def namespace_failed(self, error: ClusterError) -> OperationResult:
        """Return the result of a sync whose namespace cannot be read (SYN-47)."""
        message = self.scrub(f"namespace auto creation failed: {error.summary}")
        key = ResourceKey("", "Namespace", "", managed_namespace(self.comparison))
        result = refused_result(key, SyncPhase.PRE_SYNC, message, self.clock.now())
        return self._ended(OperationPhase.FAILED, DRY_RUN_FAILED, (result,))

    def run(self, tasks: Sequence[Task], executor: Executor) -> OperationResult:
        """Try, carry out, wait."""
        if unserved := invalid(self.comparison, tasks):
            reasons = "; ".join(sorted(set(unserved.values())))
            results = refused_results(tasks, unserved, self.clock.now())
            return self._ended(OperationPhase.FAILED, f"{INVALID_TASKS}: {reasons}", results)
        refused = dict(failures(tasks))
        before = Preflight(live={}, refused={})
        if not refused and any(task.action.writes for task in tasks):
            before = preflight(tasks, self.cluster, self.comparison.tracking, executor, self.scrub)
        if refused := refused | dict(before.refused):
            results = refused_results(tasks, refused, self.clock.now())
            return self._ended(OperationPhase.FAILED, DRY_RUN_FAILED, results)
        if self.options.dry_run:
            return self._ended(OperationPhase.SUCCEEDED, ALL_TASKS_RUN, tried_results(tasks, self.clock.now()))
        runner = self._runner(tasks, executor)
        try:
            return self._operate(runner, tasks, before)
        finally:
            runner.watches.close()

    def _operate(self, runner: Runner, tasks: Sequence[Task], before: Preflight) -> OperationResult:
        keys = assessed_keys(self.comparison)
        changes = any(task.action.writes for task in tasks)
        if changes:
            self.before_change()
        state = runner.operate(
            start(
                tasks,
                self._seen(before.live),
                wave_delay=self.options.wave_delay,
                degraded_grace=self.options.degraded_grace,
            )
        )
        health = None
        if state.phase is OperationPhase.SUCCEEDED and self.options.wait:
            state, rest = runner.settle(state, keys, self.options.degraded_grace)
            if not self.stop.is_set():
                self._explain((*rest.degraded, *rest.waiting), state)
            health = application_health(self.comparison.resources, state.seen)
        result = self._result(state, keys, health, timed_out=runner.timed_out)
        return replace(result, changed=changes, unanswered=runner.unanswered, terminated=self.stop.is_set())

    def _runner(self, tasks: Sequence[Task], executor: Executor) -> Runner:
        kinds = {row.key: row.kind for row in self.comparison.resources if row.kind}
        kinds |= {task.key: task.kind for task in tasks if task.kind}
        targets = {task.key: task.target for task in tasks if task.target}

        def kind_of(key: ResourceKey) -> ApiKind | None:
            known = kinds.get(key)
            return known or (self.cluster.catalog().find(targets[key]) if key in targets else None)

        finder = Kinds(self.cluster, self.clock, self.stop)
        writer = Writer(
            cluster=self.cluster,
            kinds=finder,
            tracking=self.comparison.tracking,
            clock=self.clock,
            stop=self.stop,
            scrub=self.scrub,
        )
        keys = {task.key for task in tasks} | {row.key for row in self.comparison.resources}
        return Runner(
            writer=writer,
            watches=Watches(self.cluster, keys, clock=self.clock),
            executor=executor,
            clock=self.clock,
            stop=self.stop,
            deadline=self.clock.monotonic() + self.options.timeout,
            narrator=self.narrator,
            assess=self.assess,
            kind_of=kind_of,
            explain=self._explain,
            before_clean_up=self.before_clean_up,
            summary_interval=self.options.summary_interval,
            stall_timeout=self.options.stall_timeout,
        )

    def _seen(self, hooks: Mapping[ResourceKey, Resource]) -> dict[ResourceKey, Seen]:
        live = {row.key: row.live for row in self.comparison.resources} | dict(hooks)
        return {key: Seen(live=found, health=self.assess(found) if found else None) for key, found in live.items()}

    def _explain(self, keys: Sequence[ResourceKey], state: State) -> None:
        """Gather why these objects are as they are; trouble in gathering is part of the answer."""
        for key in keys:
            seen = state.seen.get(key)
            if seen is None or seen.live is None or key in self.causes or len(self.causes) >= _EXPLAINED:
                continue
            evidence = collect(self.cluster, seen.live, seen.health)
            self.causes[key] = self.scrub(explain(evidence))

    def _ended(self, phase: OperationPhase, message: str, results: tuple[ResourceResult, ...]) -> OperationResult:
        return OperationResult(
            phase=phase,
            message=self.scrub(message),
            resources=tuple(replace(result, message=self.scrub(result.message)) for result in results),
            revision=self.options.revision,
            started=self.started,
            finished=self.clock.now(),
        )

    def _result(
        self, state: State, keys: Sequence[ResourceKey], health: HealthStatus | None, *, timed_out: bool
    ) -> OperationResult:
        healths = ((key, seen.health) for key in keys if (seen := state.seen.get(key)) and seen.live and seen.health)
        return replace(
            self._ended(state.phase, state.message, state.results()),
            health=health,
            resource_health=tuple(
                (key, replace(found, message=self.scrub(found.message), error=self.scrub(found.error)))
                for key, found in healths
            ),
            causes=tuple(self.causes.values()),
            timed_out=timed_out,
        )


def sync(
    comparison: Comparison,
    cluster: Cluster,
    *,
    assess: Callable[[Resource], HealthStatus | None],
    options: SyncOptions,
    progress: Callable[[str], None],
    clock: Clock,
    stop: Stop,
    scrub: Callable[[str], str] = str,
    before_change: Callable[[], None] = lambda: None,
    before_clean_up: Callable[[], None] = lambda: None,
    denial: Callable[[ResourceKey], str] = nothing_denied,
) -> OperationResult:
    """Bring an application's objects to what Git says, and wait until they are healthy.

    ``assess`` is the health of one object, ``stop`` ends the operation early, ``scrub`` takes secrets out of what the
    cluster says; ``before_change`` is called once, after everything was tried and before the first change, and
    ``before_clean_up`` once all hooks have run, if some are to be deleted then; ``denial``
    is why the project does not permit an object. Raises ``Refused`` or ``ApplicationError`` before the first change
    where a rule forbids the sync, and ``Forbidden`` where rights are missing; what the API server refuses otherwise is
    a Failed result.
    """
    one = _Sync(
        comparison=comparison,
        cluster=cluster,
        assess=assess,
        options=options,
        clock=clock,
        stop=stop,
        scrub=scrub,
        narrator=Narrator(progress=progress, scrub=scrub),
        started=clock.now(),
        before_change=before_change,
        before_clean_up=before_clean_up,
    )
    try:
        namespace = one.read_namespace()
    except ClusterError as error:
        return one.namespace_failed(error)
    tasks = one.plan(namespace)
    check_rights(comparison.application.name, unproven_rights(comparison, tasks), cluster)
    if (refused := refusal(comparison, tasks, options, denial)) is not None:
        raise refused
    executor = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="sync")
    try:
        return one.run(tasks, executor)
    finally:
        # What a stopped operation left under way ends by itself; nothing new begins.
        executor.shutdown(wait=not stop.is_set(), cancel_futures=True)
