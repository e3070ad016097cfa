"""What a run shows on GitHub: the comment, the job summary, annotations and step outputs.

GitHub in trouble loses nothing: the summary, the log and the report are written first, and the trouble is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.pull_request import GitHubPullRequests
from gitops_action.errors import ExitCode, GitHubError
from gitops_action.github.comment_identity import CommentIdentity, make_header
from gitops_action.github.sticky import publish
from gitops_action.inputs import CommentPolicy
from gitops_action.outputs import OUTPUTS
from gitops_action.report.annotations import annotations
from gitops_action.report.comment import candidates
from gitops_action.report.model import Mode
from gitops_action.report.outcome import differs
from gitops_action.report.outputs import outputs
from gitops_action.report.summary import summary
from gitops_action.report.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.commands.session import Session
    from gitops_action.ports import PullRequests
    from gitops_action.report.model import Report


def show(report: Report, session: Session) -> None:
    """Write the report to the log, the job summary and the annotations."""
    workflow = session.ports.workflow
    workflow.log(text(report))
    workflow.write_summary(summary(report))
    for annotation in annotations(report):
        workflow.annotate(
            annotation.level,
            annotation.message,
            title=annotation.title,
            file=annotation.file,
            line=annotation.line,
        )


def write_outputs(report: Report, session: Session, *, report_path: str, comment_url: str) -> None:
    """Set every declared step output."""
    values = {**outputs(report), "report-json": report_path, "comment-url": comment_url}
    for name in OUTPUTS:
        session.ports.workflow.set_output(name, values[name])


def comment(report: Report, session: Session) -> tuple[str, ExitCode]:
    """Comment on the pull request; return the comment's URL, and the code where GitHub refused."""
    policy, event = session.inputs.comment, session.event
    if report.mode is not Mode.DIFF or not event.pull_request or policy is CommentPolicy.NEVER:
        return "", ExitCode.OK
    if event.is_fork or not session.inputs.github_token:
        why = "pull requests from forks get none" if event.is_fork else "input github-token is empty"
        session.ports.workflow.annotate("notice", f"No comment was written: {why}. The diff is in the job summary.")
        return "", ExitCode.OK
    identity = CommentIdentity(
        repository=report.repository,
        mode=report.mode.value,
        key=session.inputs.comment_key or f"{event.workflow}:{session.inputs.working_directory}",
        head=report.head,
        run_id=report.run_id,
        run_attempt=report.run_attempt,
    )
    try:
        published = publish(
            _pull_requests(session),
            event.pull_request,
            identity,
            list(_bodies(report, identity)),
            policy=policy,
            has_changes=any(map(differs, report.applications))
            or report.exit_code not in (ExitCode.OK, ExitCode.DIFFERENT),
        )
    except GitHubError as error:
        session.ports.workflow.annotate("error", str(error), title="The comment could not be written")
        return "", ExitCode.GITHUB
    if published.note:
        session.ports.workflow.log(published.note)
    return published.url, ExitCode.OK


def _bodies(report: Report, identity: CommentIdentity) -> Sequence[str]:
    return tuple(candidates(report, make_header(identity)))


def _pull_requests(session: Session) -> PullRequests:
    event = session.event
    return GitHubPullRequests(
        repository=event.repository, token=session.inputs.github_token, api_url=event.api_url, clock=session.ports.clock
    )
