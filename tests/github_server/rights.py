"""What a token may do: the permissions that each operation needs, and what a job's token gets by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.github_server.state import State, Token

_REPO: Final = "/repos/{owner}/{repo}"
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    f"{_REPO}/pulls": ("pull-requests",),
    f"{_REPO}/pulls/{{pull_number}}": ("pull-requests",),
    f"{_REPO}/pulls/{{pull_number}}/merge": ("contents",),
    f"{_REPO}/pulls/{{pull_number}}/reviews": ("pull-requests",),
    f"{_REPO}/commits/{{commit_sha}}/pulls": ("contents", "pull-requests"),
    f"{_REPO}/issues/{{issue_number}}/comments": ("issues", "pull-requests"),
    f"{_REPO}/issues/comments/{{comment_id}}": ("issues", "pull-requests"),
    f"{_REPO}/issues/comments/{{comment_id}}/reactions": ("issues", "pull-requests"),
    f"{_REPO}/issues": ("issues",),
    f"{_REPO}/issues/{{issue_number}}": ("issues",),
    f"{_REPO}/check-runs": ("checks",),
    f"{_REPO}/check-runs/{{check_run_id}}": ("checks",),
    f"{_REPO}/commits/{{ref}}/check-runs": ("checks",),
    f"{_REPO}/statuses/{{sha}}": ("statuses",),
    f"{_REPO}/commits/{{ref}}/statuses": ("statuses",),
    f"{_REPO}/deployments": ("deployments",),
    f"{_REPO}/deployments/{{deployment_id}}/statuses": ("deployments",),
    f"{_REPO}/contents/{{path}}": ("contents",),
    f"{_REPO}/compare/{{basehead}}": ("contents",),
    f"{_REPO}/collaborators/{{username}}/permission": ("metadata",),
    _REPO: ("metadata",),
    "/app/installations/{installation_id}/access_tokens": ("app",),
    "/orgs/{org}/installation": ("app",),
    "/users/{username}/installation": ("app",),
}
JOB_PERMISSIONS: Final = {"contents": "read", "pull-requests": "write"}
_READ_ONLY_EVENTS: Final = frozenset({"pull_request"})


def job_permissions(event: str, permissions: dict[str, str], *, untrusted: bool) -> dict[str, str]:
    """Return what a job's token gets: for a fork's or Dependabot's pull request it can only read."""
    if untrusted and event in _READ_ONLY_EVENTS:
        return {name: "read" if level == "write" else level for name, level in permissions.items()}
    return dict(permissions)


def refusal(state: State, token: Token, operation: str) -> str:
    """Return GitHub's words for what the token may not do, or an empty text."""
    method, path = operation.split(" ")
    if path == "/user":
        return "Resource not accessible by integration" if token.is_app else ""
    reads = method == "GET"
    levels = {token.permissions.get(name) or _default(state, name) for name in _NEEDS[path]}
    if "write" in levels or (reads and "read" in levels):
        return ""
    return f"Resource not accessible by {'integration' if token.is_app else 'personal access token'}"


def _default(state: State, name: str) -> str:
    """Return what needs no grant: metadata, and reading of a public repository."""
    return "read" if name == "metadata" or not state.private else "none"
