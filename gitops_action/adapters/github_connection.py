"""One connection to one repository on GitHub, which all that a run asks there shares: its pool, its pace, its patience.

In: a token and GitHub's API URL (github.com and GitHub Enterprise Server alike). Out: a PyGithub repository for the
adapters beside this one, and our own errors for PyGithub's. PyGithub is imported with the first request.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from gitops_action.errors import CommentGone, GitHubError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github.Repository import Repository

    from gitops_action.ports import Clock

_T = TypeVar("_T")


class GitHubConnection:
    """A repository as one token sees it; all waiting for rate limits stays within ``budget`` seconds."""

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
            with self.failures("find out who the token belongs to"):
                _, data = self.repository().requester.graphql_query("query { viewer { login } }", {})
                self._login = str(data["data"]["viewer"]["login"])
        return self._login

    def is_public(self) -> bool:
        """Return whether anybody may read the repository."""
        with self.failures("find out whether the repository is public"):
            return not known(self.repository().private)

    def repository(self) -> Repository:
        """Return PyGithub's repository; no request is made yet."""
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
    def failures(
        self, doing: str, *, write: bool = False, gone_is_error: bool = False, permission: str = "pull-requests: write"
    ) -> Iterator[None]:
        """Turn PyGithub's exceptions into ours; ``permission`` is what the job needs for this."""
        from gitops_action.adapters import github_client  # noqa: PLC0415  # PyGithub takes a third of a second

        try:
            yield
        except (*github_client.FAILURES, *github_client.MISREAD) as error:
            if gone_is_error and getattr(error, "status", 0) == 404:
                raise CommentGone(f"GitHub: cannot {doing}: it does not exist any more") from error
            raise github_client.failure(
                doing, error, api_url=self._api_url, write=write, permission=permission
            ) from error


def known(value: _T | None) -> _T:
    """Return a value that GitHub always gives; PyGithub has ``None`` where an answer lacks it."""
    if value is None:
        raise ValueError("the answer lacks a value that GitHub always gives")
    return value
