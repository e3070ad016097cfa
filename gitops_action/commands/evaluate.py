"""Each application of a run: rendered, compared with its cluster, and its health judged.

In: a ``Session`` and the ``Clusters``. Out: one ``Evaluation`` an application, in their order, whatever became of the
others: what fails for one application is data here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from gitops_action.adapters.tools import find_tool
from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.discovery import kind_of
from gitops_action.application.project import identity_of
from gitops_action.commands.applied_before import AppliedBefore
from gitops_action.commands.bugs import told_as_errors
from gitops_action.commands.history import history_of
from gitops_action.commands.ignoring import compare_options, normalizer, with_rule_conditions
from gitops_action.commands.options import sync_options
from gitops_action.commands.orphans import with_orphans
from gitops_action.commands.parallel import each
from gitops_action.commands.projects import former_project
from gitops_action.comparison.compare import compare
from gitops_action.comparison.denied import nothing_denied
from gitops_action.comparison.exclusion import ResourceExclusion
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.dangers import DangerPolicy
from gitops_action.errors import Forbidden, GitOpsError, UsageError
from gitops_action.health.aggregate import HealthRow, assess_application
from gitops_action.inputs import ArgoCdResources
from gitops_action.rendering.build_environment import instance_name
from gitops_action.rendering.context import RenderContext
from gitops_action.rendering.render import render
from gitops_action.rendering.repeatable import unrepeatable
from gitops_action.rendering.sources import fetched_sources, is_checkout
from gitops_action.report.build import Findings
from gitops_action.report.external_urls import external_urls
from gitops_action.resource.tracking import Tracking
from gitops_action.sync.neighbour import argocd_warnings
from gitops_action.sync.options import Adopt
from gitops_action.sync.record_store import load_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.comparison.model import Comparison
    from gitops_action.health import HealthStatus
    from gitops_action.ports import ApiCatalog, Cluster
    from gitops_action.rendering.context import Rendered
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.record import Record

    Assess = Callable[[Resource], HealthStatus | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One application as it was found. ``error`` is what kept it from being compared."""

    application: Application
    cluster: Cluster | None = None
    rendered: Rendered | None = None
    comparison: Comparison | None = None
    record: Record | None = None
    is_offline: bool = False
    health: HealthStatus | None = None
    resource_health: Mapping[ResourceKey, HealthStatus] = field(default_factory=dict)
    error: GitOpsError | None = None
    denial: Callable[[ResourceKey], str] = nothing_denied

    @property
    def conditions(self) -> tuple[ApplicationCondition, ...]:
        """All that is wrong or remarkable, in the order in which it was found."""
        rendered = self.rendered.conditions if self.rendered else ()
        compared = self.comparison.conditions if self.comparison else ()
        return tuple(dict.fromkeys((*self.application.conditions, *rendered, *compared)))

    @property
    def is_broken(self) -> bool:
        """Whether a condition says that the application as a whole could not be compared."""
        return any(condition.is_error for condition in self.conditions)


def findings(evaluation: Evaluation, session: Session) -> Findings:
    """Return what the report of one application is made from."""
    comparison = evaluation.comparison
    return Findings(
        application=evaluation.application,
        revision=session.head.commit,
        before=comparison,
        status=comparison.status if comparison else SyncStatusCode.UNKNOWN,
        health=evaluation.health,
        resource_health=evaluation.resource_health,
        conditions=evaluation.conditions,
        error=evaluation.error,
        is_offline=evaluation.is_offline,
        hides_live=session.hides_live,
        danger_policy=DangerPolicy.of(session.inputs.dangers),
        prunes=sync_options(evaluation.application, session).prune,
        history=history_of(evaluation.record),
        sources=fetched_sources(evaluation.application, evaluation.rendered, session.head.commit)
        if evaluation.rendered
        else (),
        external_urls=external_urls(row.live for row in comparison.resources if row.live) if comparison else (),
    )


def evaluate_all(session: Session, clusters: Clusters | None, assess: Assess, scratch: str) -> tuple[Evaluation, ...]:
    """Return the evaluation of each application of the session; without ``clusters`` they are only rendered."""

    def one(position: int) -> tuple[int, Evaluation]:
        application = session.applications[position]
        session.ports.workflow.progress(application.name, "rendering and comparing")
        try:
            with told_as_errors(application.name):
                return position, evaluate(application, session, clusters, assess, scratch)
        except GitOpsError as error:
            return position, Evaluation(application=application, error=error)
        finally:
            session.ports.workflow.progress(application.name, "")

    positions = clusters.as_ready(session.applications) if clusters else range(len(session.applications))
    found = each(one, positions, at_once=session.workers, name="application")
    return tuple(evaluation for _, evaluation in sorted(found, key=itemgetter(0)))


def evaluate(
    application: Application, session: Session, clusters: Clusters | None, assess: Assess, scratch: str
) -> Evaluation:
    """Return one application rendered and compared.

    Raises ``GitOpsError`` for what keeps the application as a whole from being compared.
    """
    found = opened(application, session, clusters)
    if _has_error(found.application):
        return found
    rendered = render_one(found.application, session, found.cluster.catalog() if found.cluster else None, scratch)
    return evaluated(replace(found, rendered=rendered), session, assess)


def opened(application: Application, session: Session, clusters: Clusters | None) -> Evaluation:
    """Return an application with its cluster, neither rendered nor compared yet, and with what its project says of it.

    Where that or its own document is wrong, no cluster is looked for.
    """
    if _has_error(application):
        return Evaluation(application=application)
    identity = clusters.identity(application.destination) if clusters else identity_of(application.destination)
    former = former_project(application, session.base_applications)
    application = session.projects.judged_at(application, identity, former)
    if _has_error(application):
        return Evaluation(application=application)
    cluster = clusters.find(application.destination) if clusters else None
    permitted = session.projects.denial(application, identity, former)
    managed = clusters.denial(application.destination) if clusters else nothing_denied
    return Evaluation(
        application=application,
        cluster=cluster,
        is_offline=cluster is None,
        denial=lambda key: permitted(key) or managed(key),
    )


def evaluated(rendered: Evaluation, session: Session, assess: Assess) -> Evaluation:
    """Return a rendered application with its record, compared and judged."""
    if rendered.cluster is None or rendered.is_broken:
        return rendered
    record = recorded(rendered.application, rendered.cluster, session.inputs.state_namespace)
    found = judged(compared(replace(rendered, record=record), session), assess)
    return with_orphans(found, session, tracking(rendered.application, session), excluded(session, rendered.cluster))


def _has_error(application: Application) -> bool:
    return any(condition.is_error for condition in application.conditions)


def compared(evaluation: Evaluation, session: Session) -> Evaluation:
    """Return the evaluation with its targets compared to what lives now."""
    cluster, rendered, record = evaluation.cluster, evaluation.rendered, evaluation.record
    if cluster is None or rendered is None:
        return evaluation
    comparison = compare(
        evaluation.application,
        rendered.targets,
        tracking(evaluation.application, session),
        cluster,
        inventory=record.inventory if record else None,
        parallelism=session.parallelism,
        denial=evaluation.denial,
        normalize=normalizer(evaluation.application, session),
        options=compare_options(evaluation.application, session),
        applied_before=AppliedBefore(record),
        excluded=excluded(session, cluster),
    )
    comparison = replace(comparison, masked_annotations=session.settings.masked_annotations)
    beside = argocd_warnings(comparison, since=record.finished if record else 0.0)
    comparison = replace(comparison, conditions=(*comparison.conditions, *beside))
    adopted = _adopting_all(comparison) if session.inputs.adopt == Adopt.ALL else comparison
    return replace(evaluation, comparison=with_rule_conditions(adopted, session))


def excluded(session: Session, cluster: Cluster) -> ResourceExclusion:
    """Return which kinds of a cluster are left alone."""
    settings = session.settings
    return ResourceExclusion(exclusions=settings.exclusions, inclusions=settings.inclusions, server=cluster.server)


def _adopting_all(comparison: Comparison) -> Comparison:
    """Return the comparison of who takes over whatever is in the way, as Argo CD does."""
    rows = (
        replace(row, adopts=True, obstacle="") if row.obstacle and row.target else row for row in comparison.resources
    )
    return replace(comparison, resources=tuple(rows))


def render_one(application: Application, session: Session, catalog: ApiCatalog | None, scratch: str) -> Rendered:
    """Return the targets of one application; what describes applications is not among them unless it is applied."""
    rendered = render_whole(application, session, catalog, scratch)
    if session.inputs.argocd_resources == ArgoCdResources.APPLY:
        return rendered
    return _without_descriptions(rendered, session)


def render_whole(application: Application, session: Session, catalog: ApiCatalog | None, scratch: str) -> Rendered:
    """Return all that an application renders, from the cache where it was rendered before."""
    context = context_of(session, catalog, scratch)
    make = partial(render, application, context, session.ports.process)
    if session.inputs.check_repeatable:
        first = make()
        return replace(first, conditions=(*first.conditions, *unrepeatable(first, make())))
    return session.manifests.rendered(application, context, make) if session.manifests else make()


def context_of(session: Session, catalog: ApiCatalog | None, scratch: str) -> RenderContext:
    """Return what all applications of one cluster are rendered with."""
    event = session.event
    context = RenderContext(
        checkout=session.checkout,
        revision=session.head.commit,
        scratch=scratch,
        catalog=catalog,
        kube_version=catalog.git_version if catalog else "",
        api_versions=catalog.api_versions() if catalog else (),
        helm=_tool("helm"),
        kustomize=_tool("kustomize"),
        remotes=session.git.remotes() if session.git else (),
        github_repository_url=f"{event.server_url}/{event.repository}" if event.repository else "",
        tracked_revisions=frozenset({event.tracked_branch or session.head.branch} - {""}),
        settings=session.settings.rendering,
        plugins=session.plugins,
        sources=session.sources,
    )
    if session.sources is not None:
        session.sources.expect(partial(is_checkout, context=context))
    return context


def _without_descriptions(rendered: Rendered, session: Session) -> Rendered:
    """Take out what describes work for us: Applications and their like were followed when the session was opened."""
    kinds = [kind_of(target.object) for target in rendered.targets]
    if not any(kinds):
        return rendered
    kept = tuple(target for target, kind in zip(rendered.targets, kinds, strict=True) if not kind)
    unknown = [
        f"{kind} {target.name}"
        for target, kind in zip(rendered.targets, kinds, strict=True)
        if kind and (kind, target.namespace, target.name) not in session.followed
    ]
    if not unknown:
        return replace(rendered, targets=kept)
    condition = ApplicationCondition(
        type=ConditionType.UNSUPPORTED_WARNING,
        message=f"{', '.join(unknown)}: rendered with this cluster's version and kinds only, and neither applied nor"
        " followed",
        remedy="Let the templates not depend on the cluster, or keep these documents as files of the repository.",
    )
    return replace(rendered, targets=kept, conditions=(*rendered.conditions, condition))


def tracking(application: Application, session: Session) -> Tracking:
    """Return how the objects of an application are marked."""
    settings = session.settings
    return Tracking(
        instance=instance_name(application),
        namespace=application.destination.namespace,
        method=settings.tracking_method,
        label_key=settings.instance_label_key,
        installation_id=settings.installation_id,
    )


def judged(evaluation: Evaluation, assess: Assess) -> Evaluation:
    """Return the evaluation with the health of its live objects."""
    comparison = evaluation.comparison
    if comparison is None:
        return evaluation
    rows = [HealthRow(key=row.key, target=row.target, live=row.live) for row in comparison.resources]
    judged_rows = assess_application(rows, assess)
    by_key = {row.key: health for row, health in zip(rows, judged_rows.rows, strict=True) if health}
    unread = {row.key for row in comparison.resources if row.unknown and row.live is None}
    if unread:  # what could not be read is not missing
        by_key = {key: health for key, health in by_key.items() if key not in unread}
        return replace(evaluation, resource_health=by_key)
    return replace(evaluation, health=judged_rows.status, resource_health=by_key)


def recorded(application: Application, cluster: Cluster, state_namespace: str) -> Record | None:
    """Return the record; who may not read it compares as if there were none, which reads more and misses nothing."""
    try:
        return load_record(application, cluster, state_namespace)
    except Forbidden:
        return None


def _tool(name: str) -> str:
    """Return a program's path, or its bare name where it is not installed: who needs it is told when it would run."""
    try:
        return find_tool(name)
    except UsageError:
        return name
