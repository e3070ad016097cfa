"""Pull requests and their comments, through PyGithub.

In: the job's token and GitHub's API URL (github.com and GitHub Enterprise Server alike). Out: our own values.
PyGithub is imported with the first request, not with this module.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from gitops_action.errors import CommentGone, GitHubError
from gitops_action.ports import Comment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from github.IssueComment import IssueComment
    from github.Repository import Repository

    from gitops_action.ports import Clock
_T = TypeVar("_T")


class GitHubPullRequests:
    """``ports.PullRequests`` for one repository; all waiting for rate limits stays within ``budget`` seconds."""

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        api_url: str,
        clock: Clock,
        budget: float = 90.0,
        timeout: int = 20,
        write_pause: float = 0.25,
    ) -> None:
        if not token:
            raise GitHubError(
                "GitHub: there is no token",
                remedy="Leave input `github-token` at its default, or give it a token:\n\n"
                "    with:\n      github-token: ${{ github.token }}\n",
            )
        self._token = token
        self._name = repository
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._budget = budget
        self._timeout = timeout
        self._write_pause = write_pause
        self._lock = threading.Lock()
        self._connected: Repository | None = None
        self._login = ""

    def login(self) -> str:
        """Return who the token writes as, asked once.

        ``GET /user`` is forbidden to the tokens of apps, the job's own among them; GraphQL's viewer answers for all.
        """
        if not self._login:
            with self._failures("find out who the token belongs to"):
                _, data = self._repository().requester.graphql_query("query { viewer { login } }", {})
                self._login = str(data["data"]["viewer"]["login"])
        return self._login

    def head_sha(self, number: int) -> str:
        """Return the pull request's head commit as it is now."""
        with self._failures(f"read pull request #{number}"):
            return _known(self._repository().get_pull(number).head.sha)

    def comments(self, number: int) -> Sequence[Comment]:
        """Return all comments, oldest first."""
        with self._failures(f"list the comments of pull request #{number}"):
            found = [_comment(entry) for entry in self._repository().get_issue(number).get_comments()]
        return sorted(found, key=lambda comment: comment.id)

    def create_comment(self, number: int, body: str) -> Comment:
        """Write a new comment."""
        with self._failures(f"comment on pull request #{number}", write=True):
            return _comment(self._repository().get_issue(number).create_comment(body))

    def update_comment(self, number: int, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""
        with self._failures(f"update the comment on pull request #{number}", gone_is_error=True):
            comment = self._repository().get_issue(number).get_comment(comment_id)
            comment.edit(body)
            return _comment(comment)

    def delete_comment(self, number: int, comment_id: int) -> None:
        """Delete a comment; one that is gone already is no error."""
        try:
            with self._failures(f"delete a surplus comment on pull request #{number}", gone_is_error=True):
                self._repository().get_issue(number).get_comment(comment_id).delete()
        except CommentGone:
            # Runs that race remove the same surplus comment; what was asked for is so.
            return

    def of_commit(self, sha: str) -> Sequence[int]:
        """Return the numbers of the pull requests that a commit of the tracked branch came from."""
        with self._failures(f"find the pull requests of commit {sha[:8]}"):
            return [_known(pull.number) for pull in self._repository().get_commit(sha).get_pulls()]

    def _repository(self) -> Repository:
        from gitops_action.adapters import github_client  # noqa: PLC0415  # PyGithub takes a third of a second

        with self._lock:
            if self._connected is None:
                self._connected = github_client.connect(
                    token=self._token,
                    repository=self._name,
                    api_url=self._api_url,
                    clock=self._clock,
                    budget=self._budget,
                    timeout=self._timeout,
                    write_pause=self._write_pause,
                )
            return self._connected

    @contextmanager
    def _failures(self, doing: str, *, write: bool = False, gone_is_error: bool = False) -> Iterator[None]:
        """Turn PyGithub's exceptions into ours."""
        from gitops_action.adapters import github_client  # noqa: PLC0415  # PyGithub takes a third of a second

        try:
            yield
        except (*github_client.FAILURES, *github_client.MISREAD) as error:
            if gone_is_error and getattr(error, "status", 0) == 404:
                raise CommentGone(f"GitHub: cannot {doing}: it does not exist any more") from error
            raise github_client.failure(doing, error, api_url=self._api_url, write=write) from error


def _comment(comment: IssueComment) -> Comment:
    return Comment(
        id=_known(comment.id),
        body=comment.body or "",
        # The author of a comment is null once the account is deleted.
        author=comment.user.login if comment.user else "",
        url=_known(comment.html_url),
    )


def _known(value: _T | None) -> _T:
    """Return a value that GitHub always gives; PyGithub has ``None`` where an answer lacks it."""
    if value is None:
        raise ValueError("the answer lacks a value that GitHub always gives")
    return value
