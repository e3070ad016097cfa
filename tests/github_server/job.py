"""A job as the runner starts it: the checkout, the environment, the event's payload and the step's files.

For end-to-end tests and ``make demo``: open a pull request, take its job, run the action in ``workspace`` with
``environ``, merge, take the job of the push, run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.github_server import payloads
from tests.github_server.checkout import GitRepository, checkout_branch, checkout_pull_request
from tests.github_server.rights import JOB_PERMISSIONS, job_permissions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.github_server.server import GitHubServer
    from tests.github_server.state import IssueComment, PullRequest


MAX_SUMMARY = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a step finds; ``environ`` has nothing of the process that made it."""

    workspace: Path
    environ: dict[str, str]

    def outputs(self) -> dict[str, str]:
        """Return the step outputs, read as the runner reads them."""
        return read_outputs(self._file("GITHUB_OUTPUT"))

    def summary(self) -> str:
        """Return the job summary; GitHub drops one above 1 MiB, so that is an error."""
        text = self._file("GITHUB_STEP_SUMMARY")
        if len(text.encode()) > MAX_SUMMARY:
            raise AssertionError(f"the summary has {len(text.encode())} bytes, GitHub takes {MAX_SUMMARY}")
        return text

    def _file(self, variable: str) -> str:
        return (self.workspace.parent / "runner" / variable.lower()).read_text(encoding="utf-8")


def read_outputs(text: str) -> dict[str, str]:
    """Read the text of ``GITHUB_OUTPUT`` as the runner does: names with a delimiter, or on one line."""
    outputs, lines = {}, iter(text.split("\n"))
    for line in lines:
        name, found, delimiter = line.partition("<<")
        if found:
            value = []
            for entry in lines:
                if entry == delimiter:
                    break
                value.append(entry)
            outputs[name] = "\n".join(value)
        elif "=" in line:
            name, _, single = line.partition("=")
            outputs[name] = single
    return outputs


def serve_repository(server: GitHubServer, path: Path) -> GitRepository:
    """Let a git repository on disk be the one that the server speaks of."""
    server.state.git = GitRepository(path)
    return server.state.git


def open_pull_request(
    server: GitHubServer, head: str, *, base: str = "main", title: str = "", fork: str = ""
) -> PullRequest:
    """Open a pull request of a branch, with its test merge."""
    git = _git(server)
    pull = server.state.add_pull(
        head_ref=head,
        head_sha=git.resolve(head),
        base_ref=base,
        base_sha=git.resolve(base),
        title=title or f"Merge {head}",
        head_repository=fork,
    )
    pull.merge_commit_sha = git.test_merge(pull.number, base=base, head=head)
    return pull


def update_pull_request(server: GitHubServer, pull: PullRequest) -> None:
    """Take over what was pushed to the pull request's branch or its base."""
    git = _git(server)
    pull.head_sha, pull.base_sha = git.resolve(pull.head_ref), git.resolve(pull.base_ref)
    pull.merge_commit_sha = git.test_merge(pull.number, base=pull.base_ref, head=pull.head_ref)


def merge_pull_request(server: GitHubServer, pull: PullRequest) -> str:
    """Merge for good, and return the new commit of the base branch."""
    commit = _git(server).merge(pull.number, base=pull.base_ref, head=pull.head_sha)
    pull.state, pull.merged, pull.merge_commit_sha = "closed", True, commit
    server.state.pulls_of_commit[commit] = [pull.number]
    return commit


def pull_request_job(
    server: GitHubServer,
    pull: PullRequest,
    folder: Path,
    *,
    event: str = "pull_request",
    actor: str = "octocat",
    run_id: int = 1000,
    run_attempt: int = 1,
    depth: int = 1,
) -> Job:
    """Return the job of a pull request's event; a fork's or Dependabot's has a token that only reads."""
    untrusted = bool(pull.head_repository) or actor == "dependabot[bot]"
    commit = checkout_pull_request(_git(server), pull.number, folder / "workspace", depth=depth)
    return _job(
        server,
        folder,
        event,
        payload=payloads.pull_request(server.state, pull),
        permissions=job_permissions(event, JOB_PERMISSIONS, untrusted=untrusted),
        sha=commit,
        ref=f"refs/pull/{pull.number}/merge",
        actor=actor,
        run_id=run_id,
        run_attempt=run_attempt,
    )


def merge_group_job(server: GitHubServer, pull: PullRequest, folder: Path, *, run_id: int = 1000) -> Job:
    """Return the job of a pull request that waits in the merge queue; its merge is checked out as of a branch."""
    git = _git(server)
    branch = f"gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{pull.base_sha}"
    git.make_branch(branch, git.test_merge(pull.number, base=pull.base_ref, head=pull.head_sha))
    commit = checkout_branch(git, branch, folder / "workspace")
    return _job(
        server,
        folder,
        "merge_group",
        payload=payloads.merge_group(server.state, pull, head_sha=commit, base_sha=pull.base_sha),
        permissions=dict(JOB_PERMISSIONS),
        sha=commit,
        ref=f"refs/heads/{branch}",
        run_id=run_id,
    )


def push_job(
    server: GitHubServer,
    folder: Path,
    *,
    branch: str = "main",
    before: str = "0" * 40,
    run_id: int = 1000,
    permissions: Mapping[str, str] = JOB_PERMISSIONS,
) -> Job:
    """Return the job of a push to a branch."""
    commit = checkout_branch(_git(server), branch, folder / "workspace")
    return _job(
        server,
        folder,
        "push",
        payload=payloads.push(server.state, before=before, after=commit, branch=branch),
        permissions=dict(permissions),
        sha=commit,
        ref=f"refs/heads/{branch}",
        run_id=run_id,
    )


def schedule_job(
    server: GitHubServer, folder: Path, *, run_id: int = 1000, permissions: Mapping[str, str] = JOB_PERMISSIONS
) -> Job:
    """Return the job of a schedule, which runs on the default branch."""
    commit = checkout_branch(_git(server), "main", folder / "workspace")
    return _job(
        server,
        folder,
        "schedule",
        payload={"schedule": "0 * * * *"},
        permissions=dict(permissions),
        sha=commit,
        ref="refs/heads/main",
        run_id=run_id,
    )


def comment_job(
    server: GitHubServer, comment: IssueComment, folder: Path, *, run_id: int = 1000, is_pull: bool = True
) -> Job:
    """Return the job of a new comment, which runs on the default branch whatever the comment is on."""
    commit = checkout_branch(_git(server), "main", folder / "workspace")
    return _job(
        server,
        folder,
        "issue_comment",
        payload=payloads.issue_comment(server.state, comment, is_pull=is_pull),
        permissions=dict(JOB_PERMISSIONS),
        sha=commit,
        ref="refs/heads/main",
        actor=comment.author,
        run_id=run_id,
    )


def _job(
    server: GitHubServer,
    folder: Path,
    event: str,
    *,
    payload: dict[str, Any],
    permissions: dict[str, str],
    sha: str,
    ref: str,
    actor: str = "octocat",
    run_id: int = 1000,
    run_attempt: int = 1,
) -> Job:
    token = f"ghs_{event}_{run_id}_{run_attempt}"
    server.state.add_token(token, **{name.replace("-", "_"): level for name, level in permissions.items()})
    environ = payloads.environment(
        server.state,
        server.url,
        event,
        sha=sha,
        ref=ref,
        runner=folder / "runner",
        payload=payload,
        actor=actor,
        run_id=run_id,
        run_attempt=run_attempt,
    )
    workspace = folder / "workspace"
    return Job(
        workspace=workspace,
        environ=environ | {"GITHUB_WORKSPACE": str(workspace), "INPUT_GITHUB-TOKEN": token},
    )


def _git(server: GitHubServer) -> GitRepository:
    if server.state.git is None:
        raise LookupError("the server has no git repository: call serve_repository first")
    return server.state.git
