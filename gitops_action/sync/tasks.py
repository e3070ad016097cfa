"""A comparison → the ordered tasks of a sync.

In: the rows and hooks of a comparison. Out: frozen tasks, each with all that carrying it out needs, in the order of
execution. Pure: it neither reads the cluster nor decides when a task's turn has come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gitops_action.comparison.model import Method, SyncStatusCode
from gitops_action.resource.annotations import (
    HOOK_FINALIZER,
    HookDeletePolicy,
    HookType,
    hook_delete_policies,
    hook_types,
    is_hook,
    is_skipped,
    sync_wave,
)
from gitops_action.sync.model import SyncPhase
from gitops_action.sync.options import SyncOptions, WriteMode, is_validated, propagation, takes_over, write_mode
from gitops_action.sync.order import ordered
from gitops_action.sync.prune import is_pruned_last, reversed_waves, skip_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.ports import ApiKind
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.fields import Path
    from gitops_action.resource.tracking import Tracking

_REVISION_LENGTH = 7
_PHASES = {
    HookType.PRE_SYNC: SyncPhase.PRE_SYNC,
    HookType.SYNC: SyncPhase.SYNC,
    HookType.POST_SYNC: SyncPhase.POST_SYNC,
    HookType.SYNC_FAIL: SyncPhase.SYNC_FAIL,
}


class Action(StrEnum):
    """What a task does to its object."""

    APPLY = "apply"
    CREATE = "create"
    """A hook."""
    PRUNE = "prune"
    PRUNE_SKIPPED = "prune-skipped"
    UNCHANGED = "unchanged"
    """Nothing: the object equals its target, and what equals is never applied (W-17)."""

    @property
    def writes(self) -> bool:
        """Whether the cluster is changed."""
        return self in (Action.APPLY, Action.CREATE, Action.PRUNE)


class TaskId(NamedTuple):
    """One object in one phase; a hook of several phases is a task in each (SYN-8)."""

    phase: SyncPhase
    key: ResourceKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One object's part in a sync.

    ``kind`` is ``None`` while the cluster does not serve it, as before its CRD is applied. ``target`` is what is
    written; ``live`` what the comparison saw. ``takes_over`` is whether the fields of old writers become
    ours first (SYN-32), ``message`` why a candidate is not pruned, ``refusal`` what the server said to the dry run,
    ``is_confirmed`` that an object which says ``Prune=confirm`` may be deleted, ``is_tried`` that the server
    has seen the write in a dry run. ``given_up`` are fields to remove that nobody owns, so that an apply leaves them.
    """

    phase: SyncPhase
    wave: int
    key: ResourceKey
    kind: ApiKind | None
    action: Action
    target: Resource | None = None
    live: Resource | None = None
    policies: tuple[HookDeletePolicy, ...] = ()
    mode: WriteMode = WriteMode.APPLY
    is_validated: bool = True
    takes_over: bool = True
    propagation: str = "Foreground"
    message: str = ""
    refusal: str = ""
    is_confirmed: bool = False
    is_tried: bool = True
    given_up: tuple[Path, ...] = ()

    @property
    def id(self) -> TaskId:
        """The identity within one operation."""
        return TaskId(self.phase, self.key)

    @property
    def is_hook(self) -> bool:
        """Whether this is a hook."""
        return self.action is Action.CREATE


def plan(
    comparison: Comparison,
    *,
    options: SyncOptions,
    started: float,
    kind_of: Callable[[Resource], ApiKind | None],
    namespace: Task | None = None,
) -> tuple[Task, ...]:
    """Return the tasks of a sync in the order of execution.

    ``kind_of`` finds the kind of a hook in the cluster's catalogue, ``started`` (seconds since the epoch) goes into
    the names of unnamed hooks, ``namespace`` is the task that creates the destination's namespace.
    """
    application_options = comparison.application.sync_policy.sync_options
    applied = [
        task for row in comparison.resources if (task := _apply_task(row, application_options, options)) is not None
    ]
    if options.out_of_sync_only or "ApplyOutOfSyncOnly=true" in application_options:
        applied = [task for task in applied if task.action is not Action.UNCHANGED]
    hooks = [
        task
        for hook in comparison.hooks
        for task in _hook_tasks(hook, comparison, kind_of, revision=options.revision, started=started)
    ]
    pruned = [
        task for row in comparison.resources if (task := _prune_task(row, application_options, options)) is not None
    ]
    kept = [*([namespace] if namespace else []), *applied, *hooks]
    return ordered(
        (*kept, *_in_prune_waves(pruned, kept, application_options)),
        destination_namespace=comparison.application.destination.namespace,
    )


def is_leaving(row: ResourceComparison) -> bool:
    """Return whether a target's object is being deleted, so that it must be created again, equal or not (W-16)."""
    return row.target is not None and row.live is not None and row.live.is_terminating and not row.is_hook


def _apply_task(row: ResourceComparison, application_options: Sequence[str], options: SyncOptions) -> Task | None:
    target = row.target
    if target is None or row.is_hook or is_hook(target) or is_skipped(target) or row.status is SyncStatusCode.NONE:
        return None
    return Task(
        phase=SyncPhase.SYNC,
        wave=sync_wave(target),
        key=row.key,
        kind=row.kind,
        action=Action.UNCHANGED if row.status is SyncStatusCode.SYNCED and not is_leaving(row) else Action.APPLY,
        target=target,
        live=row.live,
        mode=write_mode(
            target,
            row.live,
            application_options=application_options,
            force=options.force,
            replace=options.replace,
            refused=bool(row.refusal),
        ),
        is_validated=is_validated(target, application_options),
        takes_over=takes_over(application_options),
        propagation=propagation(application_options),
        refusal=row.refusal,
        is_tried=row.method is not Method.CLIENT,
        given_up=row.given_up,
    )


def _prune_task(row: ResourceComparison, application_options: Sequence[str], options: SyncOptions) -> Task | None:
    live = row.live
    if live is None or not row.requires_pruning or is_hook(live):
        return None
    reason = skip_reason(
        live, prune=options.prune, confirmed=options.confirmed, application_options=application_options
    )
    return Task(
        phase=SyncPhase.SYNC,
        wave=sync_wave(live),
        key=row.key,
        kind=row.kind,
        action=Action.PRUNE_SKIPPED if reason else Action.PRUNE,
        live=live,
        propagation=propagation(application_options),
        message=reason,
        is_confirmed=options.confirmed,
    )


def _hook_tasks(
    hook: Resource,
    comparison: Comparison,
    kind_of: Callable[[Resource], ApiKind | None],
    *,
    revision: str,
    started: float,
) -> Iterable[Task]:
    application = comparison.application
    kind = kind_of(hook)
    placed = hook
    if kind is not None and not kind.namespaced:
        placed = hook.with_namespace("")
    elif not hook.namespace:
        placed = hook.with_namespace(application.destination.namespace)
    for hook_type in hook_types(hook):
        if hook_type not in _PHASES:
            continue
        phase = _PHASES[hook_type]
        target = _with_finalizer(_named(placed, phase, comparison.tracking, revision=revision, started=started))
        yield Task(
            phase=phase,
            wave=sync_wave(hook),
            key=target.key,
            kind=kind,
            action=Action.CREATE,
            target=target,
            policies=hook_delete_policies(hook),
            is_validated=is_validated(hook, application.sync_policy.sync_options),
            propagation=propagation(application.sync_policy.sync_options),
        )


def _named(hook: Resource, phase: SyncPhase, tracking: Tracking, *, revision: str, started: float) -> Resource:
    """Give an unnamed hook the name that it keeps during this operation (SYN-11)."""
    prefix = hook.metadata.get("generateName")
    if hook.name or not prefix:
        return hook
    short = revision[:_REVISION_LENGTH]
    name = f"{prefix}{short}-{phase.value}-{int(started)}".lower()
    return tracking.mark(hook.with_metadata(name=name, generateName=None))


def _with_finalizer(hook: Resource) -> Resource:
    """Keep the hook from vanishing before its result was seen (SYN-13)."""
    finalizers = [str(name) for name in hook.metadata.get("finalizers") or []]
    return hook if HOOK_FINALIZER in finalizers else hook.with_metadata(finalizers=[*finalizers, HOOK_FINALIZER])


def _in_prune_waves(pruned: list[Task], kept: list[Task], application_options: Sequence[str]) -> Iterable[Task]:
    """Reverse the waves of the prune tasks (SYN-20), then put those of ``PruneLast`` behind all others (SYN-21)."""
    turned = reversed_waves(task.wave for task in pruned)
    reversed_tasks = [replace(task, wave=turned[task.wave]) for task in pruned]
    in_sync = [task.wave for task in (*kept, *reversed_tasks) if task.phase is SyncPhase.SYNC]
    last = max([0, *in_sync]) + 1
    for task in reversed_tasks:
        is_last = task.live is not None and is_pruned_last(task.live, application_options)
        yield replace(task, wave=last) if is_last else task
