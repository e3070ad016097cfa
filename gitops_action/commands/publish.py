"""What a run shows on GitHub: the comment, the job summary, annotations and step outputs.

GitHub in trouble loses nothing: the summary, the log and the report are written first, and the trouble is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.github_connection import GitHubConnection
from gitops_action.adapters.pull_request import GitHubPullRequests
from gitops_action.errors import ExitCode, GitHubError
from gitops_action.github.comment_identity import CommentIdentity
from gitops_action.github.sticky import publish
from gitops_action.inputs import CommentPolicy
from gitops_action.outputs import OUTPUTS
from gitops_action.report.annotations import annotations_of
from gitops_action.report.comment import COMMENT, candidates
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import differs
from gitops_action.report.outputs import outputs
from gitops_action.report.summary import summary
from gitops_action.report.text import text

if TYPE_CHECKING:
    from gitops_action.commands.session import Session
    from gitops_action.ports import PullRequests
    from gitops_action.report.model import Report


def show(report: Report, session: Session) -> None:
    """Write the report to the log, the job summary and the annotations."""
    workflow = session.ports.workflow
    workflow.log(text(report))
    workflow.write_summary(summary(report))
    for annotation in annotations_of(report):
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
    has_thread = event.pull_request and event.name != "merge_group"
    if report.mode is not Mode.DIFF or not has_thread or policy is CommentPolicy.NEVER:
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
            _bodies(report),
            policy=policy,
            changes=_is_worth_a_comment(report),
        )
    except GitHubError as error:
        session.ports.workflow.annotate("error", str(error), title="The comment could not be written")
        return "", ExitCode.GITHUB
    if published.note:
        session.ports.workflow.log(published.note)
    return published.url, ExitCode.OK


def _bodies(report: Report) -> list[str]:
    """Return the texts to try, fullest first; those that are too long by our own budget are not tried."""
    texts = [text.lstrip("\n") for text in candidates(report, "")]
    return [text for text in texts if COMMENT.holds(text)] or texts[-1:]


def _is_worth_a_comment(report: Report) -> bool:
    if any(application.is_endangered for application in report.applications):
        return True
    extra = any(application.count(ChangeKind.EXTRA) for application in report.applications)
    return extra or any(map(differs, report.applications)) or report.exit_code not in (ExitCode.OK, ExitCode.DIFFERENT)


def _pull_requests(session: Session) -> PullRequests:
    event = session.event
    connection = GitHubConnection(
        repository=event.repository, token=session.inputs.github_token, api_url=event.api_url, clock=session.ports.clock
    )
    return GitHubPullRequests(connection)
