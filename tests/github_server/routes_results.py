"""The operations that hold a run's results: check runs, statuses, deployments and issues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github_server import render
from tests.github_server.routes import REPO, Answer, Problem, Request, not_found, route

if TYPE_CHECKING:
    from tests.github_server.state import State

_ISSUE_BYTES = 262_144


def _one(state: State, kind: str, number: int) -> dict[str, Any]:
    found = state.records.get(kind, {}).get(number)
    if found is None:
        raise not_found()
    return found


def _example(request: Request, name: str, status: int) -> dict[str, Any]:
    shown: dict[str, Any] = render.example(request.state, request.base_url, name, status)
    return shown


@route(f"POST {REPO}/check-runs")
def create_check(request: Request) -> Answer:
    number = request.state.next_id()
    shown = _example(request, f"POST {REPO}/check-runs", 201) | {
        "id": number,
        "url": f"{request.base_url}/repos/{request.state.full_name}/check-runs/{number}",
        "status": "queued",
        "conclusion": None,
        "completed_at": None,
        "pull_requests": [],
    }
    shown["output"] = {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": ""}
    return Answer(status=201, body=request.state.record("checks", _with_check(shown, request.body)))


@route(f"PATCH {REPO}/check-runs/{{check_run_id}}")
def update_check(request: Request) -> Answer:
    return Answer(body=_with_check(_one(request.state, "checks", request.number("check_run_id")), request.body))


def _with_check(check: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    output = body.get("output", {})
    known = ("name", "head_sha", "external_id", "details_url", "status", "conclusion", "started_at", "completed_at")
    check |= {name: body[name] for name in known if name in body}
    if check["conclusion"]:
        check["status"] = "completed"
        check["completed_at"] = check["completed_at"] or "2026-01-01T00:00:00Z"
    check["output"] |= {name: output[name] for name in ("title", "summary", "text") if name in output}
    check["output"]["annotations_count"] += len(output.get("annotations", ()))
    return check


@route(f"GET {REPO}/commits/{{ref}}/check-runs")
def list_checks(request: Request) -> Answer:
    found = [
        check
        for check in request.state.recorded("checks")
        if check["head_sha"] == request.parameters["ref"]
        and request.query.get("check_name", check["name"]) == check["name"]
    ]
    return Answer(body={"total_count": len(found), "check_runs": found})


@route(f"POST {REPO}/statuses/{{sha}}")
def create_status(request: Request) -> Answer:
    shown = _example(request, f"POST {REPO}/statuses/{{sha}}", 201) | request.body
    shown |= {
        "id": request.state.next_id(),
        "url": f"{request.base_url}/repos/{request.state.full_name}/statuses/{request.parameters['sha']}",
        "creator": render.user(request.base_url, request.token.login),
    }
    return Answer(status=201, body=request.state.record("statuses", shown))


@route(f"GET {REPO}/commits/{{ref}}/statuses")
def list_statuses(request: Request) -> Answer:
    found = request.state.recorded("statuses")
    return Answer(
        body=[status for status in reversed(found) if status["url"].endswith(f"/{request.parameters['ref']}")]
    )


@route(f"POST {REPO}/deployments")
def create_deployment(request: Request) -> Answer:
    number = request.state.next_id()
    url = f"{request.base_url}/repos/{request.state.full_name}/deployments/{number}"
    shown = _example(request, f"POST {REPO}/deployments", 201) | {
        "id": number,
        "url": url,
        "statuses_url": f"{url}/statuses",
        "environment": request.body.get("environment", "production"),
        "original_environment": request.body.get("environment", "production"),
        "ref": request.body["ref"],
        "sha": request.body["ref"],
        "task": request.body.get("task", "deploy"),
        "description": request.body.get("description"),
        "payload": request.body.get("payload", {}),
        "transient_environment": request.body.get("transient_environment", False),
        "production_environment": request.body.get("production_environment", True),
        "creator": render.user(request.base_url, request.token.login),
    }
    return Answer(status=201, body=request.state.record("deployments", shown))


@route(f"GET {REPO}/deployments")
def list_deployments(request: Request) -> Answer:
    wanted = {name: request.query[name] for name in ("environment", "sha", "ref", "task") if name in request.query}
    found = [
        deployment
        for deployment in reversed(request.state.recorded("deployments"))
        if all(deployment[name] == value for name, value in wanted.items())
    ]
    return Answer(body=found)


@route(f"POST {REPO}/deployments/{{deployment_id}}/statuses")
def create_deployment_status(request: Request) -> Answer:
    deployment = _one(request.state, "deployments", request.number("deployment_id"))
    shown = _example(request, f"POST {REPO}/deployments/{{deployment_id}}/statuses", 201)
    known = ("state", "description", "environment", "environment_url", "log_url", "target_url")
    shown |= {"environment": deployment["environment"]} | {
        name: request.body[name] for name in known if name in request.body
    }
    number = request.state.next_id()
    shown |= {
        "id": number,
        "url": f"{deployment['url']}/statuses/{number}",
        "deployment_url": deployment["url"],
        "creator": render.user(request.base_url, request.token.login),
    }
    return Answer(status=201, body=request.state.record("deployment_statuses", shown))


@route(f"GET {REPO}/deployments/{{deployment_id}}/statuses")
def list_deployment_statuses(request: Request) -> Answer:
    deployment = _one(request.state, "deployments", request.number("deployment_id"))
    found = request.state.recorded("deployment_statuses")
    return Answer(body=[status for status in reversed(found) if status["deployment_url"] == deployment["url"]])


@route(f"GET {REPO}/issues")
def list_issues(request: Request) -> Answer:
    state = request.query.get("state", "open")
    labels = {name for name in request.query.get("labels", "").split(",") if name}
    return Answer(
        body=[
            issue
            for issue in reversed(request.state.recorded("issues"))
            if state in {"all", issue["state"]} and labels <= {label["name"] for label in issue["labels"]}
        ]
    )


@route(f"POST {REPO}/issues")
def create_issue(request: Request) -> Answer:
    body = request.body.get("body") or ""
    if len(body.encode()) > _ISSUE_BYTES:
        raise Problem(422, "Validation Failed", [{"resource": "Issue", "code": "custom", "field": "body"}])
    state = request.state
    with state.lock:
        # Issues and pull requests are numbered in one row.
        number = max([0, *state.pulls, *state.records.get("issues", {})]) + 1
        shown = render.example(state, request.base_url, f"POST {REPO}/issues", 201, number=number)
        shown.pop("pull_request", None)
        shown |= {
            "id": number,
            "number": number,
            "title": str(request.body["title"]),
            "body": body,
            "state": "open",
            "user": render.user(request.base_url, request.token.login),
            "labels": [_label(request, name) for name in request.body.get("labels", ())],
        }
        return Answer(status=201, body=state.record("issues", shown))


@route(f"PATCH {REPO}/issues/{{issue_number}}")
def update_issue(request: Request) -> Answer:
    issue = _one(request.state, "issues", request.number("issue_number"))
    given: dict[str, Any] = {
        name: request.body[name] for name in ("title", "body", "state", "state_reason") if name in request.body
    }
    if len((given.get("body") or "").encode()) > _ISSUE_BYTES:
        # GitHub says 200 and keeps the old text.
        del given["body"]
    issue |= given
    if "labels" in request.body:
        issue["labels"] = [_label(request, name) for name in request.body["labels"]]
    return Answer(body=issue)


def _label(request: Request, name: str) -> dict[str, Any]:
    url = f"{request.base_url}/repos/{request.state.full_name}/labels/{name}"
    return {
        "id": sum(name.encode()),
        "node_id": "MDU6TGFiZWw=",
        "url": url,
        "name": name,
        "description": "",
        "color": "ededed",
        "default": False,
    }
