"""The operations on pull requests, comments and the repository: a request in, an answer out."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.github_server import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github_server.state import PullRequest, State, Token

REPO = "/repos/{owner}/{repo}"
MAX_CHARACTERS = 65_536
MAX_BYTES = 262_144


@dataclass(kw_only=True)
class Request:
    state: State
    token: Token
    base_url: str
    parameters: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    def number(self, name: str) -> int:
        return int(self.parameters[name])


@dataclass(kw_only=True)
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


ROUTES: dict[str, Callable[[Request], Answer]] = {}


def route(name: str) -> Callable[[Callable[[Request], Answer]], Callable[[Request], Answer]]:
    """Register the handler of an operation."""

    def register(handler: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        ROUTES[name] = handler
        return handler

    return register


def not_found() -> Problem:
    return Problem(404, "Not Found")


def check_body_size(resource: str, text: str) -> None:
    """Refuse what GitHub does not store."""
    if len(text) > MAX_CHARACTERS or len(text.encode()) > MAX_BYTES:
        message = "body is too long (maximum is 65536 characters)"
        raise Problem(
            422,
            "Validation Failed",
            [{"resource": resource, "code": "custom", "field": "body", "message": message}],
        )


def _pull(request: Request) -> PullRequest:
    found = request.state.pulls.get(request.number("pull_number"))
    if found is None:
        raise not_found()
    return found


@route("GET /user")
def get_user(request: Request) -> Answer:
    shown = render.example(request.state, request.base_url, "GET /user", 200)
    return Answer(body=shown | {"login": request.token.login})


@route(f"GET {REPO}")
def get_repository(request: Request) -> Answer:
    return Answer(body=render.repository(request.state, request.base_url))


@route(f"GET {REPO}/pulls")
def list_pulls(request: Request) -> Answer:
    wanted = request.query.get("state", "open")
    found = [pull for pull in request.state.pulls.values() if wanted in {"all", pull.state}]
    return Answer(body=[render.pull(request.state, request.base_url, pull, simple=True) for pull in reversed(found)])


@route(f"POST {REPO}/pulls")
def create_pull(request: Request) -> Answer:
    state, body = request.state, request.body
    shas = {}
    if state.git is not None:
        shas = {"head_sha": state.git.resolve(body["head"]), "base_sha": state.git.resolve(body["base"])}
    pull = state.add_pull(
        title=body.get("title", ""), head_ref=body["head"], base_ref=body["base"], author=request.token.login, **shas
    )
    if state.git is not None:
        pull.merge_commit_sha = state.git.test_merge(pull.number, base=pull.base_ref, head=pull.head_ref)
    return Answer(status=201, body=render.pull(state, request.base_url, pull))


@route(f"GET {REPO}/pulls/{{pull_number}}")
def get_pull(request: Request) -> Answer:
    return Answer(body=render.pull(request.state, request.base_url, _pull(request)))


@route(f"GET {REPO}/pulls/{{pull_number}}/reviews")
def list_reviews(request: Request) -> Answer:
    pull = _pull(request)
    [shown] = render.example(request.state, request.base_url, f"GET {REPO}/pulls/{{pull_number}}/reviews", 200)
    return Answer(
        body=[
            shown | {"id": number, "user": render.user(request.base_url, author), "state": state, "commit_id": commit}
            for number, (author, state, commit) in enumerate(pull.reviews, start=1)
        ]
    )


@route(f"PUT {REPO}/pulls/{{pull_number}}/merge")
def merge_pull(request: Request) -> Answer:
    state, pull = request.state, _pull(request)
    if pull.state != "open":
        raise Problem(405, "Pull Request is not mergeable")
    if request.body.get("sha", pull.head_sha) != pull.head_sha:
        raise Problem(409, "Head branch was modified. Review and try the merge again.")
    if state.git is None:
        pull.merge_commit_sha = f"{pull.number:040x}"
    else:
        pull.merge_commit_sha = state.git.merge(pull.number, base=pull.base_ref, head=pull.head_sha)
    pull.state, pull.merged = "closed", True
    state.pulls_of_commit[pull.merge_commit_sha] = [pull.number]
    return Answer(body={"sha": pull.merge_commit_sha, "merged": True, "message": "Pull Request successfully merged"})


@route(f"GET {REPO}/commits/{{commit_sha}}/pulls")
def pulls_of_commit(request: Request) -> Answer:
    numbers = request.state.pulls_of_commit.get(request.parameters["commit_sha"], [])
    found = [request.state.pulls[number] for number in numbers]
    return Answer(body=[render.pull(request.state, request.base_url, pull, simple=True) for pull in found])


@route(f"GET {REPO}/issues/{{issue_number}}/comments")
def list_comments(request: Request) -> Answer:
    number = request.number("issue_number")
    if number not in request.state.pulls and number not in request.state.records.get("issues", {}):
        raise not_found()
    return Answer(
        body=[render.comment(request.state, request.base_url, entry) for entry in request.state.comments_of(number)]
    )


@route(f"POST {REPO}/issues/{{issue_number}}/comments")
def create_comment(request: Request) -> Answer:
    number = request.number("issue_number")
    if number not in request.state.pulls and number not in request.state.records.get("issues", {}):
        raise not_found()
    check_body_size("IssueComment", request.body["body"])
    made = request.state.add_comment(number, request.body["body"], author=request.token.login)
    return Answer(status=201, body=render.comment(request.state, request.base_url, made))


@route(f"GET {REPO}/issues/comments/{{comment_id}}")
def get_comment(request: Request) -> Answer:
    found = request.state.comments.get(request.number("comment_id"))
    if found is None:
        raise not_found()
    return Answer(body=render.comment(request.state, request.base_url, found))


@route(f"PATCH {REPO}/issues/comments/{{comment_id}}")
def update_comment(request: Request) -> Answer:
    state = request.state
    with state.lock:
        found = state.comments.get(request.number("comment_id"))
        if found is None:
            raise not_found()
        check_body_size("IssueComment", request.body["body"])
        found.body, found.updated_at = request.body["body"], state.now()
    state.on_comment(found)
    return Answer(body=render.comment(state, request.base_url, found))


@route(f"DELETE {REPO}/issues/comments/{{comment_id}}")
def delete_comment(request: Request) -> Answer:
    if request.state.comments.pop(request.number("comment_id"), None) is None:
        raise not_found()
    return Answer(status=204)


@route(f"POST {REPO}/issues/comments/{{comment_id}}/reactions")
def create_reaction(request: Request) -> Answer:
    found = request.state.comments.get(request.number("comment_id"))
    if found is None:
        raise not_found()
    reaction = (request.token.login, request.body["content"])
    is_new = reaction not in found.reactions
    if is_new:
        found.reactions.append(reaction)
    name = f"POST {REPO}/issues/comments/{{comment_id}}/reactions"
    shown = render.example(request.state, request.base_url, name, 201)
    return Answer(
        status=201 if is_new else 200,
        body=shown | {"content": reaction[1], "user": render.user(request.base_url, reaction[0])},
    )


@route(f"GET {REPO}/contents/{{path}}")
def get_contents(request: Request) -> Answer:
    state, path = request.state, request.parameters["path"]
    revision = request.query.get("ref", state.default_branch)
    content = state.git.read(revision, path) if state.git is not None else None
    if content is None:
        raise not_found()
    shown = render.example(state, request.base_url, f"GET {REPO}/contents/{{path}}", 200)
    return Answer(
        body=shown
        | {
            "path": path,
            "name": path.rsplit("/", 1)[-1],
            "size": len(content),
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
            "url": f"{request.base_url}/repos/{state.full_name}/contents/{path}",
        }
    )


@route(f"GET {REPO}/collaborators/{{username}}/permission")
def get_permission(request: Request) -> Answer:
    state, login = request.state, request.parameters["username"]
    level = state.permissions.get(login, "none" if state.private else "read")
    account = render.user(request.base_url, login) | {
        "permissions": {
            "admin": level == "admin",
            "maintain": level == "admin",
            "push": level in {"write", "admin"},
            "triage": level in {"write", "admin"},
            "pull": level != "none",
        },
        "role_name": level,
    }
    return Answer(body={"permission": level, "role_name": level, "user": account})


@route(f"GET {REPO}/compare/{{basehead}}")
def compare(request: Request) -> Answer:
    state, (base, _, head) = request.state, request.parameters["basehead"].partition("...")
    if state.git is None or not head:
        raise not_found()
    try:
        merge_base = state.git.merge_base(base, head)
    except RuntimeError as error:
        raise not_found() from error
    ahead, behind = state.git.count(merge_base, head), state.git.count(merge_base, base)
    shown = render.example(state, request.base_url, f"GET {REPO}/compare/{{basehead}}", 200)
    shown["base_commit"]["sha"] = state.git.resolve(base)
    shown["merge_base_commit"]["sha"] = merge_base
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    return Answer(
        body=shown
        | {
            "status": status.get((ahead > 0, behind > 0), "diverged"),
            "ahead_by": ahead,
            "behind_by": behind,
            "total_commits": ahead,
        }
    )
