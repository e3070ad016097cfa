"""Deployments through PyGithub. In: a connection. Out: ids and names of environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.adapters.github_connection import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.adapters.github_connection import GitHubConnection
    from gitops_action.github_ports import DeploymentState

_PERMISSION = "deployments: write"
_DESCRIPTION_LIMIT = 140


class GitHubDeployments:
    """``github_ports.Deployments`` for one repository."""

    def __init__(self, connection: GitHubConnection) -> None:
        self._github = connection

    def of_run(self, sha: str, run_url: str) -> Sequence[str]:
        """Return the environments to which this run's own job deploys the commit, as its ``environment:`` says.

        GitHub makes such a deployment before the job starts; that it is this run's stands in the link of its status.
        """
        with self._github.failures(f"list the deployments of commit {sha[:8]}", permission=_PERMISSION):
            return [
                known(deployment.environment)
                for deployment in self._github.repository().get_deployments(sha=sha)
                if any(_is_of(status, run_url) for status in deployment.get_statuses())
            ]

    def create(self, *, sha: str, environment: str, description: str) -> int:
        """Create a deployment and return its id; checks of the commit do not hold it up, for the merge is done."""
        with self._github.failures(f"create a deployment to {environment}", write=True, permission=_PERMISSION):
            made = self._github.repository().create_deployment(
                sha,
                auto_merge=False,
                required_contexts=[],
                environment=environment,
                description=description[:_DESCRIPTION_LIMIT],
            )
            return known(made.id)

    def set_state(
        self, deployment_id: int, state: DeploymentState, *, description: str, log_url: str, environment_url: str = ""
    ) -> None:
        """Say how it stands; a success makes the environment's former deployments inactive."""
        optional: dict[str, Any] = {"environment_url": environment_url} if environment_url else {}
        with self._github.failures("set the state of a deployment", write=True, permission=_PERMISSION):
            self._github.repository().get_deployment(deployment_id).create_status(
                state.value, target_url=log_url, description=description[:_DESCRIPTION_LIMIT], **optional
            )


def _is_of(status: Any, run_url: str) -> bool:
    links = (status.log_url or "", status.target_url or "")
    return any(link == run_url or link.startswith(f"{run_url}/") for link in links)
