"""An ``AppProject`` document → the value; what Argo CD refuses in one is an error here too.

In: the parsed YAML of one document with its place. Out: an ``AppProject``. A project that cannot be understood must not
permit anything, so every problem is a ``UsageError``; only unknown fields are left to be warned of.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.application.application import Destination
from gitops_action.application.glob import compile_file_pattern, compile_glob
from gitops_action.application.project import (
    CONTROL_PLANE_NAMESPACE,
    AppProject,
    KindPattern,
    OrphanedResources,
    Role,
    SyncWindow,
)
from gitops_action.application.reader import FieldReader
from gitops_action.application.repository_url import normalized_url
from gitops_action.application.schedule import parse_schedule
from gitops_action.duration import parse_go_duration
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitops_action.resource.resource import JsonObject

_DESCRIPTION = 255
_ROLE_NAME = re.compile(r"[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?", re.ASCII | re.IGNORECASE)
_NOTHING = "!*"


def parse_project(document: JsonObject, *, file: str = "", line: int = 0) -> AppProject:
    """Return the project that a document describes.

    Raises ``UsageError`` naming the place and all that is wrong.
    """
    problems: list[str] = []
    unknown: list[str] = []
    root = FieldReader(document, "", problems, unknown)
    root.ignore("apiVersion", "kind", "status")
    metadata = root.nested("metadata")
    spec = root.nested("spec")
    project = AppProject(
        name=metadata.text("name"),
        namespace=metadata.text("namespace") or CONTROL_PLANE_NAMESPACE,
        labels=metadata.text_map("labels"),
        description=spec.text("description"),
        source_repos=spec.texts("sourceRepos"),
        source_namespaces=spec.texts("sourceNamespaces"),
        destinations=tuple(_destination(item) for item in spec.items("destinations")),
        cluster_resource_whitelist=_kinds(spec, "clusterResourceWhitelist", named=True),
        cluster_resource_blacklist=_kinds(spec, "clusterResourceBlacklist", named=True),
        namespace_resource_whitelist=(
            _kinds(spec, "namespaceResourceWhitelist") if "namespaceResourceWhitelist" in spec else None
        ),
        namespace_resource_blacklist=_kinds(spec, "namespaceResourceBlacklist"),
        permit_only_project_scoped_clusters=spec.boolean("permitOnlyProjectScopedClusters"),
        roles=tuple(_role(item) for item in spec.items("roles")),
        sync_windows=tuple(_window(item) for item in spec.items("syncWindows")),
        orphaned_resources=_orphaned(spec.nested("orphanedResources")) if "orphanedResources" in spec else None,
        signature_keys=tuple(_signature_key(item) for item in spec.items("signatureKeys")),
        source_integrity=spec.mapping("sourceIntegrity"),
        destination_service_accounts=spec.mappings("destinationServiceAccounts"),
        file=file,
        line=line,
    )
    spec.ignore("namespaceResourceWhitelist")  # where it is null
    spec.finish()
    root.finish()
    problems += _wrong(project)
    if problems:
        place = f"{file}:{line}: " if file else ""
        raise UsageError(
            f"{place}AppProject {project.name or 'without a name'} is not valid: {problems[0]}",
            detail="\n".join(problems[1:]),
            remedy="Correct the AppProject.",
        )
    return replace(project, unknown_fields=tuple(unknown))


def _destination(reader: FieldReader) -> Destination:
    destination = Destination(
        server=reader.text("server"), name=reader.text("name"), namespace=reader.text("namespace")
    )
    reader.finish()
    return destination


def _kinds(spec: FieldReader, field: str, *, named: bool = False) -> tuple[KindPattern, ...]:
    return tuple(_kind(item, named=named) for item in spec.items(field))


def _kind(reader: FieldReader, *, named: bool) -> KindPattern:
    pattern = KindPattern(
        group=reader.text("group"), kind=reader.text("kind"), name=reader.text("name") if named else ""
    )
    reader.finish()
    return pattern


def _orphaned(reader: FieldReader) -> OrphanedResources:
    orphaned = OrphanedResources(
        warn=reader.boolean("warn"), ignore=tuple(_kind(item, named=True) for item in reader.items("ignore"))
    )
    reader.finish()
    return orphaned


def _role(reader: FieldReader) -> Role:
    role = Role(
        name=reader.text("name"),
        description=reader.text("description"),
        policies=reader.texts("policies"),
        groups=reader.texts("groups"),
    )
    reader.ignore("jwtTokens")
    reader.finish()
    return role


def _window(reader: FieldReader) -> SyncWindow:
    window = SyncWindow(
        kind=reader.text("kind"),
        schedule=reader.text("schedule"),
        duration=reader.text("duration"),
        applications=reader.texts("applications"),
        namespaces=reader.texts("namespaces"),
        clusters=reader.texts("clusters"),
        manual_sync=reader.boolean("manualSync"),
        sync_overrun=reader.boolean("syncOverrun"),
        and_operator=reader.boolean("andOperator"),
        time_zone=reader.text("timeZone"),
        description=reader.text("description"),
    )
    reader.finish()
    return window


def _signature_key(reader: FieldReader) -> str:
    key = reader.text("keyID")
    reader.finish()
    return key


def _wrong(project: AppProject) -> Iterator[str]:
    """Yield what Argo CD's own validation refuses, and patterns that cannot be read.

    Argo CD takes a pattern that it cannot read for one that does not match: a deny entry with a slip of the pen would
    permit everything.
    """
    if not project.name:
        yield "metadata.name is missing"
    if len(project.description) > _DESCRIPTION:
        yield f"spec.description is longer than {_DESCRIPTION} characters"
    yield from _wrong_destinations(project.destinations)
    if _NOTHING in project.source_repos:
        yield f"source repository has an invalid format, '{_NOTHING}'"
    yield from _repeated(project.source_repos, "source repository '{}' already added")
    yield from _repeated(project.source_namespaces, "source namespace '{}' already added")
    yield from _repeated((role.name for role in project.roles), "role '{}' already exists")
    for role in project.roles:
        yield from _wrong_role(role)
    yield from _repeated(project.sync_windows, "a sync window is there twice: {0.kind} {0.schedule} {0.duration}")
    for window in project.sync_windows:
        yield from _wrong_window(window)
    yield from _unreadable(project)


def _wrong_destinations(destinations: tuple[Destination, ...]) -> Iterator[str]:
    for field in ("name", "server", "namespace"):
        if any(getattr(destination, field) == _NOTHING for destination in destinations):
            yield f"{field} has an invalid format, '{_NOTHING}'"
    keys = (f"{destination.server or destination.name}/{destination.namespace}" for destination in destinations)
    yield from _repeated(keys, "destination '{}' already added")


def _wrong_role(role: Role) -> Iterator[str]:
    if not _ROLE_NAME.fullmatch(role.name):
        yield f"invalid role name '{role.name}'"
    yield from _repeated(role.policies, f"policy '{{}}' already exists for role '{role.name}'")
    yield from _repeated(role.groups, f"group '{{}}' already exists for role '{role.name}'")


def _wrong_window(window: SyncWindow) -> Iterator[str]:
    """Yield what is wrong with a sync window (WIN-8)."""
    if window.kind not in ("allow", "deny"):
        yield f"sync window: kind '{window.kind}' mismatch: can only be allow or deny"
    try:
        parse_schedule(window.schedule)
    except ValueError as error:
        yield f"sync window: cannot parse schedule '{window.schedule}': {error}"
    try:
        parse_go_duration(window.duration)
    except ValueError:
        yield f"sync window: cannot parse duration '{window.duration}'"
    if len(window.description) > _DESCRIPTION:
        yield f"sync window: description must not exceed {_DESCRIPTION} characters"
    if not (window.applications or window.namespaces or window.clusters):
        yield (
            f"sync window '{window.kind}':'{window.schedule}':'{window.duration}' "
            "requires one of application, cluster or namespace"
        )


def _unreadable(project: AppProject) -> Iterator[str]:
    repositories = [pattern.removeprefix("!") for pattern in project.source_repos]
    globs = [*repositories, *map(normalized_url, repositories)]
    for destination in project.destinations:
        globs += (text.removeprefix("!") for text in (destination.server, destination.name, destination.namespace))
    globs += (pattern for pattern in project.source_namespaces if not is_expression(pattern))
    for entry in project.orphaned_resources.ignore if project.orphaned_resources else ():
        globs += (entry.group, entry.kind, entry.name)
    for window in project.sync_windows:
        globs += (*window.applications, *window.clusters, *window.namespaces)
    kinds = (
        *project.cluster_resource_whitelist,
        *project.cluster_resource_blacklist,
        *(project.namespace_resource_whitelist or ()),
        *project.namespace_resource_blacklist,
    )
    yield from _failing(globs, compile_glob)
    yield from _failing((text for kind in kinds for text in (kind.group, kind.kind, kind.name)), compile_file_pattern)
    expressions = (pattern[1:-1] for pattern in project.source_namespaces if is_expression(pattern))
    yield from _failing(expressions, re.compile)


def is_expression(pattern: str) -> bool:
    """Return whether an entry of ``sourceNamespaces`` is a regular expression: one between slashes."""
    return len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/")


def _failing(patterns: Iterable[str], read: Callable[[str], object]) -> Iterator[str]:
    for pattern in patterns:
        try:
            read(pattern)
        except (ValueError, re.error, RecursionError) as error:
            yield f"the pattern '{pattern[:80]}' cannot be read: {error}"


def _repeated(items: Iterable[object], message: str) -> list[str]:
    return [message.format(item) for item, count in Counter(items).items() if count > 1]
