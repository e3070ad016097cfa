"""What of each difference is this change's, and what was there before: the base rendered beside the head.

In: the evaluations of a review, and its base commit. Out: an ``Attribution`` for each object that differs, by
application; nothing for an application whose base cannot be rendered, and a note that says so. The base's files are
written out once a run, and only the applications that differ are rendered from them.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.adapters.git_tree import extract
from gitops_action.commands.bugs import told_as_errors
from gitops_action.commands.evaluate import render_one, tracking
from gitops_action.commands.parallel import each
from gitops_action.comparison.attribution import Attribution, attribute
from gitops_action.comparison.display import shown_sides
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.prepare import prepare
from gitops_action.errors import GitOpsError
from gitops_action.rendering.checkout import Checkout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.adapters.git_history import History
    from gitops_action.application.application import Application
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session
    from gitops_action.resource import Resource, ResourceKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """One application's attributions; ``None`` where nobody can tell. ``problem`` is why."""

    by_key: Mapping[ResourceKey, Attribution] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributions:
    """What became known of all applications, in their order, and what a reader must know of the rest."""

    applications: tuple[Attributed, ...]
    notes: tuple[str, ...] = field(default=())


def attribute_all(evaluations: Sequence[Evaluation], session: Session, scratch: str) -> Attributions:
    """Return whose each difference is; of nothing where the run has no base."""
    unknown = Attributions(applications=(Attributed(),) * len(evaluations))
    history = session.history
    if history is None or not any(map(_differs, evaluations)):
        return unknown
    if _changes_nothing(history, session):
        return Attributions(applications=tuple(_unchanged(found, session) for found in evaluations))
    folder = tempfile.mkdtemp(prefix="base-", dir=scratch)
    try:
        extract(history, folder)
        before = replace(session, checkout=Checkout.at(folder), head=replace(session.head, commit=history.base))
    except GitOpsError as error:
        return replace(unknown, notes=(_note("the base", str(error)),))
    found = each(
        lambda evaluation: _attributed(evaluation, before, scratch),
        evaluations,
        at_once=session.workers,
        name="base",
    )
    names = [evaluation.application.name for evaluation, one in zip(evaluations, found, strict=True) if one.problem]
    problem = next((one.problem for one in found if one.problem), "")
    more = f" and of {len(names) - 1:,} more" if len(names) > 1 else ""
    return Attributions(applications=found, notes=(_note(f"the base of {names[0]}{more}", problem),) if names else ())


def _note(what: str, problem: str) -> str:
    return f"{what} cannot be rendered, so that its differences are not told apart from drift: {problem}"


def _differs(evaluation: Evaluation) -> bool:
    rows = evaluation.comparison.resources if evaluation.comparison else ()
    return any(row.status is SyncStatusCode.OUT_OF_SYNC for row in rows)


def _changes_nothing(history: History, session: Session) -> bool:
    """Return whether base and head surely hold the same files."""
    if session.head.dirty:
        return False
    try:
        return not history.changed_files(session.head.commit)
    except GitOpsError:  # the head is not whole here; then both are rendered
        return False


def _unchanged(evaluation: Evaluation, session: Session) -> Attributed:
    targets = evaluation.rendered.targets if evaluation.rendered else ()
    return _told_apart(evaluation, targets, session) if _differs(evaluation) else Attributed()


def _attributed(evaluation: Evaluation, before: Session, scratch: str) -> Attributed:
    """Render one application as it was, with ``before``, the session over the base's files."""
    if not _differs(evaluation) or evaluation.cluster is None:
        return Attributed()
    application = _application_before(evaluation.application, before)
    if application is None:
        return _told_apart(evaluation, (), before)
    try:
        with told_as_errors(application.name):
            rendered = render_one(application, before, evaluation.cluster.catalog(), scratch)
    except GitOpsError as error:
        return Attributed(problem=error.summary)
    wrong = [condition.message for condition in rendered.conditions if condition.is_error]
    return Attributed(problem=wrong[0]) if wrong else _told_apart(evaluation, rendered.targets, before)


def _application_before(application: Application, before: Session) -> Application | None:
    """Return the application as the base describes it; one of the inputs is described nowhere else."""
    if before.inputs.path:
        return application
    return before.base_applications.get((application.namespace, application.name))


def _told_apart(evaluation: Evaluation, targets: Sequence[Resource], session: Session) -> Attributed:
    comparison, cluster = evaluation.comparison, evaluation.cluster
    if comparison is None or cluster is None:
        return Attributed()
    catalog, marks = cluster.catalog(), tracking(evaluation.application, session)
    base = {target.key: target for target in targets}
    found: dict[ResourceKey, Attribution] = {}
    for row in comparison.resources:
        if row.status is not SyncStatusCode.OUT_OF_SYNC:
            continue
        was = base.get(row.key)
        old = prepare(marks.mark(was), catalog.find(was)).object if was else None
        found[row.key] = attribute(old, row.target.object if row.target else None, *shown_sides(row))
    return Attributed(by_key=found)
