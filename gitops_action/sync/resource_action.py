"""Carry out what an action makes of a live object: all of it is tried as a dry run first, then patched and created.

In: the objects that the action's script returned, and the live object that it saw. Out: what was written, field names
without values. One refusal of a dry run ends it before the first change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.lua.actions import Operation, merge_patch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.lua.actions import ImpactedResource
    from gitops_action.ports import ApiKind, Cluster
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import JsonObject

_STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One object that an action patched or created; ``fields`` are the JSON pointers of what a patch changed."""

    key: ResourceKey
    operation: Operation
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    kind: ApiKind
    impacted: ImpactedResource
    patch: JsonObject


def carry_out(
    impacted: Sequence[ImpactedResource], live: Resource, cluster: Cluster, *, dry_run: bool = False
) -> tuple[Written, ...]:
    """Write what an action asks for and return it; a patch that changes nothing is not sent.

    Raises ``ClusterError`` for what the server refuses, before the first change where its dry run says so.
    """
    writes = [_planned(each, live, cluster) for each in impacted]
    for write in writes:
        _write(write, cluster, dry_run=True)
    if not dry_run:
        for write in writes:
            _write(write, cluster, dry_run=False)
    return tuple(
        Written(
            key=write.impacted.resource.key,
            operation=write.impacted.operation,
            fields=tuple(sorted(_pointers(write.patch))),
        )
        for write in writes
    )


def _planned(impacted: ImpactedResource, live: Resource, cluster: Cluster) -> _Write:
    kind = cluster.catalog().find(impacted.resource)
    if kind is None:
        raise ApplicationError(
            f"the action writes {impacted.resource.key}, and the cluster serves no {impacted.resource.kind} of "
            f"{impacted.resource.api_version}"
        )
    is_patch = impacted.operation is Operation.PATCH
    patch = merge_patch(live.object, impacted.resource.object) if is_patch else {}
    return _Write(kind=kind, impacted=impacted, patch=patch)


def _write(write: _Write, cluster: Cluster, *, dry_run: bool) -> None:
    resource = write.impacted.resource
    if write.impacted.operation is Operation.CREATE:
        cluster.create(write.kind, resource, dry_run=dry_run)
        return
    rest, status = write.patch, {}
    if write.kind.has_status and _STATUS in rest:
        status = {_STATUS: rest[_STATUS]}
        rest = {name: value for name, value in rest.items() if name != _STATUS}
    if status:
        cluster.merge_patch(write.kind, resource.key, status, subresource=_STATUS, dry_run=dry_run)
    if rest:
        cluster.merge_patch(write.kind, resource.key, rest, dry_run=dry_run)


def _pointers(patch: JsonObject, path: str = "") -> Iterator[str]:
    for name, value in patch.items():
        here = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if isinstance(value, dict) and value:
            yield from _pointers(value, here)
        else:
            yield here
