"""What a project permits: sources, destinations, kinds and the namespaces of its Applications.

In: an ``AppProject`` and what an application wants. Out: a yes or no, exactly as Argo CD decides. An entry that begins
with ``!`` denies what it matches, and is an allow for everything else. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.application.glob import compile_file_pattern, compile_glob, matches
from gitops_action.application.project_parse import is_expression
from gitops_action.application.repository_url import normalized_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gitops_action.application.project import AppProject, ClusterIdentity, KindPattern
    from gitops_action.resource import GroupKind


def permits_source(project: AppProject, url: str) -> bool:
    """Return whether applications may be rendered from this repository.

    Any deny entry that matches refuses at once, wherever it stands; an empty list permits nothing.
    """
    wanted = normalized_url(url)
    found = False
    for entry in project.source_repos:
        pattern = "!" * entry.startswith("!") + normalized_url(entry.removeprefix("!"))
        is_match = _matches(pattern, wanted, separator="/")
        if not is_match and pattern.startswith("!"):
            return False
        found = found or is_match
    return found


def permits_destination(
    project: AppProject, cluster: ClusterIdentity, namespace: str, *, registered: Collection[ClusterIdentity] = ()
) -> bool:
    """Return whether objects may go into this namespace of this cluster.

    ``registered`` are the clusters that belong to the project; they count only where it permits no others.
    """
    if not _is_listed(project, cluster, namespace):
        return False
    if not project.permit_only_project_scoped_clusters:
        return True
    return any(
        (known.name and known.name == cluster.name) or (known.server and known.server == cluster.server)
        for known in registered
    )


def permits_resource(project: AppProject, kind: GroupKind, name: str, *, namespaced: bool) -> bool:
    """Return whether objects of this kind, and of this name where the kind is cluster-scoped, may be deployed.

    Without a list, all namespaced kinds are allowed, and no cluster-scoped one.
    """
    if namespaced:
        allowed = project.namespace_resource_whitelist
        is_allowed = allowed is None or _is_in(kind, "", allowed)
        return is_allowed and not _is_in(kind, "", project.namespace_resource_blacklist)
    is_allowed = _is_in(kind, name, project.cluster_resource_whitelist)
    return is_allowed and not _is_in(kind, name, project.cluster_resource_blacklist)


def permits_namespace_of_application(project: AppProject, namespace: str) -> bool:
    """Return whether an Application that lives in this namespace may use the project; empty is the project's own."""
    return namespace in ("", project.namespace) or any(
        re.search(entry[1:-1], namespace) is not None if is_expression(entry) else _matches_plain(entry, namespace)
        for entry in project.source_namespaces
    )


def _is_listed(project: AppProject, cluster: ClusterIdentity, namespace: str) -> bool:
    found = False
    for entry in project.destinations:
        name = bool(cluster.name) and _matches(entry.name, cluster.name)
        server = bool(cluster.server) and _matches(entry.server, cluster.server)
        inside = _matches(entry.namespace, namespace)
        if (server or name) and inside:
            found = True
        elif (
            (not name and entry.name.startswith("!"))  # whatever the namespace
            or (not server and entry.server.startswith("!") and inside)
            or (not inside and entry.namespace.startswith("!") and server)
        ):
            return False
    return found


def _is_in(kind: GroupKind, name: str, patterns: Iterable[KindPattern]) -> bool:
    return any(
        matches(compile_file_pattern(each.kind), kind.kind)
        and matches(compile_file_pattern(each.group), kind.group)
        and (not each.name or matches(compile_file_pattern(each.name), name))
        for each in patterns
    )


def _matches(pattern: str, text: str, *, separator: str = "") -> bool:
    if pattern.startswith("!"):
        return not matches(compile_glob(pattern[1:], separator), text)
    return pattern == "*" or matches(compile_glob(pattern, separator), text)


def _matches_plain(pattern: str, text: str) -> bool:
    """Return whether a glob matches that knows no negation."""
    return matches(compile_glob(pattern), text)
