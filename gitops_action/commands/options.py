"""How an application is synced, as the inputs and its own sync policy say: one answer for the sync and its preview.

In: an application and the session. Out: ``SyncOptions``, and for a comparison the refusal that its sync would meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import Retry
from gitops_action.comparison.denied import nothing_denied
from gitops_action.errors import ApiError, Refused
from gitops_action.resource import ResourceKey
from gitops_action.sync.approval import is_deletion_approved
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.namespace import NAMESPACE, managed_namespace, namespace_task
from gitops_action.sync.options import Adopt, PruneLimit, SyncOptions
from gitops_action.sync.refuse import refusal
from gitops_action.sync.tasks import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.application.application import Application
    from gitops_action.commands.session import Session
    from gitops_action.comparison.model import Comparison
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Cluster
    from gitops_action.sync.record import Record
    from gitops_action.sync.tasks import Task


def sync_options(application: Application, session: Session, record: Record | None = None) -> SyncOptions:
    """Return the options of an application's sync; ``record`` is of its last one."""
    inputs = session.inputs
    automated = application.sync_policy.automated
    succeeded = [
        each.finished for each in (record.operations if record else ()) if each.phase == OperationPhase.SUCCEEDED.value
    ]
    return SyncOptions(
        prune=inputs.prune or bool(automated and automated.enabled and automated.prune),
        confirmed=inputs.confirm_prune or is_deletion_approved(application, since=max(succeeded, default=0.0)),
        prune_limit=PruneLimit(amount=inputs.prune_limit.value, is_percent=inputs.prune_limit.is_percent),
        adopt=Adopt(inputs.adopt),
        force=inputs.force,
        replace=inputs.replace,
        dry_run=inputs.dry_run,
        out_of_sync_only=inputs.apply_out_of_sync_only,
        revision=session.head.commit,
        wait=inputs.wait,
        timeout=inputs.timeout,
        wave_delay=inputs.wave_delay,
        degraded_grace=inputs.degraded_grace,
        stall_timeout=inputs.stall_timeout,
    )


def retry_policy(application: Application, inputs: Inputs) -> Retry:
    """Return how often a failed sync is tried again: as the inputs say, else the application, else not at all."""
    own = application.sync_policy.retry or Retry()
    duration, longest = inputs.retry_backoff_duration, inputs.retry_backoff_max_duration
    return Retry(
        limit=own.limit if inputs.retry_limit is None else inputs.retry_limit,
        duration=own.duration if duration is None else duration,
        factor=own.factor if inputs.retry_backoff_factor is None else inputs.retry_backoff_factor,
        max_duration=own.max_duration if longest is None else longest,
    )


def foretold_refusal(
    comparison: Comparison,
    cluster: Cluster,
    session: Session,
    denial: Callable[[ResourceKey], str] = nothing_denied,
) -> Refused | None:
    """Return the rule's refusal that a sync of this comparison would meet, if any: a reviewer must know it before.

    ``denial`` is why the application's project does not permit an object.
    """
    options = sync_options(comparison.application, session)
    tasks = plan(
        comparison,
        options=options,
        started=session.started,
        kind_of=cluster.catalog().find,
        namespace=_denied_namespace(comparison, cluster, denial),
    )
    refused = refusal(comparison, tasks, options, denial)
    return refused if isinstance(refused, Refused) else None


def _denied_namespace(comparison: Comparison, cluster: Cluster, denial: Callable[[ResourceKey], str]) -> Task | None:
    """Return the task that creates the namespace where it is not permitted; only then the namespace is read."""
    name = managed_namespace(comparison)
    if not name or not denial(ResourceKey("", "Namespace", "", name)):
        return None
    try:
        live = cluster.get(NAMESPACE, namespace="", name=name)
    except ApiError:
        return None  # who may not look is told by the sync, which has to
    return namespace_task(comparison, live)
