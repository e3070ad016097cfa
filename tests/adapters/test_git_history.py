"""Reading a commit that is not checked out: fetched by its hash, without a trace in the checkout."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.git import GitCheckout, require_checkout
from gitops_action.adapters.git_history import History, Origin, open_history, resolve
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.errors import ApplicationError, UsageError
from tests.github_server.checkout import GitRepository, checkout_branch, checkout_pull_request, git
from tests.github_server.job import open_pull_request, serve_repository

if TYPE_CHECKING:
    from gitops_action.ports import Command, Completed
    from tests.github_server.server import GitHubServer
    from tests.github_server.state import PullRequest

MARKS = (b"argoproj.io/",)
APPLICATION = "apiVersion: argoproj.io/v1alpha1\n"
FILES = {
    "apps/web.yaml": f"{APPLICATION}name: web\n",
    "apps/gone.yml": f"{APPLICATION}name: gone\n",
    "apps/same.json": '{"apiVersion": "argoproj.io/v1alpha1"}\n',
    "apps/notes.txt": APPLICATION,
    "web/plain.yaml": "kind: ConfigMap\n",
    "chart/Chart.yaml": "name: chart\n",
    "chart/templates/hook.yaml": APPLICATION,
}
TOKEN = "ghs_pull_request_token"


class Recorded:
    """The real thing, which remembers what it was asked to run."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def run(self, command: Command) -> Completed:
        self.commands.append(command)
        return SubprocessProcess().run(command)

    @property
    def arguments(self) -> str:
        return "\n".join(" ".join(command.argv) for command in self.commands)


class OtherOwner:
    """A process in which git takes every repository for somebody else's (git's own test switch)."""

    def run(self, command: Command) -> Completed:
        environment = {**command.env, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
        return SubprocessProcess().run(replace(command, env=environment))


class Hanging:
    """A process whose fetches take too long."""

    def run(self, command: Command) -> Completed:
        if "fetch" in command.argv:
            raise ApplicationError(f"git did not end within {command.timeout:g} s and was stopped")
        return SubprocessProcess().run(command)


@pytest.fixture
def server(tmp_path: Path) -> GitRepository:
    return GitRepository.create(tmp_path / "octo-org" / "shop", FILES)


@pytest.fixture
def pull(github_server: GitHubServer, server: GitRepository) -> PullRequest:
    """A pull request whose base has gone on since its branch began."""
    serve_repository(github_server, server.path)
    changes = {"apps/web.yaml": f"{APPLICATION}name: evil\n", "apps/gone.yml": None, "apps/new.yaml": APPLICATION}
    server.commit(changes, message="Change", branch="change", start="main")
    server.commit({"README.md": "Newer.\n"}, message="Go on", branch="main")
    return open_pull_request(github_server, "change")


@pytest.fixture
def process() -> Recorded:
    return Recorded()


@pytest.fixture
def checkout(server: GitRepository, pull: PullRequest, tmp_path: Path, process: Recorded) -> GitCheckout:
    """What actions/checkout leaves: the merge commit alone, and no credentials."""
    checkout_pull_request(server, pull.number, tmp_path / "workspace")
    return require_checkout(str(tmp_path / "workspace"), process)


def folder(server: GitRepository) -> Origin:
    return Origin(server_url=f"file://{server.path.parents[1]}", repository="octo-org/shop")


def github(github_server: GitHubServer, token: str = TOKEN) -> Origin:
    return Origin(server_url=github_server.url, repository="octo-org/shop", token=token)


def found(history: History, globs: tuple[str, ...] = (), start: str = ".") -> dict[str, bytes]:
    return dict(history.files(start, globs, MARKS))


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in (root / ".git").rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_the_base_of_a_shallow_checkout_is_fetched_by_its_hash(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository
) -> None:
    assert git_knows(checkout, pull.base_sha) is False

    history = open_history(checkout, pull.base_sha, folder(server))

    assert history.base == pull.base_sha
    assert found(history) == {
        path: FILES[path].encode() for path in ("apps/gone.yml", "apps/same.json", "apps/web.yaml")
    }
    assert history.read("README.md") == b"Newer.\n"
    assert (history.read("apps/new.yaml"), history.read("apps"), history.read("a\nb")) == (None, None, None)
    assert history.changed_files(checkout.head().commit) == ("apps/gone.yml", "apps/new.yaml", "apps/web.yaml")


def test_only_what_the_checkout_lacks_is_fetched(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository
) -> None:
    server.commit({"large.bin": os.urandom(300_000).hex()}, message="Large", branch="main")
    base = server.resolve("main")
    git(server.path, "checkout", "--quiet", "-B", "next", "main")
    server.commit({"small.yaml": "a: 1\n"}, message="Small", branch="next")
    shallow = require_checkout(str(_branch(server, "next")), SubprocessProcess())

    history = open_history(shallow, base, folder(server))

    assert sum(path.stat().st_size for path in _files(history)) < 20_000


def test_the_checkouts_git_folder_is_not_written(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository
) -> None:
    before = snapshot(_root(checkout))

    found(open_history(checkout, pull.base_sha, folder(server)))

    assert snapshot(_root(checkout)) == before
    assert git_knows(checkout, pull.base_sha) is False


def test_a_commit_that_the_checkout_has_is_not_fetched(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository, process: Recorded
) -> None:
    git(_root(checkout), "fetch", "--quiet", "--depth=2", f"file://{server.path}", checkout.head().commit)

    history = open_history(checkout, pull.base_sha, None)

    assert set(found(history)) == {"apps/gone.yml", "apps/same.json", "apps/web.yaml"}
    assert " fetch " not in process.arguments


def test_the_checkout_of_another_user_is_borrowed_from_all_the_same(
    checkout: GitCheckout, pull: PullRequest, github_server: GitHubServer
) -> None:
    github_server.state.add_token(TOKEN, contents="read")
    foreign = replace(checkout, process=OtherOwner())

    assert "apps/web.yaml" in found(open_history(foreign, pull.base_sha, github(github_server)))


def test_the_token_travels_in_the_environment_of_the_fetch_alone(
    checkout: GitCheckout, pull: PullRequest, github_server: GitHubServer, process: Recorded
) -> None:
    github_server.state.add_token(TOKEN, contents="read")
    origin = github(github_server)

    history = open_history(checkout, pull.base_sha, origin)

    assert "apps/web.yaml" in found(history)
    assert {status for _, status in github_server.git_requests} == {200}
    assert TOKEN not in process.arguments
    assert origin.credential not in process.arguments
    told = [command for command in process.commands if origin.credential in " ".join(command.env.values())]
    assert [("fetch" in command.argv, command.env["GIT_ALLOW_PROTOCOL"]) for command in told] == [(True, "http")]
    assert all(TOKEN.encode() not in path.read_bytes() for path in _files(history))
    assert (TOKEN in repr(origin), origin.credential in repr(origin)) == (False, False)


@pytest.mark.parametrize("permissions", [{}, {"contents": "none"}])
def test_a_token_that_may_not_read_is_an_error_that_names_the_right_and_not_the_token(
    checkout: GitCheckout, pull: PullRequest, github_server: GitHubServer, permissions: dict[str, str]
) -> None:
    if permissions:
        github_server.state.add_token(TOKEN, **permissions)
    origin = github(github_server)

    with pytest.raises(UsageError, match=f"commit {pull.base_sha} cannot be read") as caught:
        open_history(checkout, pull.base_sha, origin)

    assert "fetch-depth: 2" in caught.value.remedy
    assert "contents: read" in caught.value.remedy
    assert (TOKEN in str(caught.value), origin.credential in str(caught.value)) == (False, False)
    assert caught.value.detail.startswith("fatal: ")


def test_what_git_says_is_scrubbed_of_the_token() -> None:
    origin = Origin(server_url="https://github.com", repository="octo-org/shop", token="ghs_x")

    assert origin.scrub(f"sent ghs_x as {origin.credential}") == "sent *** as ***"


def test_the_header_goes_to_the_one_server_and_redirections_are_not_followed() -> None:
    origin = Origin(
        server_url="https://ghes.example", repository="a/b", token="t", environment={"https_proxy": "p", "X": ""}
    )

    assert origin.settings() == {
        "http.followRedirects": "false",
        "credential.helper": "",
        "http.https://ghes.example/.extraheader": "AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46dA==",
    }
    assert origin.variables() == {"GIT_ALLOW_PROTOCOL": "https", "https_proxy": "p"}


@pytest.mark.parametrize("url", ["ext::sh -c touch% x", "ssh://github.com", "--upload-pack=x", ""])
def test_no_other_protocol_is_spoken(checkout: GitCheckout, pull: PullRequest, url: str, process: Recorded) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        open_history(checkout, pull.base_sha, Origin(server_url=url, repository="octo-org/shop"))
    assert " fetch " not in process.arguments


@pytest.mark.parametrize("commit", ["main", "--all", "", "HEAD", "0123456"])
def test_a_base_is_a_full_hash_and_nothing_else(checkout: GitCheckout, server: GitRepository, commit: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        open_history(checkout, commit, folder(server))


def test_a_commit_that_nobody_has_is_an_error_and_leaves_nothing_behind(
    checkout: GitCheckout, server: GitRepository, tmp_path: Path
) -> None:
    (tmp_path / "temp").mkdir()

    with pytest.raises(UsageError, match="commit 0123456789012345678901234567890123456789 cannot be read"):
        open_history(checkout, "0123456789" * 4, folder(server), folder=str(tmp_path / "temp"))

    assert list((tmp_path / "temp").iterdir()) == []


def test_a_server_that_does_not_answer_in_time_is_an_error_and_leaves_nothing_behind(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository, tmp_path: Path
) -> None:
    (tmp_path / "temp").mkdir()

    with pytest.raises(UsageError, match="git did not end within 120 s"):
        open_history(replace(checkout, process=Hanging()), pull.base_sha, folder(server), folder=str(tmp_path / "temp"))

    assert list((tmp_path / "temp").iterdir()) == []


def test_the_temporary_repository_goes_with_its_history(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository, tmp_path: Path
) -> None:
    (tmp_path / "temp").mkdir()
    history = open_history(checkout, pull.base_sha, folder(server), folder=str(tmp_path / "temp"))
    assert len(list((tmp_path / "temp").iterdir())) == 1

    del history
    gc.collect()

    assert list((tmp_path / "temp").iterdir()) == []


def test_nothing_is_borrowed_from_a_checkout_that_lacks_files(
    server: GitRepository, pull: PullRequest, tmp_path: Path
) -> None:
    git(server.path, "config", "uploadpack.allowFilter", "true")
    checkout_pull_request(server, pull.number, tmp_path / "partial")
    git(tmp_path / "partial", "config", "remote.origin.promisor", "true")
    git(tmp_path / "partial", "config", "remote.origin.partialclonefilter", "blob:none")

    history = open_history(
        require_checkout(str(tmp_path / "partial"), SubprocessProcess()), pull.base_sha, folder(server)
    )

    assert set(found(history)) == {"apps/gone.yml", "apps/same.json", "apps/web.yaml"}
    assert not (_root(history.repository) / "objects" / "info" / "alternates").exists()


def test_files_are_chosen_as_if_the_commit_were_checked_out(
    checkout: GitCheckout, pull: PullRequest, server: GitRepository
) -> None:
    history = open_history(checkout, pull.base_sha, folder(server))

    assert set(found(history, ("*.yaml",), "apps")) == {"apps/web.yaml"}
    assert set(found(history, ("**/*.yaml", "apps/notes.*"))) == {
        "apps/notes.txt", "apps/web.yaml", "chart/Chart.yaml", "chart/templates/hook.yaml", "web/plain.yaml"
    }  # fmt: skip
    assert found(history, ("later/*.yaml",)) == {}
    assert found(history, (), "web") == {}


def test_attributes_and_links_of_the_change_have_no_influence(
    server: GitRepository, github_server: GitHubServer, tmp_path: Path
) -> None:
    serve_repository(github_server, server.path)
    (server.path / "linked.yaml").symlink_to("apps/web.yaml")
    server.commit({}, message="Link", branch="main")
    server.commit(
        {".gitattributes": "*.yaml binary\n", "x.yaml": APPLICATION},
        message="Hide", branch="change", start="main",
    )  # fmt: skip
    pull = open_pull_request(github_server, "change")
    checkout_pull_request(server, pull.number, tmp_path / "hidden")

    history = open_history(
        require_checkout(str(tmp_path / "hidden"), SubprocessProcess()), pull.base_sha, folder(server)
    )

    assert set(found(history)) == {"apps/gone.yml", "apps/same.json", "apps/web.yaml"}
    assert history.read("linked.yaml") == FILES["apps/web.yaml"].encode()


def test_a_revision_is_resolved_to_its_full_hash(checkout: GitCheckout, server: GitRepository) -> None:
    assert resolve(checkout, "HEAD") == checkout.head().commit
    for absent in ("nowhere", "--help", ""):
        with pytest.raises(UsageError, match="names no commit of this checkout"):
            resolve(checkout, absent)


def git_knows(checkout: GitCheckout, commit: str) -> bool:
    try:
        git(_root(checkout), "cat-file", "-e", commit)
    except RuntimeError:
        return False
    return True


def _root(checkout: GitCheckout) -> Path:
    return Path(checkout.root)


def _files(history: History) -> list[Path]:
    return [path for path in _root(history.repository).rglob("*") if path.is_file()]


def _branch(server: GitRepository, name: str) -> Path:
    workspace = server.path.parents[1] / name
    checkout_branch(server, name, workspace)
    return workspace
