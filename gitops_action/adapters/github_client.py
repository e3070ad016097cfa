"""PyGithub as we use it: which requests are tried again, for how long, and what its failures mean.

In: token, repository, API URL. Out: a PyGithub repository, and ``GitHubError`` for PyGithub's exceptions. Imported
only when a request is to be made, for PyGithub takes a while to import. Never puts a token into a message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import requests
from github import Auth, Github
from github.GithubException import (
    BadAttributeException,
    GithubException,
    RateLimitExceededExceedsMaxWait,
    RateLimitExceededException,
)
from github.GithubRetry import GithubRetry
from urllib3.exceptions import MaxRetryError

from gitops_action.errors import CommentTooLong, GitHubError, Unanswered

if TYPE_CHECKING:
    from types import TracebackType

    from github.Repository import Repository
    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse, HTTPResponse

    from gitops_action.ports import Clock

FAILURES = (GithubException, requests.RequestException)
"""What PyGithub raises for a request that failed."""
MISREAD = (AssertionError, AttributeError, BadAttributeException, KeyError, TypeError, ValueError)
"""What PyGithub raises, somewhere inside, for an answer that is not GitHub's: the login page of a proxy."""
_RATE_LIMITED = frozenset({403, 429})
# A POST that got no answer, or a 5xx, may have been done: those are for the caller to look after.
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_USER_INFO = re.compile(r"//[^/@\s]*@")
_DETAIL_LIMIT = 500


class Budget:
    """The seconds that may be spent on waiting, by all requests of a run together."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.left = seconds
        self._clock = clock

    def wait(self, seconds: float) -> None:
        """Wait, and count it."""
        self.left -= seconds
        self._clock.sleep(seconds)


class BoundedRetry(GithubRetry):
    """GithubRetry that waits on our clock, within one budget, and never repeats a write that may have been done."""

    def __init__(self, *, budget: Budget, **kwargs: Any) -> None:
        kwargs.setdefault("allowed_methods", _REPEATABLE)
        kwargs.setdefault("status_forcelist", [*range(500, 600), 429])
        super().__init__(**kwargs)
        self._budget = budget

    def new(self, **kw: Any) -> Self:
        """Return a copy that shares the budget."""
        return super().new(budget=self._budget, **kw)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """Tell whether to try again; a request refused for its rate was not done, whatever its method."""
        if status_code in _RATE_LIMITED:
            return True
        return super().is_retry(method, status_code, has_retry_after)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: HTTPResponse | None = None,  # type: ignore[override]  # as GithubRetry narrows it
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Return the next try; raise where the tries, or the seconds to wait, are used up."""
        self.max_rate_limit_wait = max(self._budget.left, 0.0)
        try:
            following = super().increment(method, url, response, error, _pool, _stacktrace)
        except MaxRetryError:
            if response is not None and response.status in _RATE_LIMITED:
                # GithubRetry has read the body of this response, so nobody else can.
                raise RateLimitExceededExceedsMaxWait(response.status, None, dict(response.headers)) from None
            raise
        wait = (self.get_retry_after(response) if response is not None else None) or following.get_backoff_time()
        if wait > self._budget.left:
            if response is None or response.status not in _RATE_LIMITED:
                raise MaxRetryError(_pool, url or "", error)  # type: ignore[arg-type]  # the pool is for its message only
            response.drain_conn()
            raise RateLimitExceededExceedsMaxWait(response.status, None, dict(response.headers), wait=wait)
        return following  # type: ignore[return-value]  # GithubRetry declares its base class, and makes its own

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as long as the server asks, else as the back-off says."""
        wait = self.get_retry_after(response) if response is not None else None
        self._budget.wait(wait or self.get_backoff_time())


def connect(
    *, token: str, repository: str, api_url: str, clock: Clock, budget: float, timeout: int, write_pause: float
) -> Repository:
    """Return the repository; no request is made yet."""
    github = Github(
        auth=Auth.Token(token),
        base_url=api_url,
        timeout=timeout,
        user_agent="gitops-action",
        per_page=100,
        lazy=True,
        seconds_between_requests=None,
        seconds_between_writes=write_pause or None,
        retry=BoundedRetry(
            budget=Budget(budget, clock),
            total=8,
            connect=3,
            read=3,
            backoff_factor=0.5,
            backoff_max=10,
            # The last response is worth more than "too many retries".
            raise_on_status=False,
        ),
    )
    return github.get_repo(repository)


def failure(
    doing: str, error: Exception, *, api_url: str, write: bool = False, permission: str = "pull-requests: write"
) -> GitHubError:
    """Return what an exception of PyGithub means; ``doing`` ends the sentence "GitHub: cannot …"."""
    kind = Unanswered if write else GitHubError
    if isinstance(error, MISREAD) and not isinstance(error, requests.RequestException):
        return kind(
            f"GitHub: cannot {doing}: the answer is not GitHub's",
            detail=type(error).__name__,
            remedy=f"Does a proxy answer in the place of {_USER_INFO.sub('//', api_url)} (GITHUB_API_URL)?",
        )
    if not isinstance(error, GithubException):
        return kind(
            f"GitHub: cannot {doing}: no answer from {_USER_INFO.sub('//', api_url)}",
            detail=_USER_INFO.sub("//", f"{type(error).__name__}: {error}")[:_DETAIL_LIMIT],
            remedy="Check that the runner reaches this address (GITHUB_API_URL, proxy), and https://www.githubstatus.com.",
        )
    summary, detail = f"GitHub: cannot {doing}: {_meaning(error)}", _detail(error)
    if write and error.status >= 500:
        return Unanswered(summary, detail=detail, remedy="Run the job again; see https://www.githubstatus.com.")
    if error.status == 422 and "too long" in detail.lower():
        return CommentTooLong(summary, detail=detail, remedy="The whole report is in the job summary.")
    return GitHubError(summary, detail=detail, remedy=_remedy(error, permission))


def _meaning(error: GithubException) -> str:
    if isinstance(error, RateLimitExceededException):
        wait = getattr(error, "wait", None)
        return "the rate limit is used up" + (f", and {wait:.0f} s are too long to wait" if wait else "")
    match error.status:
        case 401:
            return "the token is not valid (401)"
        case 403:
            return "the token may not do this (403)"
        case 404:
            return "not found, or the token may not see it (404)"
        case status:
            return f"answer {status}"


def _remedy(error: GithubException, permission: str) -> str:
    if isinstance(error, RateLimitExceededException):
        return "Run the job again later, or give `github-token` the token of an app with a limit of its own."
    match error.status:
        case 401:
            return "Leave `github-token` at its default, or renew the token in it; the job's own expires with the job."
        case 403 | 404:
            return f"{_grant(permission)}A pull request from a fork or of Dependabot has a token that only reads."
        case status if status >= 500:
            return "Run the job again; see https://www.githubstatus.com."
        case _:
            return ""


def _grant(permission: str) -> str:
    return f"Grant the job what it needs:\n\n    permissions:\n      contents: read\n      {permission}\n"


def _detail(error: GithubException) -> str:
    """Return GitHub's own words, shortened; an error page of a proxy is not quoted in full."""
    data = error.data
    if isinstance(data, dict):
        parts = [str(data.get("message", "")), *(_item(entry) for entry in data.get("errors") or ())]
        return "; ".join(part for part in parts if part)[:_DETAIL_LIMIT]
    return str(error.message or "")[:_DETAIL_LIMIT]


def _item(entry: Any) -> str:
    return str(entry.get("message") or entry.get("code") or "") if isinstance(entry, dict) else str(entry)
