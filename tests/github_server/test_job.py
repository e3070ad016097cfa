"""What a job finds is what GitHub and actions/checkout leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.github.events import read_event
from tests.github_server.checkout import GitRepository, git
from tests.github_server.job import (
    merge_pull_request,
    open_pull_request,
    pull_request_job,
    push_job,
    serve_repository,
    update_pull_request,
)

if TYPE_CHECKING:
    from tests.github_server.server import GitHubServer


@pytest.fixture
def origin(github_server: GitHubServer, tmp_path: Path) -> GitRepository:
    """Return a repository with a branch ``change`` beside a main branch that went on."""
    made = GitRepository.create(tmp_path / "origin", {"web.yaml": "replicas: 1\n"})
    made.commit({"web.yaml": "replicas: 2\n"}, message="Scale", branch="change", start="main")
    made.commit({"other.yaml": "a: 1\n"}, message="Go on", branch="main")
    return serve_repository(github_server, made.path)


def test_a_pull_request_is_checked_out_at_its_merge_commit_detached_and_shallow(
    github_server: GitHubServer, origin: GitRepository, tmp_path: Path
) -> None:
    pull = open_pull_request(github_server, "change")
    job = pull_request_job(github_server, pull, tmp_path / "job")

    head = git(job.workspace, "rev-parse", "HEAD")
    assert head == pull.merge_commit_sha == origin.resolve("refs/pull/1/merge")
    assert git(origin.path, "rev-parse", f"{head}^1", f"{head}^2").split() == [pull.base_sha, pull.head_sha]
    assert git(job.workspace, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    assert git(job.workspace, "rev-list", "--count", "HEAD") == "1"
    assert "extraheader" not in (job.workspace / ".git" / "config").read_text()
    assert (job.workspace / "web.yaml").read_text() == "replicas: 2\n"
    assert (job.workspace / "other.yaml").exists()

    event = read_event(job.environ, json.loads(Path(job.environ["GITHUB_EVENT_PATH"]).read_text()))
    assert (event.verb, event.pull_request, event.head_sha, event.base_sha, event.tracked_branch) == (
        "diff",
        1,
        pull.head_sha,
        pull.base_sha,
        "main",
    )
    assert (job.outputs(), job.summary()) == ({}, "")


def test_a_push_to_the_pull_request_moves_its_head_and_its_test_merge(
    github_server: GitHubServer, origin: GitRepository
) -> None:
    pull = open_pull_request(github_server, "change")
    before = (pull.head_sha, pull.merge_commit_sha)
    origin.commit({"web.yaml": None}, message="Delete", branch="change")
    update_pull_request(github_server, pull)
    assert pull.head_sha == origin.resolve("change") != before[0]
    assert pull.merge_commit_sha == origin.resolve("refs/pull/1/merge") != before[1]


def test_a_merge_is_pushed_to_the_tracked_branch(
    github_server: GitHubServer, origin: GitRepository, tmp_path: Path
) -> None:
    pull = open_pull_request(github_server, "change")
    commit = merge_pull_request(github_server, pull)
    job = push_job(github_server, tmp_path / "job", before=pull.base_sha, run_id=2000)
    assert git(job.workspace, "rev-parse", "HEAD") == commit == origin.resolve("main")
    assert git(job.workspace, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert (origin.path / "web.yaml").read_text() == "replicas: 2\n"
    event = read_event(job.environ, json.loads(Path(job.environ["GITHUB_EVENT_PATH"]).read_text()))
    assert (event.verb, event.head_sha, event.before, event.tracked_branch, event.run_id) == (
        "sync",
        commit,
        pull.base_sha,
        "main",
        2000,
    )
    assert github_server.state.pulls_of_commit == {commit: [1]}


def test_a_forks_job_has_a_token_that_only_reads(
    github_server: GitHubServer, origin: GitRepository, tmp_path: Path
) -> None:
    pull = open_pull_request(github_server, "change", fork="somebody/shop")
    job = pull_request_job(github_server, pull, tmp_path / "job")
    token = github_server.state.tokens[job.environ["INPUT_GITHUB-TOKEN"]]
    assert token.permissions == {"contents": "read", "pull-requests": "read"}
    assert read_event(job.environ, json.loads(Path(job.environ["GITHUB_EVENT_PATH"]).read_text())).is_fork


def test_the_repository_is_readable_through_the_api(github_server: GitHubServer, origin: GitRepository) -> None:
    from tests.github_server.test_server import repository  # noqa: PLC0415  # a test module, imported by the one test that needs it

    served = repository(github_server)
    content = served.get_contents("web.yaml", ref="change")
    assert not isinstance(content, list)
    assert content.decoded_content == b"replicas: 2"
    compared = served.compare("main", "change")
    assert (compared.status, compared.ahead_by, compared.behind_by) == ("diverged", 1, 1)
    assert compared.merge_base_commit.sha == origin.resolve("main~1")
