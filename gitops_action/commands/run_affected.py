"""``affected`` under ``run``: the applications that a change touches, as a job matrix for the next jobs.

In: the event and the inputs. Out: the step output ``matrix``, and the reasons in the log and the summary. On a push an
application counts from the commit that was deployed last, where a cluster can be asked: a push whose deployment failed
is made up for by the next one. A commit that is not in the checkout cannot be compared with, and counts as a change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from gitops_action.affected.affected import Affected, Reason
from gitops_action.commands.affected import Outcome, as_matrix, as_text, find_affected
from gitops_action.commands.clusters import Clusters
from gitops_action.commands.evaluate import recorded
from gitops_action.commands.parallel import each
from gitops_action.errors import GitOpsError, UsageError
from gitops_action.report.escape import fence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.application.application import Application
    from gitops_action.commands.session import Ports, Session
    from gitops_action.errors import ExitCode
    from gitops_action.inputs import Inputs
    from gitops_action.sync.record import Record

_Touched: TypeAlias = "Mapping[tuple[str, str], Affected]"
"""By namespace and name."""

VERB = "affected"
_MOST = 20
"""Different commits that are compared with; who was deployed from yet another one counts as touched."""


def run_affected(inputs: Inputs, ports: Ports, session: Session | None) -> ExitCode:
    """Write the outputs and return the job's exit code; ``session`` is that of a push with a cluster."""
    outcome = find_affected(inputs, ports.process, ports.environment)
    if session is not None:
        outcome = _since_deployed(outcome, inputs, session)
    text = as_text(outcome)
    workflow = ports.workflow
    workflow.log(text.rstrip("\n"))
    workflow.write_summary(f"{fence(text)}\n")
    for note in outcome.notes:
        workflow.annotate("warning", note)
    for problem in outcome.problems:
        workflow.annotate("error", str(problem))
    workflow.set_output("command", VERB)
    workflow.set_output("changed", str(bool(outcome.found)).lower())
    workflow.set_output("matrix", as_matrix(outcome, inputs.shards))
    return outcome.exit_code


def _since_deployed(outcome: Outcome, inputs: Inputs, session: Session) -> Outcome:
    """Return what is touched since each application was deployed, instead of since the event's own base."""
    clusters = Clusters(session)

    def revision(application: Application) -> str | Reason:
        try:
            cluster = clusters.find(application.destination)
            return deployed_revision(recorded(application, cluster, session.inputs.state_namespace))
        except GitOpsError as error:
            return Reason("", f"what was deployed is not known: {error.summary}")

    revisions = each(revision, outcome.applications, at_once=session.parallelism, name="record")
    commits = sorted({one for one in revisions if isinstance(one, str) and one})
    since = {commit: _touched(commit, inputs, session) for commit in commits[:_MOST]}
    found = []
    for application, known in zip(outcome.applications, revisions, strict=True):
        touched = known if isinstance(known, Reason) else _since(known, since)
        if isinstance(touched, Reason):
            found.append(Affected(application=application, reasons=(touched,)))
        elif one := touched.get((application.namespace, application.name)):
            found.append(one)
    return replace(outcome, found=tuple(found))


def _since(commit: str, since: Mapping[str, _Touched | Reason]) -> _Touched | Reason:
    if not commit:
        return Reason("", "it was never deployed")
    if commit not in since:
        return Reason("", f"it was deployed from {commit[:7]}, one of too many commits")
    return since[commit]


def deployed_revision(record: Record | None) -> str:
    """Return the commit of the last sync that succeeded; empty where none did."""
    if record is None:
        return ""
    if record.phase == "Succeeded":
        return record.revision
    return next((operation.revision for operation in record.operations if operation.phase == "Succeeded"), "")


def _touched(commit: str, inputs: Inputs, session: Session) -> _Touched | Reason:
    ports = session.ports
    try:
        outcome = find_affected(inputs, ports.process, ports.environment, base=commit)
    except UsageError:
        return Reason("", f"it was deployed from {commit[:7]}, which is not in this checkout")
    return {(one.application.namespace, one.application.name): one for one in outcome.found}
