"""A comment's command: who asks is checked, the commit that is meant is checked out, and the answer is written.

In: the event of a comment. Out: a ``ChatTask`` for the verbs to carry out, or ``None`` where an answer was all that was
due. The command's words choose among applications; everything else comes from the workflow's own inputs, and rules
and settings from the base commit, as in any review.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git import open_checkout
from gitops_action.adapters.git_history import Origin, open_history
from gitops_action.adapters.git_worktree import check_out
from gitops_action.adapters.github_thread import GitHubThread
from gitops_action.errors import ExitCode, GitHubError, UsageError
from gitops_action.github.chatops import ChatProblem, help_text, parse_command, refuse
from gitops_action.report.summary import failure

if TYPE_CHECKING:
    from gitops_action.adapters.git_history import History
    from gitops_action.commands.github import GitHub
    from gitops_action.commands.session import Ports
    from gitops_action.errors import GitOpsError
    from gitops_action.github.chatops import ChatCommand
    from gitops_action.github.events import Event
    from gitops_action.github_ports import PullRequestState
    from gitops_action.inputs import Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTask:
    """A command to carry out: ``event`` is that of a run on the pull request's head, whose files are in ``root``.

    ``history`` keeps those files alive.
    """

    command: ChatCommand
    event: Event
    thread: GitHubThread
    root: str
    history: History

    def inputs(self, given: Inputs) -> Inputs:
        """Return the workflow's inputs with what the command's words say beside the names of applications."""
        if self.command.verb != "rollback":
            return given
        number = next(iter(self.command.words), "")
        if number and not number.isdecimal():
            raise UsageError(f"{number!r} is no number of an operation", remedy="`gitops-action history` lists them.")
        return replace(given, apps=self.command.applications, rollback_to=int(number) if number else None)

    def answer(self, code: ExitCode) -> None:
        """Say how it ended, as a reaction: what there is to read is in the run's own comment."""
        _react(self.thread, self.event, "rocket" if code in (ExitCode.OK, ExitCode.DIFFERENT) else "confused")

    def fail(self, error: GitOpsError) -> None:
        """Say what kept it from being carried out."""
        _react(self.thread, self.event, "confused")
        self.thread.reply(failure(error))


def take(inputs: Inputs, event: Event, github: GitHub, ports: Ports) -> ChatTask | None:
    """Return the task that a comment gives; ``None`` where it gives none, or was answered.

    Raises ``GitHubError`` where GitHub cannot be asked who may do what, and ``UsageError`` where the commit cannot be
    had.
    """
    command = parse_command(event.comment)
    if command is None or not event.pull_request:
        ports.workflow.log("The comment gives no command.")
        return None
    thread = GitHubThread(github.connection(), event.pull_request, hide=ports.workflow.hide)
    pull = thread.pull_request()
    problem = refuse(
        command,
        author_permission=thread.permission(event.comment_author),
        allowed=inputs.chatops_allow,
        pull=pull,
        reviews=thread.reviews() if pull.is_fork else (),
        permission_of=thread.permission,
    )
    if problem is not None:
        ports.workflow.log(f"The command is not carried out: {problem.message}")
        _react(thread, event, "-1")
        if not problem.is_silent:
            thread.reply(f"{problem.message}\n\n{help_text(inputs.chatops_allow)}\n")
        return None
    _react(thread, event, "eyes")
    if isinstance(command, ChatProblem) or command.verb == "help":
        thread.reply(f"{help_text(inputs.chatops_allow)}\n")
        return None
    return _on_head(command, thread, pull, inputs=inputs, event=event, ports=ports)


def _on_head(
    command: ChatCommand, thread: GitHubThread, pull: PullRequestState, *, inputs: Inputs, event: Event, ports: Ports
) -> ChatTask:
    checkout = open_checkout(".", ports.process)
    if checkout is None:
        raise UsageError("the workspace is no Git checkout", remedy="Use actions/checkout before this step.")
    origin = Origin(
        server_url=event.server_url,
        repository=event.repository,
        token=inputs.github_token,
        environment=ports.environment,
    )
    history = open_history(checkout, pull.head_sha, origin)
    return ChatTask(
        command=command,
        event=replace(
            event,
            verb="hard-refresh" if command.is_hard else command.verb,
            head_sha=pull.head_sha,
            base_sha=pull.merge_base,
            base_ref=pull.base_ref,
            tracked_branch=pull.base_ref,
        ),
        thread=thread,
        root=check_out(history, str(Path(history.repository.root, "files")), checkout.remotes()),
        history=history,
    )


def _react(thread: GitHubThread, event: Event, reaction: str) -> None:
    with suppress(GitHubError):  # a receipt is a courtesy: the answer itself is what is told if it fails
        thread.react(event.comment_id, reaction)
