"""The orphans of an application, as a condition: what stands in its namespace and no application tracks.

In: an evaluation with its cluster. Out: the same, with ``OrphanedResourceWarning`` where its project asks for it. Every
namespaced kind that may be listed is, which is why nothing is done where the project does not ask.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison.orphans import OrphanRules, orphans
from gitops_action.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.application.project import OrphanedResources
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session
    from gitops_action.ports import ApiKind, Cluster
    from gitops_action.resource import GroupKind, Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking

_SHOWN = 20
"""Orphans that a message names."""


def with_orphans(
    evaluation: Evaluation, session: Session, tracking: Tracking, excluded: Callable[[GroupKind], bool]
) -> Evaluation:
    """Return the evaluation with what its project wants to be told of orphans."""
    application, cluster = evaluation.application, evaluation.cluster
    project = session.projects.valid.get(application.project)
    wanted = project.orphaned_resources if project else None
    namespace = application.destination.namespace
    if cluster is None or wanted is None or not wanted.warn or not namespace:
        return evaluation
    rules = OrphanRules(project=wanted, excluded=excluded, denial=evaluation.denial, tracking=tracking)
    unread: list[str] = []
    found = orphans(_live(cluster, namespace, excluded, unread), rules)
    if not found and not unread:
        return evaluation
    condition = _condition(found, unread, wanted)
    return replace(evaluation, application=replace(application, conditions=(*application.conditions, condition)))


def _live(
    cluster: Cluster, namespace: str, excluded: Callable[[GroupKind], bool], unread: list[str]
) -> Iterator[Resource]:
    """Yield the objects of a namespace; kinds that may not be listed are added to ``unread``."""
    kinds: list[ApiKind] = sorted(
        (kind for kind in cluster.catalog().preferred.values() if kind.namespaced and "list" in kind.verbs),
        key=lambda kind: kind.group_kind,
    )
    for kind in kinds:
        if excluded(kind.group_kind):
            continue
        try:
            yield from cluster.list(kind, namespace=namespace).items
        except ApiError:
            unread.append(kind.kind)


def _condition(found: tuple[ResourceKey, ...], unread: list[str], wanted: OrphanedResources) -> ApplicationCondition:
    shown = ", ".join(f"{key.kind} {key.name}" for key in found[:_SHOWN])
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    named = f": {shown}{more}" if found else ""
    blind = f"; {len(unread)} kinds could not be listed, such as {unread[0]}" if unread else ""
    ignoring = "extend" if wanted.ignore else "add"
    return ApplicationCondition(
        type=ConditionType.ORPHANED_RESOURCE_WARNING,
        message=f"Application has {len(found)} orphaned resources{named}{blind}",
        remedy=f"Delete them, commit them, or {ignoring} `orphanedResources.ignore` in the AppProject.",
    )
