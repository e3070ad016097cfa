"""State as the API shows it: GitHub's own example of each answer, with our values in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from tests.github_server.description import load_description

if TYPE_CHECKING:
    from tests.github_server.state import IssueComment, PullRequest, State

_REPO = "/repos/{owner}/{repo}"


@cache
def _example(name: str, status: int) -> bytes:
    return orjson.dumps(load_description().operation(name).example(status))


def example(state: State, base_url: str, name: str, status: int, *, number: int = 0) -> Any:
    """Return GitHub's example with the names and addresses of this server."""
    text = _example(name, status).decode()
    for old, new in (
        ("https://api.github.com", base_url),
        ("https://github.com", base_url),
        ("octocat/Hello-World", state.full_name),
        ("octocat/example", state.full_name),
        ("github/hello-world", state.full_name),
        ("/1347", f"/{number}"),
    ):
        text = text.replace(old, new)
    return orjson.loads(text)


def user(base_url: str, login: str) -> dict[str, Any]:
    """Return an account."""
    return {
        "login": login,
        "id": 1 + sum(login.encode()),
        "node_id": "MDQ6VXNlcjE=",
        "avatar_url": f"{base_url}/avatars/{login}",
        "gravatar_id": "",
        "url": f"{base_url}/users/{login}",
        "html_url": f"{base_url}/{login}",
        **{
            f"{name}_url": f"{base_url}/users/{login}/{name}"
            for name in (
                "followers",
                "following",
                "gists",
                "starred",
                "subscriptions",
                "organizations",
                "repos",
                "events",
                "received_events",
            )
        },
        "type": "Bot" if login.endswith("[bot]") else "User",
        "site_admin": False,
    }


def repository(state: State, base_url: str) -> dict[str, Any]:
    """Return the repository."""
    shown: dict[str, Any] = example(state, base_url, f"GET {_REPO}", 200)
    for surplus in ("source", "parent", "template_repository"):
        shown.pop(surplus, None)
    return shown | {
        "id": state.repository_id,
        "full_name": state.full_name,
        "name": state.full_name.split("/")[1],
        "owner": user(base_url, state.full_name.split("/")[0]),
        "private": state.private,
        "visibility": "private" if state.private else "public",
        "default_branch": state.default_branch,
        "url": f"{base_url}/repos/{state.full_name}",
        "fork": False,
        "language": None,
    }


def pull(state: State, base_url: str, value: PullRequest, *, simple: bool = False) -> dict[str, Any]:
    """Return a pull request, or the shorter form that lists have."""
    name = f"GET {_REPO}/pulls" if simple else f"GET {_REPO}/pulls/{{pull_number}}"
    found = example(state, base_url, name, 200, number=value.number)
    shown: dict[str, Any] = found[0] if simple else found
    shown["head"] |= {"ref": value.head_ref, "sha": value.head_sha}
    shown["base"] |= {"ref": value.base_ref, "sha": value.base_sha}
    for side in ("head", "base"):
        shown[side]["repo"] |= {"id": state.repository_id, "full_name": state.full_name, "private": state.private}
    if value.head_repository:
        shown["head"]["repo"] |= {"id": state.repository_id + 1, "full_name": value.head_repository, "fork": True}
    shown |= {
        "id": value.number,
        "number": value.number,
        "title": value.title,
        "state": value.state,
        "user": user(base_url, value.author),
        "merge_commit_sha": value.merge_commit_sha or None,
        "merged_at": "2026-01-01T00:00:00Z" if value.merged else None,
        "requested_teams": [],
        "requested_reviewers": [],
        "labels": [],
    }
    return shown if simple else shown | {"merged": value.merged}


def comment(state: State, base_url: str, value: IssueComment) -> dict[str, Any]:
    """Return a comment of an issue or pull request."""
    api = f"{base_url}/repos/{state.full_name}"
    shown: dict[str, Any] = example(state, base_url, f"GET {_REPO}/issues/comments/{{comment_id}}", 200)
    return shown | {
        "id": value.id,
        "url": f"{api}/issues/comments/{value.id}",
        "issue_url": f"{api}/issues/{value.number}",
        "html_url": f"{base_url}/{state.full_name}/pull/{value.number}#issuecomment-{value.id}",
        "body": value.body,
        "user": user(base_url, value.author),
        "created_at": value.created_at,
        "updated_at": value.updated_at,
    }
