"""What stops a sync before its first change, and whether one is needed at all.

In: a comparison, the planned tasks, the caller's options. Out: the error to raise, or the objects that would fail.
Nothing is ever half-done for a reason that was known before. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import ConditionType
from gitops_action.comparison.denied import nothing_denied
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import ApplicationError, GitOpsError, Refused
from gitops_action.sync.options import Adopt, SyncOptions, WriteMode, tolerates_missing_kind
from gitops_action.sync.order import defined_kind
from gitops_action.sync.pause import paused, paused_in_git
from gitops_action.sync.tasks import Action, is_leaving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gitops_action.comparison.model import Comparison
    from gitops_action.resource import ResourceKey
    from gitops_action.sync.tasks import Task, TaskId

DRY_RUN_FAILED = "one or more objects failed to apply (dry run)"
INVALID_TASKS = "one or more synchronization tasks are not valid"
_SHOWN = 10


def is_needed(comparison: Comparison, *, prune: bool = True) -> bool:
    """Return whether a sync has anything to do: something is OutOfSync, or is being deleted and must be created again.

    Hooks alone do not make one needed; nor, without ``prune``, do objects that only wait to be pruned, as in Argo CD's
    automated sync (6.3).
    """
    if any(is_leaving(row) for row in comparison.resources):
        return True
    if comparison.status is not SyncStatusCode.OUT_OF_SYNC:
        return False
    different = [row for row in comparison.resources if row.status is SyncStatusCode.OUT_OF_SYNC]
    return prune or not different or any(not row.requires_pruning for row in different)


def refusal(
    comparison: Comparison,
    tasks: Sequence[Task],
    options: SyncOptions,
    denial: Callable[[ResourceKey], str] = nothing_denied,
) -> GitOpsError | None:
    """Return the error that a rule answers this sync with, or ``None``.

    ``denial`` is why the application's project does not permit an object, empty where it does.
    """
    return (
        _not_permitted(comparison, tasks, denial)
        or _paused(comparison, tasks)
        or _not_compared(comparison)
        or _obstacles(comparison, options)
        or _shared(comparison)
        or _empty(comparison)
        or _prune_limit(comparison, tasks, options)
    )


def failures(tasks: Iterable[Task]) -> Mapping[TaskId, str]:
    """Return the tasks whose dry run the server refused, with its words.

    A refusal is none where the real write differs from that dry run: ``Force=true`` deletes first, ``Replace=true``
    replaces, ``Validate=false`` is less strict. The preflight tries those.
    """
    return {
        task.id: task.refusal
        for task in tasks
        if task.action is Action.APPLY and task.mode is WriteMode.APPLY and task.is_validated and task.refusal
    }


def invalid(comparison: Comparison, tasks: Sequence[Task]) -> Mapping[TaskId, str]:
    """Return the tasks of kinds that the cluster does not serve and this sync does not bring (SYN-16)."""
    application_options = comparison.application.sync_policy.sync_options
    brought = {defined_kind(task.target) for task in tasks if task.target is not None}
    return {
        task.id: f'the cluster does not serve {task.key.kind} of API version "{task.target.api_version}"'
        for task in tasks
        if task.kind is None
        and task.target is not None
        and task.key.group_kind not in brought
        and not tolerates_missing_kind(task.target, application_options)
    }


def _not_permitted(
    comparison: Comparison, tasks: Iterable[Task], denial: Callable[[ResourceKey], str]
) -> GitOpsError | None:
    """Refuse what the project does not permit, among it the namespace that the sync would create (SYN-17)."""
    denied = {row.key: row.unknown for row in comparison.resources if not row.is_permitted}
    denied |= {task.key: reason for task in tasks if (reason := denial(task.key))}
    if not denied:
        return None
    reasons = "; ".join(sorted(set(denied.values())))
    return Refused(
        f"{comparison.application.name}: not synced: {reasons}",
        detail=_lines(f"{key}: {reason}" for key, reason in sorted(denied.items())),
        remedy="Take the objects out of the application, or extend its AppProject.",
    )


def _paused(comparison: Comparison, tasks: Iterable[Task]) -> GitOpsError | None:
    """Refuse to change an application that somebody has paused."""
    if not any(task.action.writes for task in tasks):
        return None
    return paused(comparison.application, paused_in_git(comparison.application))


def _not_compared(comparison: Comparison) -> GitOpsError | None:
    name = comparison.application.name
    errors = [condition for condition in comparison.conditions if condition.is_error]
    if errors:
        return ApplicationError(
            f"{name}: not synced, for it could not be compared: {errors[0].message}",
            detail=_lines(condition.message for condition in errors[1:]),
            remedy=errors[0].remedy,
        )
    options = comparison.application.sync_policy.sync_options
    unknown = [
        row
        for row in comparison.resources
        if row.status is SyncStatusCode.UNKNOWN
        and not (row.kind is None and row.target is not None and tolerates_missing_kind(row.target, options))
    ]
    if unknown:
        return ApplicationError(
            f"{name}: not synced, for {_count(len(unknown), 'resource')} could not be compared",
            detail=_lines(f"{row.key}: {row.unknown}" for row in unknown),
        )
    return None


def _obstacles(comparison: Comparison, options: SyncOptions) -> GitOpsError | None:
    blocked = [row for row in comparison.resources if row.obstacle and row.target is not None]
    if not blocked or options.adopt is Adopt.ALL:
        return None
    return Refused(
        f"{comparison.application.name}: not synced, for somebody else owns {_count(len(blocked), 'object')} of it",
        detail=_lines(f"{row.key}: {row.obstacle}" for row in blocked),
        remedy="Give the objects other names, or take them away from their owner; `adopt: all` takes them over.",
    )


def _shared(comparison: Comparison) -> GitOpsError | None:
    """Refuse to take over what another application tracks where the application forbids that (TRK-17)."""
    warnings = [c.message for c in comparison.conditions if c.type is ConditionType.SHARED_RESOURCE_WARNING]
    if not warnings or "FailOnSharedResource=true" not in comparison.application.sync_policy.sync_options:
        return None
    return Refused(f"{comparison.application.name}: Shared resource found: {warnings[0]}", detail=_lines(warnings[1:]))


def _empty(comparison: Comparison) -> GitOpsError | None:
    automated = comparison.application.sync_policy.automated
    has_targets = comparison.hooks or any(row.target is not None for row in comparison.resources)
    tracked = [row for row in comparison.resources if row.requires_pruning]
    if has_targets or not tracked or (automated is not None and automated.allow_empty):
        return None
    return Refused(
        f"{comparison.application.name}: not synced, for it renders to nothing while the cluster has "
        f"{_count(len(tracked), 'resource')} of it",
        remedy="If that is meant, set `syncPolicy.automated.allowEmpty: true` in the Application.",
    )


def _prune_limit(comparison: Comparison, tasks: Iterable[Task], options: SyncOptions) -> GitOpsError | None:
    pruned = [task for task in tasks if task.action is Action.PRUNE]
    total = sum(1 for row in comparison.resources if row.live is not None and not row.is_hook)
    if not options.prune_limit.forbids(pruned=len(pruned), total=total):
        return None
    return Refused(
        f"{comparison.application.name}: not synced, for it would delete {len(pruned)} of {total} resources "
        f"and the prune limit is {options.prune_limit}",
        detail=_lines(str(task.key) for task in pruned),
        remedy="If that is meant, raise `prune-limit` for this run.",
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _lines(items: Iterable[str]) -> str:
    lines = list(items)
    shown = lines[:_SHOWN]
    return "\n".join([*shown, f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else shown)
