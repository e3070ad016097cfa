"""Pull requests and their comments, through PyGithub. In: a connection. Out: our own values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.github_connection import known
from gitops_action.errors import CommentGone
from gitops_action.ports import Comment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from github.IssueComment import IssueComment

    from gitops_action.adapters.github_connection import GitHubConnection


class GitHubPullRequests:
    """``ports.PullRequests`` for one repository."""

    def __init__(self, connection: GitHubConnection) -> None:
        self._github = connection

    def login(self) -> str:
        """Return who the token writes as."""
        return self._github.login()

    def head_sha(self, number: int) -> str:
        """Return the pull request's head commit as it is now."""
        with self._github.failures(f"read pull request #{number}"):
            return known(self._github.repository().get_pull(number).head.sha)

    def comments(self, number: int) -> Sequence[Comment]:
        """Return all comments, oldest first."""
        with self._github.failures(f"list the comments of pull request #{number}"):
            found = [_comment(entry) for entry in self._github.repository().get_issue(number).get_comments()]
        return sorted(found, key=lambda comment: comment.id)

    def create_comment(self, number: int, body: str) -> Comment:
        """Write a new comment."""
        with self._github.failures(f"comment on pull request #{number}", write=True):
            return _comment(self._github.repository().get_issue(number).create_comment(body))

    def update_comment(self, number: int, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""
        with self._github.failures(f"update the comment on pull request #{number}", gone_is_error=True):
            comment = self._github.repository().get_issue(number).get_comment(comment_id)
            comment.edit(body)
            return _comment(comment)

    def delete_comment(self, number: int, comment_id: int) -> None:
        """Delete a comment; one that is gone already is no error."""
        try:
            with self._github.failures(f"delete a surplus comment on pull request #{number}", gone_is_error=True):
                self._github.repository().get_issue(number).get_comment(comment_id).delete()
        except CommentGone:
            # Runs that race remove the same surplus comment; what was asked for is so.
            return

    def of_commit(self, sha: str) -> Sequence[int]:
        """Return the numbers of the pull requests that a commit of the tracked branch came from."""
        with self._github.failures(f"find the pull requests of commit {sha[:8]}"):
            return [known(pull.number) for pull in self._github.repository().get_commit(sha).get_pulls()]


def _comment(comment: IssueComment) -> Comment:
    return Comment(
        id=known(comment.id),
        body=comment.body or "",
        # The author of a comment is null once the account is deleted.
        author=comment.user.login if comment.user else "",
        url=known(comment.html_url),
    )
