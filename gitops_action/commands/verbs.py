"""The verbs of ``run`` that end in a report: which one the event or input ``command`` names, and doing it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gitops_action.commands.clusters import Clusters
from gitops_action.commands.diff import diff
from gitops_action.commands.drift import drift
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.commands.plan_file import write_plan
from gitops_action.commands.refresh import refresh
from gitops_action.commands.rollback import rollback
from gitops_action.commands.sync import sync
from gitops_action.errors import UsageError
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from gitops_action.commands.session import Session
    from gitops_action.report.model import Report


def carry_out(session: Session, *, has_cluster: bool) -> tuple[Report, bool]:
    """Return the report of the session's verb, and whether a signal ended it.

    Raises ``UsageError`` for a verb that is not known, or that needs the cluster which this run has not.
    """
    clusters = Clusters(session) if has_cluster else None
    match session.event.verb:
        case "sync" if clusters is not None:
            with stop_on_signals() as stop:
                return sync(session, clusters, stop), stop.is_set()
        case "rollback" if clusters is not None:
            _check_named(session)
            with stop_on_signals() as stop:
                return rollback(session, clusters, stop, session.inputs.rollback_to), stop.is_set()
        case "drift" if clusters is not None:
            with stop_on_signals() as stop:
                return drift(session, clusters, stop), stop.is_set()
        case "diff" if clusters is not None:
            write = partial(write_plan, session=session)
            return diff(session, clusters, Mode.DIFF, on_compared=write, with_trees=True), False
        case "diff" | "drift" as verb:
            return diff(session, clusters, Mode(verb), no_cluster=_NO_ACCESS), False
        case "refresh" | "hard-refresh" as verb:
            return refresh(session, clusters, hard=verb == "hard-refresh"), False
        case verb:
            raise UsageError(
                f"command {verb} is not known" if clusters else f"command {verb} needs a cluster",
                remedy="It is one of: diff, refresh, hard-refresh, sync, rollback, drift, action.",
            )


def _check_named(session: Session) -> None:
    """Refuse to roll back whatever there is: nobody means that."""
    if len(session.applications) > 1 and not session.inputs.apps:
        raise UsageError("rollback does not say which application it is for", remedy="Name it with the input `apps`.")


_NO_ACCESS = (
    "This run has no access to a cluster, as pull requests from forks and Dependabot have none: the applications were "
    "rendered, and not compared."
)
