"""GitHub as one run talks to it: one connection, opened where it is first needed, and what to say where it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.adapters.github_connection import GitHubConnection
from gitops_action.errors import GitHubError

if TYPE_CHECKING:
    from gitops_action.github.events import Event
    from gitops_action.ports import Clock, Workflow


@dataclass(slots=True, kw_only=True)
class GitHub:
    """The repository that the run is of, as the job's token sees it."""

    token: str = field(repr=False)
    event: Event
    clock: Clock
    workflow: Workflow
    _connection: GitHubConnection | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is a repository to talk to, and a token to do so."""
        return bool(self.token and self.event.repository and self.event.name)

    def connection(self) -> GitHubConnection:
        """Return the connection that the whole run shares; ``GitHubError`` where there is no token."""
        if self._connection is None:
            self._connection = GitHubConnection(
                repository=self.event.repository, token=self.token, api_url=self.event.api_url, clock=self.clock
            )
        return self._connection

    def with_visibility(self) -> GitHub:
        """Return GitHub with an event that says whether the repository is public, asked where the payload does not.

        Where GitHub does not answer it stays open, and counts as public.
        """
        if self.event.repository_is_public is not None or not self.is_there:
            return self
        try:
            is_public = self.connection().is_public()
        except GitHubError as error:
            self.workflow.log(f"Whether this repository is public is not known, so live values are hidden. {error}")
            return self
        return replace(self, event=replace(self.event, repository_is_public=is_public))

    def passed_over(self, what: str, error: GitHubError) -> None:
        """Say what was not shown on GitHub, and why: the run's own work is done, or goes on."""
        self.workflow.annotate("warning", str(error), title=f"{what} could not be shown")
