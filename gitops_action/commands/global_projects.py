"""Global projects: what ``argocd-cm`` adds to every project whose labels match.

In: the projects of a run and ``globalProjects`` of its settings. Out: the projects with those rules added, as Argo CD's
virtual projects have them. A project without a list of namespaced kinds, which permits all, is narrowed as soon as a
global one has a list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError, UsageError

if TYPE_CHECKING:
    from gitops_action.application.project import AppProject
    from gitops_action.application.projects import Projects
    from gitops_action.application.settings import Settings


def with_global_projects(projects: Projects, settings: Settings) -> Projects:
    """Return the projects with what the global ones add; ``UsageError`` for a selector that cannot be read."""
    if not settings.global_projects:
        return projects
    merged = {}
    for name, project in projects.valid.items():
        whole = project
        for entry in settings.global_projects:
            added = projects.valid.get(entry.project)
            if added is not None and added.name != name and _matches(entry.selector, project):
                whole = _merged(whole, added)
        merged[name] = whole
    return replace(projects, valid=merged)


def _matches(selector: object, project: AppProject) -> bool:
    from gitops_action.applicationset.selector import parse_selector  # noqa: PLC0415 - few have global projects

    try:
        return parse_selector(selector).matches(project.labels)
    except ApplicationError as error:
        raise UsageError(
            f"setting globalProjects of argocd-cm: {error.summary}", remedy="Correct its labelSelector."
        ) from error


def _merged(project: AppProject, added: AppProject) -> AppProject:
    lists = (project.namespace_resource_whitelist, added.namespace_resource_whitelist)
    whitelist = None if lists == (None, None) else tuple(kind for each in lists for kind in each or ())
    return replace(
        project,
        source_repos=(*project.source_repos, *added.source_repos),
        destinations=(*project.destinations, *added.destinations),
        cluster_resource_whitelist=(*project.cluster_resource_whitelist, *added.cluster_resource_whitelist),
        cluster_resource_blacklist=(*project.cluster_resource_blacklist, *added.cluster_resource_blacklist),
        namespace_resource_whitelist=whitelist,
        namespace_resource_blacklist=(*project.namespace_resource_blacklist, *added.namespace_resource_blacklist),
        sync_windows=(*project.sync_windows, *added.sync_windows),
        destination_service_accounts=(*project.destination_service_accounts, *added.destination_service_accounts),
    )
