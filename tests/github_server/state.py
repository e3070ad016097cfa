"""What the fake GitHub knows of its one repository: plain values, changed by the routes and by tests."""

from __future__ import annotations

import hashlib
import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github_server.checkout import GitRepository


@dataclass(kw_only=True)
class Token:
    """Who a token writes as, and what it may do. An app's token (the job's own is one) has no user."""

    value: str
    login: str
    permissions: dict[str, str] = field(default_factory=dict)
    is_app: bool = True


@dataclass(kw_only=True)
class PullRequest:
    number: int
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    title: str = "Change something"
    author: str = "octocat"
    state: str = "open"
    merge_commit_sha: str = ""
    merged: bool = False
    head_repository: str = ""
    """Full name of the fork; empty for a branch of this repository."""
    reviews: list[tuple[str, str, str]] = field(default_factory=list)
    """Author, state and commit of each review."""


@dataclass(kw_only=True)
class IssueComment:
    id: int
    number: int
    author: str
    body: str
    created_at: str
    updated_at: str
    reactions: list[tuple[str, str]] = field(default_factory=list)
    """Who put which reaction on it."""


class State:
    """The repository. A test may read and set every attribute; ``lock`` guards the server's own changes."""

    def __init__(self, full_name: str = "octo-org/shop", *, private: bool = True) -> None:
        self.lock = threading.RLock()
        self.full_name = full_name
        self.repository_id = int(hashlib.sha256(full_name.encode()).hexdigest()[:7], 16)
        self.private = private
        self.default_branch = "main"
        self.git: GitRepository | None = None
        self.tokens: dict[str, Token] = {}
        self.pulls: dict[int, PullRequest] = {}
        self.comments: dict[int, IssueComment] = {}
        self.pulls_of_commit: dict[str, list[int]] = {}
        self.permissions: dict[str, str] = {"octocat": "write"}
        self.records: dict[str, dict[int, dict[str, Any]]] = {}
        """Check runs, statuses, deployments and issues as the API shows them, by kind and id."""
        self.apps: dict[int, Any] = {}
        """GitHub Apps by id."""
        self.on_comment: Callable[[IssueComment], None] = lambda _comment: None
        self._ids = itertools.count(1000)
        self._seconds = itertools.count()

    def next_id(self) -> int:
        """Return an id larger than all before, as GitHub's are."""
        return next(self._ids)

    def now(self) -> str:
        """Return a time later than all before; the fake has no clock, so that two runs of a test are the same."""
        seconds = next(self._seconds)
        return f"2026-01-01T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"

    def add_token(self, value: str, *, login: str = "github-actions[bot]", **permissions: str) -> Token:
        """Let a token in; ``pull_requests="write"`` and the like, as in a workflow."""
        granted = {name.replace("_", "-"): level for name, level in permissions.items()}
        self.tokens[value] = token = Token(
            value=value, login=login, permissions=granted, is_app=login.endswith("[bot]")
        )
        return token

    def add_pull(self, **values: Any) -> PullRequest:
        """Open a pull request; a commit that is not named is made up."""
        number = values.pop("number", max(self.pulls, default=0) + 1)
        values.setdefault("head_ref", f"change-{number}")
        values.setdefault("head_sha", hashlib.sha1(f"head {number}".encode()).hexdigest())  # noqa: S324  # as git's
        values.setdefault("base_ref", self.default_branch)
        values.setdefault("base_sha", hashlib.sha1(b"base").hexdigest())  # noqa: S324  # as git's
        self.pulls[number] = pull = PullRequest(number=number, **values)
        return pull

    def add_comment(self, number: int, body: str, *, author: str) -> IssueComment:
        """Write a comment."""
        with self.lock:
            now = self.now()
            comment = IssueComment(
                id=self.next_id(), number=number, author=author, body=body, created_at=now, updated_at=now
            )
            self.comments[comment.id] = comment
        self.on_comment(comment)
        return comment

    def comments_of(self, number: int) -> list[IssueComment]:
        """Return the comments of a pull request or issue, oldest first."""
        with self.lock:
            return [comment for comment in self.comments.values() if comment.number == number]

    def record(self, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        """Keep what the API made."""
        self.records.setdefault(kind, {})[value["id"]] = value
        return value

    def recorded(self, kind: str) -> list[dict[str, Any]]:
        """Return what the API made of a kind, oldest first."""
        return list(self.records.get(kind, {}).values())
