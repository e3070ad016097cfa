"""The conversation on one pull request through PyGithub. In: a connection and a number. Out: our own values.

What is written passes ``hide`` first: no runner's mask reaches a comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.github_connection import known
from gitops_action.adapters.pull_request import GitHubPullRequests
from gitops_action.github_ports import PullRequestState, Review

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.adapters.github_connection import GitHubConnection
    from gitops_action.ports import Comment


class GitHubThread:
    """``github_ports.Thread`` for one pull request."""

    def __init__(self, connection: GitHubConnection, number: int, *, hide: Callable[[str], str]) -> None:
        self._github = connection
        self._number = number
        self._hide = hide
        self._comments = GitHubPullRequests(connection)

    def permission(self, login: str) -> str:
        """Return what somebody may do here: ``admin``, ``write``, ``read`` or ``none``."""
        with self._github.failures(f"read what {login} may do here"):
            return known(self._github.repository().get_collaborator_permission(login))

    def pull_request(self) -> PullRequestState:
        """Return the pull request as it is now, with the commit that its branch left the base at."""
        with self._github.failures(f"read pull request #{self._number}"):
            repository = self._github.repository()
            pull = repository.get_pull(self._number)
            head, base = known(pull.head), known(pull.base)
            head_sha, base_sha = known(head.sha), known(base.sha)
            # The repository of a head is null once its fork is deleted.
            is_fork = head.repo is None or known(head.repo.id) != known(base.repo.id)
            compared = None if is_fork else repository.compare(base_sha, head_sha)
            return PullRequestState(
                number=self._number,
                head_sha=head_sha,
                head_ref=known(head.ref),
                base_sha=base_sha,
                base_ref=known(base.ref),
                merge_base=known(compared.merge_base_commit.sha) if compared else base_sha,
                is_open=pull.state == "open",
                is_fork=is_fork,
            )

    def reviews(self) -> Sequence[Review]:
        """Return its reviews, oldest first."""
        with self._github.failures(f"list the reviews of pull request #{self._number}"):
            return [
                Review(author=each.user.login if each.user else "", commit=each.commit_id or "", state=each.state or "")
                for each in self._github.repository().get_pull(self._number).get_reviews()
            ]

    def react(self, comment_id: int, reaction: str) -> None:
        """Put a reaction on a comment; one that is there already stays."""
        with self._github.failures("react to the comment"):
            comment = self._github.repository().get_issue(self._number).get_comment(comment_id)
            comment.create_reaction(reaction)

    def reply(self, body: str) -> Comment:
        """Write a comment."""
        return self._comments.create_comment(self._number, self._hide(body))
