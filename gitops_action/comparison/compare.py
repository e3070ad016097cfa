"""One application against its cluster: targets and live objects → a row each, and the application's status.

In: rendered targets, tracking, a cluster, the recorded inventory. Out: a ``Comparison``. The walk decides what is
surely equal; every other object is dry-run. Writes nothing. Rules: SST-1 to SST-17, TRK-12 to TRK-16.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison import tables
from gitops_action.comparison.change_warnings import changed_custom_kinds, ignored_field_warnings, storage_warnings
from gitops_action.comparison.changed_kinds import CORRECT_IT, NOT_PERMITTED, changed_kinds
from gitops_action.comparison.custom_schema import violations
from gitops_action.comparison.denied import denied_rows, nothing_denied
from gitops_action.comparison.dry_run import RULE_REMEDY, Candidate, DryRun, failed_rule
from gitops_action.comparison.exclusion import NOTHING_SET
from gitops_action.comparison.ignore_differences import RuleFailed
from gitops_action.comparison.live import read_live, wanted
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.comparison.normalize import NORMALIZER, Normalizer
from gitops_action.comparison.owned_fields import MANAGER, Equal, surely_equal
from gitops_action.comparison.respect import OPTION as RESPECT
from gitops_action.comparison.respect import Respect, as_it_is
from gitops_action.comparison.schema import schemas
from gitops_action.comparison.selection import select
from gitops_action.comparison.sync_status import (
    TRACKED_BY,
    application_status,
    client_side_warnings,
    shared_warnings,
    unlisted_errors,
)
from gitops_action.comparison.unowned import nothing_applied, unseen_warnings
from gitops_action.errors import ApiError
from gitops_action.resource.annotations import COMPARE_OPTIONS, comma_list, is_hook
from gitops_action.resource.key import GroupKind
from gitops_action.resource.tracking import is_crd

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from gitops_action.application.application import Application
    from gitops_action.comparison.live import LiveState
    from gitops_action.comparison.schema import Schema
    from gitops_action.comparison.selection import Selection
    from gitops_action.ports import ApiCatalog, ApiKind, Cluster
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking

_CRD = GroupKind("apiextensions.k8s.io", "CustomResourceDefinition")
_SCHEMA_FROM = 3
"""From so many objects of a custom kind on, reading its CRD is less than a dry run of each."""


def compare(
    application: Application,
    targets: Sequence[Resource],
    tracking: Tracking,
    cluster: Cluster,
    *,
    inventory: Sequence[ResourceKey] | None,
    parallelism: int,
    excluded: Callable[[GroupKind], bool] = NOTHING_SET,
    denial: Callable[[ResourceKey], str] = nothing_denied,
    normalize: Normalizer = NORMALIZER,
    options: Collection[str] | None = None,
    applied_before: Callable[[ResourceKey], Resource | None] = nothing_applied,
    manager: str = MANAGER,
) -> Comparison:
    """Compare an application's targets with what lives.

    ``targets`` have their namespaces and no tracking yet; ``inventory`` is that of the last successful sync, ``None``
    where none is on record. ``denial`` is why the application's project does not permit an object, empty where it
    does; ``normalize`` takes out what is not compared; ``options`` are the compare options in force, those of the
    application's annotation unless given; ``applied_before`` is an object as our last sync sent it.
    Raises ``ClusterError`` where the cluster gives no answer at all.
    """
    catalog = cluster.catalog()
    if options is None:
        options = comma_list(application.annotations.get(COMPARE_OPTIONS))
    includes_webhooks = "IncludeMutationWebhook=true" in options
    selection = select(targets, tracking, catalog, excluded)
    denied = denied_rows(selection, catalog, denial)
    kept_out = {row.key for row in denied}
    keyed = [(target.key, target) for target in selection.compared if target.key not in kept_out]
    new_kinds = selection.new_kinds
    kinds = {key: kind for key, target in keyed if key.name and (kind := _read_as(target, catalog, new_kinds))}
    respects = RESPECT in application.sync_policy.sync_options
    respect = Respect(normalizer=normalize, tracking=tracking) if respects else as_it_is
    want = wanted(kinds, inventory, catalog, application.destination.namespace)
    with ThreadPoolExecutor(max_workers=max(1, parallelism), thread_name_prefix="compare") as executor:
        state = read_live(cluster, executor, want, tracking)
        judge = _Judge(
            tracking=tracking,
            catalog=catalog,
            state=state,
            new_kinds=new_kinds,
            schemas=_custom_schemas(cluster, executor, kinds, state),
            manager=manager,
            may_walk=not includes_webhooks,
            respect=respect,
        )
        judged = list(executor.map(lambda each: judge.judge(*each), keyed) if respects else starmap(judge.judge, keyed))
        dry_run = DryRun(
            cluster=cluster,
            manager=manager,
            new_namespaces=_new_namespaces(cluster, application, judged, catalog),
            new_roles=frozenset(
                entry.target.key
                for entry in judged
                if isinstance(entry, Candidate) and entry.live is None and entry.target.kind in ("Role", "ClusterRole")
            ),
            include_webhooks=includes_webhooks,
            normalize=normalize,
            respect=respect,
            asks_server="ServerSideDiff=false" not in options,
            schema_of=partial(_schema_of, cluster, judge.schemas),
            applied_before=applied_before,
        )
        doubtful = [entry for entry in judged if isinstance(entry, Candidate)]
        rows = [entry for entry in judged if isinstance(entry, ResourceComparison)]
        rows += executor.map(dry_run.decide, doubtful)
    rows = list(map(changed_kinds(rows, manager=manager).judged, rows))
    rows += [*denied, *judge.skipped(selection)]
    hooks = {hook.key for hook in selection.hooks}
    rows += judge.untargeted(
        {row.key for row in rows}, hooks, lambda key: excluded(key.group_kind) or bool(denial(key))
    )
    conditions = (
        *selection.conditions,
        *shared_warnings(application, rows),
        *unlisted_errors(state),
        *_rule_errors(normalize),
        *client_side_warnings(rows),
        *unseen_warnings(rows, dry_run.known_before, manager=manager),
        *ignored_field_warnings(rows, respects=respects),
        *storage_warnings(_crds(cluster, changed_custom_kinds(rows))),
    )
    return Comparison(
        application=application,
        tracking=tracking,
        status=application_status(rows, conditions),
        resources=tuple(sorted(rows, key=lambda row: row.key)),
        hooks=selection.hooks,
        conditions=conditions,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Decides what needs no request; the rest becomes a candidate for a dry run."""

    tracking: Tracking
    catalog: ApiCatalog
    state: LiveState
    new_kinds: Mapping[tuple[str, str], Schema]
    schemas: Mapping[tuple[str, str], Schema]
    manager: str
    may_walk: bool
    respect: Callable[[Resource, Resource], Resource]

    def judge(self, key: ResourceKey, target: Resource) -> ResourceComparison | Candidate:
        kind = self.catalog.find(target)
        if reason := self.state.unread.get(key):
            return ResourceComparison(
                key=key,
                kind=kind,
                target=target,
                status=SyncStatusCode.UNKNOWN,
                method=Method.NOT_COMPARED,
                unknown=f"cannot be read: {reason}",
            )
        if kind is None:
            return self._not_served(key, target)
        live = self.state.objects.get(key) if key.name else None
        if live is None:
            return Candidate(key=key, kind=kind, target=target, live=None)
        candidate = Candidate(
            key=key,
            kind=kind,
            target=target,
            live=live,
            adopts=not is_crd(target) and not self.tracking.owner(live),
            obstacle=_obstacle(live, self.tracking),
        )
        if live.api_version == target.api_version:
            try:
                target = self.respect(target, live)
            except RuleFailed as failure:
                return failed_rule(candidate, failure)
            except (AttributeError, KeyError, TypeError, ValueError) as surprise:
                return candidate.row(
                    SyncStatusCode.UNKNOWN,
                    Method.NOT_COMPARED,
                    unknown=f"the object is not understood ({type(surprise).__name__})",
                )
            candidate = replace(candidate, target=target)
        schema = self.schemas.get((target.api_version, target.kind))
        if self.may_walk and isinstance(surely_equal(target, live, schema, manager=self.manager), Equal):
            return candidate.row(SyncStatusCode.SYNCED, Method.WALK)
        return candidate

    def _not_served(self, key: ResourceKey, target: Resource) -> ResourceComparison:
        """Judge a target whose kind the cluster does not serve: added by a CRD of the same change, or Unknown."""
        served = self.catalog.preferred.get(target.group_kind)
        status, method, unknown, remedy = SyncStatusCode.UNKNOWN, Method.NOT_COMPARED, "", ""
        if (target.api_version, target.kind) in self.new_kinds and target.api_version not in self.catalog.failed:
            return self._of_new_kind(key, target)
        if failed := self.catalog.failed.get(target.api_version):
            unknown = f"discovery of {target.api_version} failed: {failed}"
            remedy = "Is the API service behind it available? `kubectl get apiservices` tells."
        elif served is not None:
            unknown = f"the cluster does not serve {target.kind} as {target.api_version}"
            remedy = f"It serves {served.api_version}: change the object's apiVersion."
        else:
            unknown = f"the cluster does not know the kind {target.kind} of {target.api_version}"
            remedy = "Install its CustomResourceDefinition first, or add it to the application."
        return ResourceComparison(
            key=key, kind=None, target=target, status=status, method=method, unknown=unknown, remedy=remedy
        )

    def _of_new_kind(self, key: ResourceKey, target: Resource) -> ResourceComparison:
        """Judge an object by the schema that comes with the same change: no server can try it yet.

        Where only its version is new, it may live in another one.
        """
        schema = self.new_kinds[target.api_version, target.kind]
        live = self.state.objects.get(key) if key.name else None
        wrong = violations(target.object, schema.node) if schema.node else ()
        return ResourceComparison(
            key=key,
            kind=None,
            target=target,
            live=live,
            status=SyncStatusCode.OUT_OF_SYNC,
            method=Method.SCHEMA if live else Method.CREATION,
            refusal=f"{NOT_PERMITTED}: {'; '.join(wrong)}" if wrong else "",
            remedy=CORRECT_IT if wrong else "",
            adopts=live is not None and not self.tracking.owner(live),
            obstacle=_obstacle(live, self.tracking) if live else "",
        )

    def skipped(self, selection: Selection) -> list[ResourceComparison]:
        """Return the rows of targets that say ``Skip``: they have no status (SYN-6)."""
        return [
            ResourceComparison(
                key=target.key,
                kind=self.catalog.find(target),
                target=target,
                live=self.state.objects.get(target.key),
                status=SyncStatusCode.NONE,
                method=Method.NOT_COMPARED,
            )
            for target in selection.skipped
        ]

    def untargeted(
        self, taken: set[ResourceKey], hooks: set[ResourceKey], left_alone: Callable[[ResourceKey], bool]
    ) -> list[ResourceComparison]:
        """Return the rows of what is tracked for us and is no target: to be pruned, unless it is a hook (TRK-13)."""
        rows: list[ResourceComparison] = []
        for key, live in self.state.objects.items():
            if key in taken or self.tracking.owner(live) != self.tracking.instance or left_alone(key):
                continue
            # A controller's child, or a copy that a controller made of ours, is not ours (TRK-12, TRK-15).
            if live.owner_references or not self.tracking.is_self_reference(live) or is_crd(live):
                continue
            hook = key in hooks or is_hook(live)
            rows.append(
                ResourceComparison(
                    key=key,
                    kind=self.catalog.find(live),
                    live=live,
                    status=SyncStatusCode.NONE if hook else SyncStatusCode.OUT_OF_SYNC,
                    method=Method.NOT_COMPARED if hook else Method.DELETION,
                    is_hook=hook,
                    requires_pruning=not hook,
                )
            )
        return rows


def _read_as(target: Resource, catalog: ApiCatalog, new_kinds: Collection[tuple[str, str]]) -> ApiKind | None:
    """Return the kind that a target is read as: in another version where the same change brings its own."""
    if found := catalog.find(target):
        return found
    return catalog.preferred.get(target.group_kind) if (target.api_version, target.kind) in new_kinds else None


def _obstacle(live: Resource, tracking: Tracking) -> str:
    """Return why a live object is not ours to touch; empty where it is."""
    owner = tracking.owner(live)
    if owner and owner != tracking.instance:
        return f"{TRACKED_BY}{owner.replace('_', '/')}"
    controller = next((reference for reference in live.owner_references if reference.get("controller")), None)
    return f"controlled by {controller.get('kind')} {controller.get('name')}" if controller else ""


def _rule_errors(normalize: Normalizer) -> tuple[ApplicationCondition, ...]:
    """Return the error of an expression that is none: without it nobody knows what it was to hide (DIF-30)."""
    failure = normalize.rules.syntax_error()
    if failure is None:
        return ()
    return (ApplicationCondition(type=ConditionType.COMPARISON_ERROR, message=str(failure), remedy=RULE_REMEDY),)


def _custom_schemas(
    cluster: Cluster, executor: Executor, kinds: Mapping[ResourceKey, ApiKind], state: LiveState
) -> dict[tuple[str, str], Schema]:
    """Read the CRDs of custom kinds with many objects; without one, the server is asked about each object (W-6)."""
    counts: dict[ApiKind, int] = {}
    for key, kind in kinds.items():
        if kind.group not in tables.BUILT_IN_GROUPS and key in state.objects:
            counts[kind] = counts.get(kind, 0) + 1
    many = sorted((kind for kind, count in counts.items() if count >= _SCHEMA_FROM), key=lambda kind: kind.group_kind)
    return {name: schema for found in executor.map(partial(_read_schemas, cluster), many) for name, schema in found}


def _read_schemas(cluster: Cluster, kind: ApiKind) -> list[tuple[tuple[str, str], Schema]]:
    return list(schemas(_crds(cluster, [kind]).values()).items())


def _crds(cluster: Cluster, kinds: Iterable[ApiKind]) -> dict[ApiKind, Resource]:
    """Return the CRDs of custom kinds, as far as they can be read: without one, the dry runs decide."""
    crd = cluster.catalog().preferred.get(_CRD)
    found: dict[ApiKind, Resource] = {}
    for kind in kinds if crd else ():
        with suppress(ApiError):  # Forbidden, or an aggregated API
            if crd and (read := cluster.get(crd, namespace="", name=f"{kind.plural}.{kind.group}")):
                found[kind] = read
    return found


def _schema_of(cluster: Cluster, known: Mapping[tuple[str, str], Schema], candidate: Candidate) -> Schema | None:
    """Return the schema of a custom kind, for a comparison that no server helps with."""
    kind = candidate.kind
    name = (kind.api_version, kind.kind)
    if name in known or kind.group in tables.BUILT_IN_GROUPS:
        return known.get(name)
    return dict(_read_schemas(cluster, kind)).get(name)


def _new_namespaces(
    cluster: Cluster,
    application: Application,
    judged: Iterable[ResourceComparison | Candidate],
    catalog: ApiCatalog,
) -> frozenset[str]:
    """Return the namespaces that the same sync creates: objects in them cannot be dry-run yet."""
    creations = [entry.target for entry in judged if isinstance(entry, Candidate) and entry.live is None]
    found = {target.name for target in creations if target.group_kind == ("", "Namespace")}
    own = application.destination.namespace
    creates = "CreateNamespace=true" in application.sync_policy.sync_options
    kind = catalog.preferred.get(GroupKind("", "Namespace"))
    if creates and kind and own not in found and any(target.namespace == own for target in creations):
        try:
            if cluster.get(kind, namespace="", name=own) is None:
                found.add(own)
        except ApiError:
            pass  # without the right to look, the dry runs tell
    return frozenset(found)
