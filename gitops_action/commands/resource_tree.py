"""The resource tree of each application: what its objects brought about, read with few requests.

In: evaluations with their reports, and how an object is assessed. Out: the reports with their trees, and notes on what
could not be read. A list is asked for once a run, whoever needs it; nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gitops_action.commands.parallel import each
from gitops_action.errors import ClusterError
from gitops_action.health.resource_tree import POD, Reading, TreeNode, descendants, readings
from gitops_action.report.build import Scrubber
from gitops_action.report.model import TreeNodeReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.commands.evaluate import Assess, Evaluation
    from gitops_action.ports import Cluster
    from gitops_action.report.model import ApplicationReport
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import JsonObject

_AT_ONCE = 8


def with_read_trees(
    reports: Sequence[ApplicationReport], evaluations: Sequence[Evaluation], assess: Assess
) -> tuple[tuple[ApplicationReport, ...], tuple[str, ...]]:
    """Return the applications with their trees, and notes on what could not be read of them."""
    others, notes = _read(evaluations)
    filled = tuple(
        replace(report, tree=_tree(found, others[id(found.cluster)], assess))
        for report, found in zip(reports, evaluations, strict=True)
    )
    return filled, notes


def _read(evaluations: Sequence[Evaluation]) -> tuple[dict[int, list[Resource]], tuple[str, ...]]:
    """Return what may be in the trees by the identity of its cluster, and what could not be read."""
    wanted = {
        (id(found.cluster), reading): found.cluster
        for found in evaluations
        if found.cluster is not None
        for reading in readings(_live(found), found.cluster.catalog())
    }
    asked = list(wanted.items())
    answers = each(lambda one: _listed(one[1], one[0][1]), asked, at_once=_AT_ONCE, name="tree")
    others: dict[int, list[Resource]] = defaultdict(list)
    notes = []
    for ((cluster, reading), _), answer in zip(asked, answers, strict=True):
        if isinstance(answer, ClusterError):
            where = f"{reading.kind.plural} in namespace {reading.namespace}"
            notes.append(f"The resource trees lack {where}: {answer.summary}")
        else:
            others[cluster] += answer
    return others, tuple(notes)


def _tree(found: Evaluation, others: Sequence[Resource], assess: Assess) -> tuple[TreeNodeReport, ...]:
    clean = Scrubber(found.comparison)
    return tuple(_node(node, assess, clean) for node in descendants(_live(found), others))


def _live(found: Evaluation) -> list[Resource]:
    rows = found.comparison.resources if found.comparison else ()
    return [row.live for row in rows if row.live is not None and not row.obstacle]


def _listed(cluster: Cluster, reading: Reading) -> Sequence[Resource] | ClusterError:
    try:
        listing = cluster.list(reading.kind, namespace=reading.namespace, metadata_only=reading.metadata_only)
    except ClusterError as error:
        return error
    return listing.items


def _node(node: TreeNode, assess: Assess, clean: Scrubber) -> TreeNodeReport:
    resource = node.resource
    health = assess(resource) if "status" in resource.object else None
    return TreeNodeReport(
        id=_id(resource.key),
        parent=_id(node.parent),
        group=resource.group,
        version=resource.api_version.rpartition("/")[2],
        kind=resource.kind,
        namespace=resource.namespace,
        name=resource.name,
        health_status=health.code if health else "",
        health_message=clean(health.message) if health else "",
        created=_seconds(str(resource.metadata.get("creationTimestamp") or "")),
        info=tuple(_facts(resource)),
    )


def _id(key: ResourceKey) -> str:
    return "/".join(key)


def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp() if timestamp else 0.0


def _facts(resource: Resource) -> Iterator[str]:
    """Yield what a reader wants to know of a pod, or of which revision a ReplicaSet is."""
    if revision := resource.annotations.get("deployment.kubernetes.io/revision"):
        yield f"revision {revision}"
    if resource.group_kind != POD:
        return
    status: JsonObject = resource.object.get("status") or {}
    containers = status.get("containerStatuses") or []
    if containers:
        yield f"ready {sum(1 for each in containers if each.get('ready'))}/{len(containers)}"
    if restarts := sum(int(each.get("restartCount") or 0) for each in containers):
        yield f"{restarts} restart{'s' if restarts > 1 else ''}"
    if node := (resource.object.get("spec") or {}).get("nodeName"):
        yield f"node {node}"
