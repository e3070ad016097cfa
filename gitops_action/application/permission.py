"""Where an application goes beyond its project, in Argo CD's words.

In: an application, its project, and the cluster that its destination means. Out: what is not permitted; empty where all
is. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_action.application.application import ConditionType
from gitops_action.application.project_match import (
    permits_destination,
    permits_namespace_of_application,
    permits_resource,
    permits_source,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gitops_action.application.application import Application
    from gitops_action.application.project import AppProject, ClusterIdentity
    from gitops_action.resource import ResourceKey

RESOURCE_NOT_PERMITTED = "ResourceNotPermitted"


class Violation(NamedTuple):
    """One thing that is not permitted."""

    condition: str
    message: str


def violations(
    application: Application,
    project: AppProject,
    cluster: ClusterIdentity,
    *,
    namespace: str,
    resources: Iterable[ResourceKey] = (),
    registered: Collection[ClusterIdentity] = (),
) -> tuple[Violation, ...]:
    """Return all that is not permitted.

    ``namespace`` is that of the Application as its document writes it; ``resources`` have the namespace that they will
    have, and none if they are cluster-scoped; ``registered`` are the clusters that belong to the project.
    """
    denials = (denial(project, cluster, key, registered=registered) for key in resources)
    return (
        *source_violations(application, project, namespace=namespace),
        *destination_violations(application, project, cluster, registered=registered),
        *(Violation(RESOURCE_NOT_PERMITTED, message) for message in denials if message),
    )


def source_violations(application: Application, project: AppProject, *, namespace: str) -> tuple[Violation, ...]:
    """Return what can be said without a cluster: the namespace of the Application, and its sources."""
    messages = []
    if not permits_namespace_of_application(project, namespace):
        messages.append(
            f"application '{application.name}' in namespace '{namespace}' is not allowed to use project {project.name}"
        )
    messages += [
        f"application repo {source.repo_url} is not permitted in project '{project.name}'"
        for source in application.sources
        if not permits_source(project, source.repo_url)
    ]
    return tuple(Violation(ConditionType.INVALID_SPEC_ERROR, message) for message in dict.fromkeys(messages))


def destination_violations(
    application: Application,
    project: AppProject,
    cluster: ClusterIdentity,
    *,
    registered: Collection[ClusterIdentity] = (),
) -> tuple[Violation, ...]:
    """Return whether the destination is not permitted."""
    destination = application.destination
    if permits_destination(project, cluster, destination.namespace, registered=registered):
        return ()
    shown = cluster.name if destination.name else cluster.server
    return (
        Violation(
            ConditionType.INVALID_SPEC_ERROR,
            f"application destination server '{shown}' and namespace '{destination.namespace}' do not match any of "
            f"the allowed destinations in project '{project.name}'",
        ),
    )


def denial(
    project: AppProject,
    cluster: ClusterIdentity,
    key: ResourceKey,
    *,
    registered: Collection[ClusterIdentity] = (),
) -> str:
    """Return why an object is not permitted; empty where it is (SYN-17)."""
    if not permits_resource(project, key.group_kind, key.name, namespaced=bool(key.namespace)):
        return f"resource {key.group}:{key.kind} is not permitted in project {project.name}"
    if key.namespace and not permits_destination(project, cluster, key.namespace, registered=registered):
        return f"namespace {key.namespace} is not permitted in project '{project.name}'"
    return ""
