"""``rollback``: bring back what an earlier operation of an application brought.

In: a session, its clusters and which operation. Out: the report. What was rendered then comes from the record; where
the record has not kept it, the commit is rendered again. A rollback is a sync like any other: hooks run, the options,
windows and prune limit of now hold, and it is an operation of its own. Only that the commit is older does not count.
Rules: HIS-4, HIS-6.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git_history import Origin, open_history
from gitops_action.adapters.git_tree import extract
from gitops_action.application.discovery import MARKS, discover
from gitops_action.commands.evaluate import Evaluation, evaluated, opened, recorded, render_one
from gitops_action.commands.parallel import each
from gitops_action.commands.recording import Intent
from gitops_action.commands.reporting import report_of
from gitops_action.commands.syncer import Synced, open_syncer
from gitops_action.errors import GitOpsError, Refused, UsageError
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import Rendered
from gitops_action.report.model import Mode
from gitops_action.sync.history import rollback_target
from gitops_action.sync.record import OperationKind
from gitops_action.sync.record_format import unpacked

if TYPE_CHECKING:
    import threading

    from gitops_action.adapters.git_history import History
    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.commands.syncer import Syncer
    from gitops_action.report.model import ApplicationReport, Report
    from gitops_action.sync.record import Operation


def rollback(session: Session, clusters: Clusters, stop: threading.Event, wanted: int | None = None) -> Report:
    """Return the report of a rollback of the session's applications, to the operation before unless one is named."""
    with open_syncer(session, clusters, stop) as syncer:

        def one(application: Application) -> ApplicationReport:
            return syncer.report(_rolled_back(application, syncer, wanted), Mode.SYNC)

        applications = each(one, session.applications, at_once=syncer.at_once, name="rollback")
    notes = [note for application in session.applications if (note := _undone_by(application))]
    return report_of(session, mode=Mode.SYNC, applications=applications, requests=clusters.requests, notes=notes)


def go_back(found: Evaluation, operation: Operation, syncer: Syncer, *, after_failure: bool = False) -> Synced:
    """Bring back what an operation brought, to an application whose cluster is known."""
    try:
        with syncer.cores:
            earlier = _as_of(found, operation, syncer)
    except GitOpsError as error:
        return Synced.untouched(replace(found, error=error))
    syncer.progress(found.application)(f"rolling back to {named(operation)}")
    intent = Intent(
        kind=OperationKind.ROLLBACK,
        revision=operation.revision,
        rolled_back_to=operation.id,
        is_after_failure=after_failure,
    )
    return replace(syncer.carry_out(earlier, intent), revision=operation.revision)


def named(operation: Operation) -> str:
    """Return how an operation is spoken of."""
    return f"operation {operation.id} (commit {operation.revision[:7]})"


def _rolled_back(application: Application, syncer: Syncer, wanted: int | None) -> Synced:
    found = Evaluation(application=application)
    try:
        found = opened(application, syncer.session, syncer.clusters)
        if found.cluster is None:
            return Synced.untouched(found)
        record = recorded(found.application, found.cluster, syncer.session.inputs.state_namespace)
        operation = rollback_target(record, wanted, application=application.name)
    except GitOpsError as error:
        return Synced.untouched(replace(found, error=error))
    return go_back(replace(found, record=record), operation, syncer)


def _undone_by(application: Application) -> str:
    """Return what a reader must know of an application that is synced by itself (HIS-5 refuses its rollback)."""
    automated = application.sync_policy.automated
    if automated is None or not automated.enabled:
        return ""
    return (
        f"{application.name} is synced on the next push to the tracked branch, which brings what Git says: "
        "revert the commit there."
    )


def _as_of(found: Evaluation, operation: Operation, syncer: Syncer) -> Evaluation:
    """Return the application with the targets of an operation, compared with what is there now."""
    zipped = found.record.targets.get(operation.targets) if found.record else None
    rendered = Rendered(targets=unpacked(zipped)) if zipped else _rendered_again(found, operation, syncer)
    return evaluated(replace(found, rendered=rendered), syncer.session, syncer.assess)


def _rendered_again(found: Evaluation, operation: Operation, syncer: Syncer) -> Rendered:
    """Return what the operation's commit renders to, by the application's document in that commit."""
    session, application = syncer.session, found.application
    if session.git is None:
        raise Refused(
            f"{application.name}: {named(operation)} has to be rendered again, and there is no Git checkout",
            remedy="Run it in a checkout of the repository.",
        )
    try:
        history = open_history(session.git, operation.revision, _origin(session))
    except UsageError as error:
        raise Refused(
            f"{application.name}: not rolled back, for commit {operation.revision} cannot be read",
            detail=error.summary,
            remedy=error.remedy,
        ) from error
    with tempfile.TemporaryDirectory(prefix="rollback-", dir=syncer.scratch) as folder:
        extract(history, folder)
        head = replace(session.head, commit=operation.revision, dirty=())
        before = replace(session, checkout=Checkout.at(folder), head=head, manifests=None)
        catalog = found.cluster.catalog() if found.cluster else None
        return render_one(_described_by(history, application, session), before, catalog, syncer.scratch)


def _described_by(history: History, application: Application, session: Session) -> Application:
    """Return the application with the sources that its document had; one without a document there keeps its own."""
    start = Path(session.inputs.working_directory).resolve()
    root = Path(session.git.root) if session.git else start
    inside = start.relative_to(root).as_posix() if start.is_relative_to(root) else "."
    found = discover(history.files(inside, session.inputs.applications, MARKS)).applications
    same = [each for each in found if (each.namespace, each.name) == (application.namespace, application.name)]
    return replace(application, sources=same[0].sources) if same else application


def _origin(session: Session) -> Origin | None:
    event = session.event
    if not (event.server_url and event.repository):
        return None
    return Origin(
        server_url=event.server_url,
        repository=event.repository,
        token=session.inputs.github_token,
        environment=session.ports.environment,
    )
