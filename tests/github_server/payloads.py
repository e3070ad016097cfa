"""What a job gets from GitHub: the payload of its event and its ``GITHUB_*`` environment.

Payloads are GitHub's own examples with the values of the fake's repository in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tests.github_server.description import load_payloads

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_server.state import IssueComment, PullRequest, State


def example(event: str, *, action: str = "", number: int = 0) -> dict[str, Any]:
    """Return GitHub's example of a payload: of an action, or the one at this place."""
    found = [entry for entry in load_payloads()[event] if not action or entry.get("action") == action]
    copied: dict[str, Any] = orjson.loads(orjson.dumps(found[number]))
    return copied


def pull_request(state: State, pull: PullRequest, *, action: str = "synchronize") -> dict[str, Any]:
    """Return the payload of ``pull_request`` and of ``pull_request_target``."""
    payload = _of_repository(example("pull_request", action=action), state)
    payload["number"] = payload["pull_request"]["number"] = pull.number
    payload["pull_request"] |= {"state": pull.state, "merged": pull.merged, "merge_commit_sha": pull.merge_commit_sha}
    head, base = payload["pull_request"]["head"], payload["pull_request"]["base"]
    head |= {"ref": pull.head_ref, "sha": pull.head_sha}
    base |= {"ref": pull.base_ref, "sha": pull.base_sha}
    base["repo"] |= _repository(state)
    head["repo"] |= _repository(state)
    if pull.head_repository:
        head["repo"] |= {"id": state.repository_id + 1, "full_name": pull.head_repository, "fork": True}
    if "after" in payload:
        payload["after"] = pull.head_sha
    return payload


def push(state: State, *, before: str, after: str, branch: str = "main") -> dict[str, Any]:
    """Return the payload of ``push`` to a branch."""
    payload = _of_repository(example("push"), state)
    return payload | {
        "ref": f"refs/heads/{branch}",
        "before": before,
        "after": after,
        "created": False,
        "deleted": False,
        "forced": False,
        "base_ref": None,
    }


def merge_group(state: State, pull: PullRequest, *, head_sha: str, base_sha: str) -> dict[str, Any]:
    """Return the payload of ``merge_group`` with one pull request in the queue."""
    payload = _of_repository(example("merge_group", action="checks_requested"), state)
    payload["merge_group"] |= {
        "head_sha": head_sha,
        "base_sha": base_sha,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_ref": f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{base_sha}",
    }
    return payload


def issue_comment(state: State, comment: IssueComment, *, is_pull: bool = True) -> dict[str, Any]:
    """Return the payload of a new comment; one on a pull request has the pull request's address in its issue."""
    payload = _of_repository(example("issue_comment", action="created"), state)
    payload["issue"]["number"] = comment.number
    payload["issue"].pop("pull_request", None)
    if is_pull:
        payload["issue"]["pull_request"] = {"url": f"/repos/{state.full_name}/pulls/{comment.number}"}
    payload["comment"] |= {"id": comment.id, "body": comment.body}
    payload["comment"]["user"] |= {"login": comment.author, "type": "Bot" if "[bot]" in comment.author else "User"}
    return payload


def workflow_run(state: State, pull: PullRequest, *, is_fork: bool = False) -> dict[str, Any]:
    """Return the payload of ``workflow_run`` after a run on a pull request; of a fork's it names no pull request."""
    payload = _of_repository(example("workflow_run", action="completed"), state)
    known = {"number": pull.number, "head": {"sha": pull.head_sha, "ref": pull.head_ref}}
    payload["workflow_run"] |= {
        "event": "pull_request",
        "head_sha": pull.head_sha,
        "head_branch": pull.head_ref,
        "pull_requests": [] if is_fork else [known],
    }
    return payload


def environment(
    state: State,
    server_url: str,
    event: str,
    *,
    sha: str,
    ref: str,
    runner: Path | None = None,
    payload: dict[str, Any] | None = None,
    actor: str = "octocat",
    run_id: int = 1000,
    run_attempt: int = 1,
) -> dict[str, str]:
    """Return what the runner sets for a step; with a folder for ``runner`` its files are made there."""
    variables = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_REPOSITORY": state.full_name,
        "GITHUB_REPOSITORY_ID": str(state.repository_id),
        "GITHUB_REPOSITORY_OWNER": state.full_name.split("/")[0],
        "GITHUB_SHA": sha,
        "GITHUB_REF": ref,
        "GITHUB_REF_NAME": ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
        "GITHUB_REF_TYPE": "tag" if ref.startswith("refs/tags/") else "branch",
        "GITHUB_ACTOR": actor,
        "GITHUB_RUN_ID": str(run_id),
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_RUN_ATTEMPT": str(run_attempt),
        "GITHUB_WORKFLOW": "GitOps",
        "GITHUB_JOB": "gitops",
        "GITHUB_SERVER_URL": server_url,
        "GITHUB_API_URL": server_url,
        "GITHUB_GRAPHQL_URL": f"{server_url}/graphql",
    }
    if runner is not None:
        runner.mkdir(parents=True, exist_ok=True)
        for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"):
            file = runner / variable.lower()
            file.touch()
            variables[variable] = str(file)
        (runner / "event.json").write_bytes(orjson.dumps(payload or {}))
        variables |= {"GITHUB_EVENT_PATH": str(runner / "event.json"), "RUNNER_TEMP": str(runner)}
    return variables


def _of_repository(payload: dict[str, Any], state: State) -> dict[str, Any]:
    payload["repository"] |= _repository(state)
    return payload


def _repository(state: State) -> dict[str, Any]:
    return {
        "id": state.repository_id,
        "full_name": state.full_name,
        "name": state.full_name.split("/")[1],
        "private": state.private,
        "default_branch": state.default_branch,
        "fork": False,
    }
