"""What a run asks of GitHub beside comments: checks, deployments, issues, and who says what in a thread.

Protocols in our own types, as in ``ports``; every method raises ``GitHubError`` where GitHub refuses or is away, and
``Unanswered`` for a write whose answer was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.ports import Comment


class Conclusion(StrEnum):
    """How a check run ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnnotation:
    """A remark at a line of a file; ``level`` is ``notice``, ``warning`` or ``failure``."""

    path: str
    line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a check run shows once it ended."""

    conclusion: Conclusion
    title: str
    summary: str
    annotations: tuple[CheckAnnotation, ...] = ()


class Checks(Protocol):
    """Check runs, one a name and commit."""

    def start(self, *, name: str, sha: str, external_id: str, details_url: str) -> int:
        """Show that a check is in progress and return its id; one that a lost answer left behind is found again."""
        ...

    def finish(self, check_id: int, result: CheckResult) -> str:
        """End a check run and return its URL; more annotations than one request takes are sent in several."""
        ...


class DeploymentState(StrEnum):
    """How a deployment stands."""

    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


class Deployments(Protocol):
    """Deployments of commits to environments."""

    def of_run(self, sha: str, run_url: str) -> Sequence[str]:
        """Return the environments to which this run's own job deploys the commit, as its ``environment:`` says."""
        ...

    def create(self, *, sha: str, environment: str, description: str) -> int:
        """Create a deployment and return its id."""
        ...

    def set_state(
        self, deployment_id: int, state: DeploymentState, *, description: str, log_url: str, environment_url: str = ""
    ) -> None:
        """Say how it stands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue of the repository."""

    number: int
    title: str
    body: str
    author: str
    is_open: bool
    url: str


class Issues(Protocol):
    """Issues of the repository, pull requests left out."""

    def login(self) -> str:
        """Return who the token writes as."""
        ...

    def labelled(self, label: str) -> Sequence[Issue]:
        """Return the issues with a label, closed ones too, oldest first."""
        ...

    def create_issue(self, *, title: str, body: str, labels: Sequence[str], assignees: Sequence[str]) -> Issue:
        """Open an issue."""
        ...

    def update_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Issue:
        """Change an issue's text, and whether it is open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestState:
    """A pull request as it is now."""

    number: int
    head_sha: str
    head_ref: str
    base_sha: str
    base_ref: str
    merge_base: str
    is_open: bool
    is_fork: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review: who, of which commit, and in which state (``APPROVED``, ``CHANGES_REQUESTED``, ``DISMISSED`` …)."""

    author: str
    commit: str
    state: str


class Thread(Protocol):
    """The conversation on one pull request, as a command of it needs to know it."""

    def permission(self, login: str) -> str:
        """Return what somebody may do here: ``admin``, ``write``, ``read`` or ``none``."""
        ...

    def pull_request(self) -> PullRequestState:
        """Return the pull request as it is now."""
        ...

    def reviews(self) -> Sequence[Review]:
        """Return its reviews, oldest first."""
        ...

    def react(self, comment_id: int, reaction: str) -> None:
        """Put a reaction on a comment: ``eyes``, ``+1``, ``-1``, ``confused``, ``rocket``."""
        ...

    def reply(self, body: str) -> Comment:
        """Write a comment."""
        ...
