"""A check run beside the job's own: in progress while the run works, then its verdict with remarks at lines.

GitHub in trouble is told and does not end the run: the job itself is the check that always is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.github_checks import GitHubChecks
from gitops_action.errors import GitHubError
from gitops_action.report.check_run import check_result, failed_check
from gitops_action.report.texts import with_texts

if TYPE_CHECKING:
    from gitops_action.commands.github import GitHub
    from gitops_action.errors import ExitCode, GitOpsError
    from gitops_action.github_ports import CheckResult
    from gitops_action.inputs import Inputs
    from gitops_action.report.model import Report

_WHAT = "The check run"


class CheckOfRun:
    """The check run of one run; it does nothing where input ``checks`` is off or the run may not write."""

    def __init__(self, github: GitHub, inputs: Inputs) -> None:
        self._github = github
        self._id = 0
        event = github.event
        if inputs.checks != "on" or not github.is_there or event.is_fork or not event.head_sha:
            return
        key = inputs.comment_key or f"{event.workflow}: {inputs.working_directory}"
        try:
            self._id = GitHubChecks(github.connection()).start(
                name=f"gitops {event.verb} ({key})",
                sha=event.head_sha,
                external_id=f"{event.run_id}.{event.run_attempt}",
                details_url=event.run_url,
            )
        except GitHubError as error:
            github.passed_over(_WHAT, error)

    def finish(self, report: Report, code: ExitCode) -> None:
        """Show the verdict."""
        self._finish(check_result(report, code) if self._id else None)

    def fail(self, error: GitOpsError) -> None:
        """Show what ended the run before there was anything to report."""
        # An error is no report, from which the report's maker took what the run masks.
        self._finish(with_texts(failed_check(error), self._github.workflow.hide) if self._id else None)

    def _finish(self, result: CheckResult | None) -> None:
        if result is None:
            return
        try:
            GitHubChecks(self._github.connection()).finish(self._id, result)
        except GitHubError as error:
            self._github.passed_over(_WHAT, error)
