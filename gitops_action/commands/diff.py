"""``diff`` and ``drift``: what a sync would change, and what somebody changed by hand. Writes nothing to a cluster."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.adapters.scripts import open_assessor
from gitops_action.commands.attribute import attribute_all
from gitops_action.commands.evaluate import evaluate_all, findings
from gitops_action.commands.options import foretold_refusal
from gitops_action.commands.reporting import report_of
from gitops_action.report.build import application_report
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session
    from gitops_action.report.model import Report

NO_CLUSTER = "No cluster was asked: the applications were rendered, and not compared."


def _nobody_listens(_evaluations: tuple[Evaluation, ...]) -> None:
    """Stand for nobody who wants to know what was compared."""


def diff(
    session: Session,
    clusters: Clusters | None,
    mode: Mode,
    *,
    no_cluster: str = NO_CLUSTER,
    with_trees: bool = False,
    on_compared: Callable[[tuple[Evaluation, ...]], None] = _nobody_listens,
) -> Report:
    """Return the report of a comparison of all applications of the session.

    Without clusters they are only rendered; ``no_cluster`` is the note that says so. ``with_trees`` reads what their
    objects brought about as well. ``on_compared`` is handed what was compared.
    """
    assess = open_assessor(session.settings.customizations, session.ports.clock)
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        evaluations = evaluate_all(session, clusters, assess, scratch)
        attributions = attribute_all(evaluations, session, scratch)
    on_compared(evaluations)
    if mode is Mode.DIFF:
        evaluations = tuple(_foretelling(found, session) for found in evaluations)
    applications = tuple(
        application_report(replace(findings(found, session), attributions=attributed.by_key), mode)
        for found, attributed in zip(evaluations, attributions.applications, strict=True)
    )
    if with_trees:
        from gitops_action.commands.resource_tree import with_read_trees  # noqa: PLC0415 - few runs ask for trees

        applications, lacking = with_read_trees(applications, evaluations, assess)
        for note in lacking:  # a reader's word to know, and no reviewer's
            session.ports.workflow.log(note)
    return report_of(
        session,
        mode=mode,
        applications=applications,
        requests=clusters.requests if clusters else 0,
        notes=(*attributions.notes, *(() if clusters else (no_cluster,))),
    )


def _foretelling(found: Evaluation, session: Session) -> Evaluation:
    """Return the evaluation with the refusal that a sync of it would meet."""
    if found.error or found.is_broken or found.comparison is None or found.cluster is None:
        return found
    return replace(found, error=foretold_refusal(found.comparison, found.cluster, session, found.denial))
