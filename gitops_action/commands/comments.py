"""The comment of a run: of a diff on its pull request, of a sync on the pull request that was merged.

In: a report. Out: the comment's URL, and the exit code where GitHub refused. The comment of a diff is the job's
product, so it fails the job; after a sync the cluster is what matters, and GitHub in trouble is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.pull_request import GitHubPullRequests
from gitops_action.errors import ExitCode, GitHubError
from gitops_action.github.comment_identity import CommentIdentity
from gitops_action.github.paged import publish_pages
from gitops_action.inputs import CommentPolicy
from gitops_action.report.comment import COMMENT, candidates
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import differs
from gitops_action.report.pages import pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.commands.github import GitHub
    from gitops_action.github.sticky import Published
    from gitops_action.inputs import Inputs
    from gitops_action.report.model import Report


def comment(report: Report, inputs: Inputs, github: GitHub) -> tuple[str, ExitCode]:
    """Write the comment of a run, if it has one."""
    if inputs.comment is CommentPolicy.NEVER:
        return "", ExitCode.OK
    match report.mode:
        case Mode.DIFF if github.event.pull_request and github.event.name != "merge_group":
            return _on_change(report, inputs, github)
        case Mode.SYNC:
            return _on_outcome(report, inputs, github), ExitCode.OK
        case _:
            return "", ExitCode.OK


def _on_change(report: Report, inputs: Inputs, github: GitHub) -> tuple[str, ExitCode]:
    event = github.event
    if event.is_fork or not inputs.github_token:
        why = "pull requests from forks get none" if event.is_fork else "input github-token is empty"
        github.workflow.annotate("notice", f"No comment was written: {why}. The diff is in the job summary.")
        return "", ExitCode.OK
    try:
        published = _publish(report, inputs, github, event.pull_request, changes=_is_worth_a_comment(report))
    except GitHubError as error:
        github.workflow.annotate("error", str(error), title="The comment could not be written")
        return "", ExitCode.GITHUB
    return published.url, ExitCode.OK


def _on_outcome(report: Report, inputs: Inputs, github: GitHub) -> str:
    """Tell the pull request what became of it: the one that the command was given on, or that the commit came from."""
    event = github.event
    has_news = any(each.operation_phase for each in report.applications) or report.exit_code != ExitCode.OK
    if not github.is_there or not (has_news or inputs.comment is CommentPolicy.ALWAYS):
        return ""
    try:
        numbers = [event.pull_request] if event.pull_request else _merged(github, report.head)
        urls = [_publish(report, inputs, github, number, changes=True).url for number in numbers]
    except GitHubError as error:
        github.workflow.log(f"The outcome was not written to the pull request. {error}")
        return ""
    return next(iter(urls), "")


def _merged(github: GitHub, commit: str) -> Sequence[int]:
    return GitHubPullRequests(github.connection()).of_commit(commit) if github.event.name == "push" else ()


def _publish(report: Report, inputs: Inputs, github: GitHub, number: int, *, changes: bool) -> Published:
    event = github.event
    first, *further = pages(report)
    published = publish_pages(
        GitHubPullRequests(github.connection()),
        number,
        CommentIdentity(
            repository=report.repository,
            mode=report.mode.value,
            key=inputs.comment_key or f"{event.workflow}:{inputs.working_directory}",
            head=report.head,
            run_id=report.run_id,
            run_attempt=report.run_attempt,
        ),
        [first, *(text for text in _bodies(report) if len(text) < len(first))],
        further,
        policy=inputs.comment,
        changes=changes,
        follows_head=report.mode is Mode.DIFF,
    )
    if published.note:
        github.workflow.log(published.note)
    return published


def _bodies(report: Report) -> list[str]:
    """Return the texts to try, fullest first; those that are too long by our own budget are not tried."""
    texts = [text.lstrip("\n") for text in candidates(report, "")]
    return [text for text in texts if COMMENT.holds(text)] or texts[-1:]


def _is_worth_a_comment(report: Report) -> bool:
    if any(application.is_endangered for application in report.applications):
        return True
    extra = any(application.count(ChangeKind.EXTRA) for application in report.applications)
    return extra or any(map(differs, report.applications)) or report.exit_code not in (ExitCode.OK, ExitCode.DIFFERENT)
