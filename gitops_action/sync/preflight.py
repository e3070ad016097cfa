"""What the comparison could not try: dry runs of hooks and replacements, before anything is changed.

In: the planned tasks. Out: the hooks' objects as they are now, and the tasks that the server refuses. Reads and dry
runs only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.errors import ApiError, Conflict, NotFound
from gitops_action.resource.annotations import HookDeletePolicy
from gitops_action.sync.options import WriteMode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from gitops_action.ports import ApiKind, Cluster
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking
    from gitops_action.sync.tasks import Task, TaskId


_RECREATED = (WriteMode.RECREATE, WriteMode.AFTER_DELETION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """``live`` holds the existing objects of hooks, ``refused`` the server's words by task."""

    live: Mapping[ResourceKey, Resource]
    refused: Mapping[TaskId, str]


def preflight(
    tasks: Sequence[Task], cluster: Cluster, tracking: Tracking, executor: Executor, scrub: Callable[[str], str]
) -> Preflight:
    """Look at each hook's object and try each write that no dry run has seen."""
    new_namespaces = {task.key.name for task in tasks if task.key.kind == "Namespace" and task.live is None}
    tried = [task for task in tasks if task.key.namespace not in new_namespaces and _is_untried(task)]
    found = executor.map(lambda task: _try(task, cluster, tracking, scrub), tried)
    live: dict[ResourceKey, Resource] = {}
    refused: dict[TaskId, str] = {}
    for task, (existing, message) in zip(tried, found, strict=True):
        if existing is not None and task.is_hook:
            live[task.key] = existing
        if message:
            refused[task.id] = message
    return Preflight(live=live, refused=refused)


def _is_untried(task: Task) -> bool:
    """Return whether the comparison's dry run was not of the write that this task will do."""
    if task.kind is None or not task.action.writes or task.target is None:
        return False
    return task.is_hook or not task.is_tried or task.mode is not WriteMode.APPLY or bool(task.refusal)


def _try(task: Task, cluster: Cluster, tracking: Tracking, scrub: Callable[[str], str]) -> tuple[Resource | None, str]:
    kind, target = task.kind, task.target
    if kind is None or target is None:
        return None, ""
    live = None
    try:
        live = cluster.get(kind, namespace=task.key.namespace, name=task.key.name)
        if task.is_hook and live is not None and tracking.owner(live) not in ("", tracking.instance):
            return live, f"{task.key} exists and is tracked for application {tracking.owner(live)}"
        _dry_run(task, kind, target, live, cluster)
    except (NotFound, Conflict):
        return live, ""
    except ApiError as error:
        # A hook may need what an earlier phase of this sync brings, such as a ServiceAccount.
        return live, "" if task.is_hook and "not found" in error.summary else scrub(error.summary)
    return live, ""


def _dry_run(task: Task, kind: ApiKind, target: Resource, live: Resource | None, cluster: Cluster) -> None:
    is_recreated = task.mode in _RECREATED or HookDeletePolicy.BEFORE_HOOK_CREATION in task.policies
    if live is not None and is_recreated:
        # The name is still taken; the server makes up another for the trial.
        cluster.create(kind, target.with_metadata(name=None, generateName=f"{target.name[:50]}-"), dry_run=True)
    elif live is not None and task.mode is WriteMode.REPLACE:
        cluster.replace(kind, target.with_metadata(resourceVersion=live.resource_version), dry_run=True)
    else:
        cluster.apply(kind, target, dry_run=True, validate=task.is_validated)
