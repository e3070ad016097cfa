"""``check tasks``: what a sync would do with these objects, in the order of execution.

In: files with all targets and all live objects, and the Application and settings that they belong to. Out: one JSON
list, made by the functions that a sync uses. Whether a target equals its live object only an API server can tell, so
every target is applied; with ``ApplyOutOfSyncOnly=true`` those are left out that visibly change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from gitops_action.application.application import Application
from gitops_action.application.parse import parse_application
from gitops_action.application.settings import Settings, parse_settings
from gitops_action.commands.check_files import answer, only, read_documents
from gitops_action.comparison.exclusion import ResourceExclusion
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.comparison.overlay import overlay
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.comparison.selection import select
from gitops_action.comparison.strict import same
from gitops_action.comparison.tables import BUILT_IN_GROUPS
from gitops_action.errors import ExitCode
from gitops_action.ports import ApiCatalog, ApiKind
from gitops_action.rendering.build_environment import instance_name
from gitops_action.rendering.scope import Scopes
from gitops_action.rendering.targets import normalize_targets
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.annotations import is_hook
from gitops_action.resource.tracking import Tracking, is_crd
from gitops_action.sync.namespace import managed_namespace, namespace_task
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.tasks import plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.sync.tasks import Task


@click.command()
@click.option("--target", "target_file", metavar="FILE", required=True, help="All objects that Git has.")
@click.option("--live", "live_file", metavar="FILE", required=True, help="All objects that the cluster has.")
@click.option("--app", "application_file", metavar="FILE", help="The Application.")
@click.option("--settings", "settings_file", metavar="FILE", help="The argocd-cm ConfigMap.")
@click.option("--prune", is_flag=True, help="Delete what is no longer in Git.")
def tasks(
    target_file: str, live_file: str, application_file: str | None, settings_file: str | None, *, prune: bool
) -> ExitCode:
    """List the tasks of a sync in the order of execution."""
    live = [Resource(each.value) for each in read_documents(live_file)]
    targets = [Resource(each.value) for each in read_documents(target_file)]
    settings = Settings()
    if settings_file:
        settings = parse_settings(only(read_documents(settings_file), "ConfigMap", settings_file))
    question = _Question(application=_application(application_file, live, settings), settings=settings, live=live)
    planned = question.plan(targets, SyncOptions(prune=prune))
    answer([_shown(task) for task in planned])
    return ExitCode.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One application and the objects that are there."""

    application: Application
    settings: Settings
    live: Sequence[Resource]

    def plan(self, targets: Sequence[Resource], options: SyncOptions) -> tuple[Task, ...]:
        """Return the tasks of a sync to these targets; what is wrong with them is said on stderr."""
        known = _catalog(self.live)
        namespace = self.application.destination.namespace
        placed, conditions = normalize_targets(targets, namespace=namespace, catalog=known)
        for condition in conditions:
            click.echo(f"warning: {condition.message}", err=True)
        scopes = Scopes.of((*targets, *self.live), known)
        there = {found.key: found for found in normalize_targets(self.live, namespace=namespace, catalog=known)[0]}
        comparison = self._comparison(placed, there, known)
        own = ResourceKey("", "Namespace", "", managed_namespace(comparison))
        return plan(
            comparison,
            options=options,
            started=0.0,
            kind_of=lambda found: _kind(found, namespaced=scopes.is_namespaced(found)),
            namespace=namespace_task(comparison, there.get(own)),
        )

    def _comparison(
        self, targets: Sequence[Resource], there: Mapping[ResourceKey, Resource], known: ApiCatalog
    ) -> Comparison:
        settings = self.settings
        tracking = Tracking(
            instance=instance_name(self.application),
            namespace=self.application.destination.namespace,
            method=settings.tracking_method,
            label_key=settings.instance_label_key,
            installation_id=settings.installation_id,
        )
        excluded = ResourceExclusion(exclusions=settings.exclusions, inclusions=settings.inclusions, server="")
        selection = select(targets, tracking, known, excluded)
        for condition in selection.conditions:
            click.echo(f"warning: {condition.message}", err=True)
        untracked = {target.key: target for target in targets}
        rows = [_wanted(target, untracked[target.key], there.get(target.key)) for target in selection.compared]
        taken = {target.key for target in (*selection.compared, *selection.hooks, *selection.skipped)}
        rows += [
            _unwanted(found)
            for key, found in there.items()
            if key not in taken and not excluded(key.group_kind) and _is_candidate(found, tracking)
        ]
        return Comparison(
            application=self.application,
            tracking=tracking,
            status=SyncStatusCode.OUT_OF_SYNC,
            resources=tuple(sorted(rows, key=lambda row: row.key)),
            hooks=selection.hooks,
        )


def _application(file: str | None, live: Sequence[Resource], settings: Settings) -> Application:
    """Return the Application; without one, it is the only one for which anything live is tracked."""
    if file is not None:
        document = only(read_documents(file), "Application", file)
        return parse_application(document.value, file=document.file, line=document.line)
    anybody = Tracking(
        instance="", namespace="", method=settings.tracking_method, label_key=settings.instance_label_key
    )
    owners = {owner for found in live if (owner := anybody.owner(found))}
    if len(owners) > 1:
        click.echo("warning: live objects of several applications, and no --app: nothing is pruned", err=True)
    namespace, underscore, name = owners.pop().rpartition("_") if len(owners) == 1 else ("", "", "")
    return Application(name=name, namespace=namespace) if underscore else Application(name=name)


def _catalog(live: Sequence[Resource]) -> ApiCatalog:
    """Return the custom kinds as the live objects show them: with a namespace or without."""
    kinds = {
        (found.api_version, found.kind): _kind(found, namespaced=False)
        for found in live
        if not found.namespace and found.group not in BUILT_IN_GROUPS
    }
    return ApiCatalog(git_version="", kinds=kinds, preferred={kind.group_kind: kind for kind in kinds.values()})


def _kind(found: Resource, *, namespaced: bool) -> ApiKind:
    version = found.api_version.rpartition("/")[2]
    return ApiKind(group=found.group, version=version, kind=found.kind, plural="", namespaced=namespaced)


def _wanted(target: Resource, untracked: Resource, live: Resource | None) -> ResourceComparison:
    is_same = live is not None and same(overlay(untracked, live, manager=MANAGER), live.object)
    return ResourceComparison(
        key=target.key,
        kind=_kind(target, namespaced=bool(target.namespace)),
        target=target,
        live=live,
        status=SyncStatusCode.SYNCED if is_same else SyncStatusCode.OUT_OF_SYNC,
        method=Method.NOT_COMPARED,
    )


def _unwanted(live: Resource) -> ResourceComparison:
    return ResourceComparison(
        key=live.key,
        kind=_kind(live, namespaced=bool(live.namespace)),
        live=live,
        status=SyncStatusCode.OUT_OF_SYNC,
        method=Method.DELETION,
        requires_pruning=True,
    )


def _is_candidate(live: Resource, tracking: Tracking) -> bool:
    """Return whether a live object without a target is the application's, as a comparison decides it."""
    is_ours = bool(tracking.instance) and tracking.owner(live) == tracking.instance and not live.owner_references
    return is_ours and tracking.is_self_reference(live) and not is_crd(live) and not is_hook(live)


def _shown(task: Task) -> Mapping[str, object]:
    """Return a task as the contract has it; what equals its target is applied as far as files can tell."""
    action = "apply" if task.action.value == "unchanged" else task.action.value
    return {
        "phase": task.phase.value,
        "wave": task.wave,
        "group": task.key.group,
        "kind": task.key.kind,
        "namespace": task.key.namespace,
        "name": task.key.name,
        "action": action,
        "hook": task.is_hook,
    }
