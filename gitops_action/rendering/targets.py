"""What renderers gave → an application's targets: namespaces set, duplicates taken out.

In: objects in render order. Out: targets in that order, each identity once, and conditions. Never adds tracking:
whoever applies or compares marks the targets, after their namespace is final.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.rendering.scope import Scopes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.ports import ApiCatalog
    from gitops_action.resource import Resource, ResourceKey


def normalize_targets(
    resources: Sequence[Resource], *, namespace: str, catalog: ApiCatalog | None
) -> tuple[tuple[Resource, ...], tuple[ApplicationCondition, ...]]:
    """Return targets and conditions (TRK-11, TRK-19, SST-11); ``namespace`` is the destination's."""
    scopes = Scopes.of(resources, catalog)
    placed = [_place(resource, scopes, namespace) for resource in resources]
    unique: dict[tuple[ResourceKey, int], Resource] = {}
    for index, resource in enumerate(placed):
        unique[_identity(resource, index)] = resource  # keeps the first one's place and the last one's content
    missing = [resource for resource in unique.values() if not resource.namespace and scopes.is_namespaced(resource)]
    return tuple(unique.values()), (*_repeated(placed), *map(_missing_namespace, missing))


def _place(resource: Resource, scopes: Scopes, namespace: str) -> Resource:
    if not scopes.is_namespaced(resource):
        return resource.with_namespace("") if "namespace" in resource.metadata else resource
    return resource.with_namespace(namespace) if namespace and not resource.namespace else resource


def _identity(resource: Resource, index: int) -> tuple[ResourceKey, int]:
    """Return what may occur once; objects without a name never collide."""
    return resource.key, (-1 if resource.name else index)


def _repeated(resources: Sequence[Resource]) -> list[ApplicationCondition]:
    counts = Counter(resource.key for resource in resources if resource.name)
    return [
        ApplicationCondition(
            type=ConditionType.REPEATED_RESOURCE_WARNING,
            message=f"Resource {'/'.join(key)} appeared {count} times among application resources.",
            remedy="The last one is used: remove the others.",
        )
        for key, count in counts.items()
        if count > 1
    ]


def _missing_namespace(resource: Resource) -> ApplicationCondition:
    return ApplicationCondition(
        type=ConditionType.INVALID_SPEC_ERROR,
        message=f"Namespace for {resource.name} {resource.api_version}, Kind={resource.kind} is missing.",
        remedy="Set spec.destination.namespace, or metadata.namespace of the object.",
    )
