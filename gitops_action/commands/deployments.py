"""A sync as deployments: one for each cluster (or application) that it changes, in progress and then how it ended.

Where the job has an ``environment`` GitHub keeps a deployment itself, and this keeps none. A token that may not write
deployments is no trouble either: a log line says which permission shows them. Nothing here holds up or ends a sync.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.adapters.github_deployments import GitHubDeployments
from gitops_action.errors import ExitCode, GitHubError
from gitops_action.github.deployments import DeploymentPolicy, environment_name
from gitops_action.github_ports import DeploymentState
from gitops_action.report.phrases import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.application.application import Application
    from gitops_action.commands.github import GitHub
    from gitops_action.inputs import Inputs
    from gitops_action.report.model import ApplicationReport, Report


class DeploymentsOfRun:
    """The deployments of one sync; safe to call from the threads that sync applications."""

    def __init__(self, github: GitHub, inputs: Inputs) -> None:
        self._github = github
        self._policy = DeploymentPolicy(inputs.deployments)
        self._lock = threading.Lock()
        self._ids: dict[str, int] = {}
        self._is_off = self._policy is DeploymentPolicy.OFF or not github.is_there or not github.event.head_sha

    def begin(self, application: Application) -> None:
        """Show that an application's environment is being changed; called before the first change to it."""
        name = self._environment(str(application.destination), application.name)
        with self._lock:
            if self._is_off or name in self._ids:
                return
            try:
                if not self._ids and self._job_has_environment():
                    self._is_off = True
                    return
                self._ids[name] = self._create(name)
            except GitHubError as error:
                self._is_off = True
                self._github.workflow.log(f"No deployment is shown on GitHub: {error}")

    def end(self, report: Report) -> None:
        """Show how each deployment ended."""
        for name, number in self._ids.items():
            synced = [each for each in report.applications if self._environment(each.cluster, each.name) == name]
            try:
                GitHubDeployments(self._github.connection()).set_state(
                    number,
                    _state(synced),
                    description=f"{numbered(len(synced), 'application')} synced",
                    log_url=self._github.event.run_url,
                    environment_url=next((url for each in synced for url in each.external_urls), ""),
                )
            except GitHubError as error:
                self._github.passed_over(f"How the deployment to {name} ended", error)

    def _environment(self, cluster: str, application: str) -> str:
        return environment_name(self._policy, cluster=cluster, application=application)

    def _job_has_environment(self) -> bool:
        event = self._github.event
        run = event.run_url.partition("/attempts/")[0]
        return bool(GitHubDeployments(self._github.connection()).of_run(event.head_sha, run))

    def _create(self, name: str) -> int:
        deployments, event = GitHubDeployments(self._github.connection()), self._github.event
        number = deployments.create(sha=event.head_sha, environment=name, description=f"gitops-action {event.verb}")
        deployments.set_state(
            number, DeploymentState.IN_PROGRESS, description="The sync is under way", log_url=event.run_url
        )
        return number


def _state(applications: Sequence[ApplicationReport]) -> DeploymentState:
    """Return how a deployment ended: an error is what is no word of the cluster's on the change."""
    code = ExitCode.worst(ExitCode(each.exit_code) for each in applications)
    match code:
        case ExitCode.OK | ExitCode.DIFFERENT:
            return DeploymentState.SUCCESS
        case ExitCode.SYNC_FAILED | ExitCode.NOT_HEALTHY:
            return DeploymentState.FAILURE
        case _:
            return DeploymentState.ERROR
