"""What opens a Git repository over HTTP: its credential, the job's own token, and never more than that."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.fetch_access import open_access, proxy_of
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.remote_sources import Fetching, RemoteSources
from gitops_action.application.application import Source
from gitops_action.application.credentials import GitHubApp, RepositoryCredential, RepositoryCredentials
from gitops_action.application.fetch_hosts import Address, FetchHosts
from gitops_action.errors import ApplicationError
from tests.rendering.conftest import config_map
from tests.rendering.git_repository import GitRepository
from tests.rendering.web_server import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.ports import Command, Completed
    from tests.rendering.conftest import Repository


class WatchedProcess(SubprocessProcess):
    """The real one; it keeps each command to be looked at."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def run(self, command: Command) -> Completed:
        self.commands.append(command)
        return super().run(command)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    """A Git server on which ``/acme/app`` needs a user."""
    repository = GitRepository.at(tmp_path / "app")
    repository.commit({"web/a.yaml": config_map("a")}, tag="v1.0.0")
    with WebServer(repositories={"/acme/app": repository.path, "/acme/app.git": repository.path}).running() as running:
        running.user = "robot:s3cret"
        yield running


def sources(tmp_path: Path, process: SubprocessProcess | None = None, **options: Any) -> RemoteSources:
    credentials = RepositoryCredentials(repositories=options.pop("credentials", ()))
    hosts = options.pop("hosts", FetchHosts(allow_local=True))
    fetching = Fetching(credentials=credentials, hosts=hosts, **options)
    return RemoteSources(fetching, process or SubprocessProcess(), folder=str(tmp_path))


def app(server: WebServer, **changes: Any) -> Source:
    return replace(Source(repo_url=f"{server.url}/acme/app", path="web", target_revision="v1.0.0"), **changes)


def basic(server: WebServer, password: str = "s3cret") -> RepositoryCredential:  # noqa: S107  # of a test server
    return RepositoryCredential(url=f"{server.url}/acme", username="robot", password=password, is_template=True)


def test_a_credential_opens_a_repository_and_shows_in_no_argument(
    repository: Repository, server: WebServer, tmp_path: Path
) -> None:
    process = WatchedProcess()
    fetching = sources(tmp_path, process, credentials=(basic(server),))

    found = repository.render(app(server), sources=fetching)

    assert [target.name for target in found.targets] == ["a"]
    assert not any("s3cret" in word or "cm9ib3Q" in word for each in process.commands for word in each.argv)
    assert not list(tmp_path.rglob("access-*"))


def test_a_refused_credential_is_told_without_it(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    fetching = sources(tmp_path, credentials=(basic(server, "wr0ng"),))
    refusal = repository.refusal(app(server), sources=fetching)
    assert refusal.summary == f"{server.url}/acme/app does not exist, or refuses this credential"
    assert "wr0ng" not in str(refusal)


def test_a_missing_credential_is_told(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    refusal = repository.refusal(app(server), sources=sources(tmp_path))
    assert refusal.summary == f"{server.url}/acme/app does not exist, or wants a credential"


def test_the_user_of_a_url_is_used_and_never_shown(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    process = WatchedProcess()
    url = f"http://robot:s3cret@127.0.0.1:{server.port}/acme/app"
    repository.render(app(server, repo_url=url), sources=sources(tmp_path, process))
    assert not any("s3cret" in word for each in process.commands for word in each.argv)

    refusal = repository.refusal(app(server, repo_url=url, target_revision="gone"), sources=sources(tmp_path))
    assert "s3cret" not in str(refusal)


def test_a_bearer_token_and_a_github_app_are_sent_as_they_should(server: WebServer, tmp_path: Path) -> None:
    hosts = FetchHosts(allow_local=True)
    url = f"{server.url}/acme/app"
    bearer = RepositoryCredential(url=url, bearer_token="abc")
    of_app = RepositoryCredential(url=url, github_app=GitHubApp(app_id=7, private_key="k"))

    assert open_access(url, bearer, hosts).authorization == "Bearer abc"
    minted = open_access(url, of_app, hosts, installation_token=lambda app: f"ghs_{app.app_id}")
    assert minted.authorization == "Basic eC1hY2Nlc3MtdG9rZW46Z2hzXzc="


def test_the_jobs_token_opens_repositories_of_the_same_owner_alone(
    repository: Repository, server: WebServer, tmp_path: Path
) -> None:
    server.user = "x-access-token:ghs_job"
    own: dict[str, Any] = {"job_owner_url": f"{server.url}/acme", "job_token": "ghs_job"}

    assert repository.render(app(server), sources=sources(tmp_path, **own)).conditions == ()
    server.repositories["/acme-evil/app"] = server.repositories["/acme/app"]
    server.requests.clear()
    elsewhere = app(server, repo_url=f"{server.url}/acme-evil/app")
    assert "wants a credential" in repository.refusal(elsewhere, sources=sources(tmp_path, **own)).summary
    assert {each.user for each in server.requests} == {""}


def test_a_credential_comes_before_the_jobs_token(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    own: dict[str, Any] = {"job_owner_url": f"{server.url}/acme", "job_token": "ghs_job"}
    fetching = sources(tmp_path, credentials=(basic(server),), **own)
    assert repository.render(app(server), sources=fetching).conditions == ()
    assert {each.user for each in server.requests} == {"robot:s3cret"}


def test_a_redirection_is_not_followed_by_git(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    server.redirects["/acme/app/info/refs"] = f"{server.url}/acme/app.git/info/refs"
    refusal = repository.refusal(app(server), sources=sources(tmp_path, credentials=(basic(server),)))
    assert refusal.summary == f"{server.url}/acme/app redirects elsewhere"


def test_in_a_review_a_host_that_the_base_does_not_name_is_not_asked(
    repository: Repository, server: WebServer, tmp_path: Path
) -> None:
    hosts = FetchHosts(allowed=frozenset({"git.example"}), allow_local=True)
    refusal = repository.refusal(app(server), sources=sources(tmp_path, hosts=hosts))
    assert refusal.summary == f"127.0.0.1:{server.port} is not among the hosts that a pull request may fetch from"
    assert server.requests == []


def test_the_machine_itself_is_not_asked(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    for url in (f"{server.url}/acme/app", f"http://localhost:{server.port}/acme/app"):
        refusal = repository.refusal(app(server, repo_url=url), sources=sources(tmp_path, hosts=FetchHosts()))
        assert "is an address of this machine" in refusal.summary
    assert server.requests == []


def test_a_host_that_is_not_there_is_named(repository: Repository, tmp_path: Path) -> None:
    source = Source(repo_url="https://nowhere.invalid/app", path=".")
    assert repository.refusal(source, sources=sources(tmp_path)).summary == "the host nowhere.invalid cannot be found"


def test_projects_with_credentials_of_their_own_do_not_share(server: WebServer, tmp_path: Path) -> None:
    fetching = sources(tmp_path, credentials=(replace(basic(server), project="team"),))
    assert fetching.tree(app(server), "team").revision
    with pytest.raises(ApplicationError, match="wants a credential"):
        fetching.tree(app(server), "other")


@pytest.mark.parametrize(
    ("insecure", "checks"), [(False, "StrictHostKeyChecking=yes"), (True, "StrictHostKeyChecking=no")]
)
def test_an_ssh_key_is_in_a_file_for_as_long_as_git_runs(tmp_path: Path, *, insecure: bool, checks: str) -> None:
    credential = RepositoryCredential(url="git@127.0.0.1:x", ssh_private_key="KEY\n", insecure=insecure)
    access = open_access(
        "git@127.0.0.1:team/app.git", credential, FetchHosts(allow_local=True), known_hosts="127.0.0.1 ssh-ed25519 AAAA"
    )
    with access.for_git(str(tmp_path)) as (settings, variables):
        command = variables["GIT_SSH_COMMAND"].split(" ")
        key = Path(command[command.index("-i") + 1])
        assert (key.stat().st_mode & 0o777, key.read_text()) == (0o600, "KEY\n")
        hosts = next(word.partition("=")[2] for word in command if word.startswith("UserKnownHostsFile="))
        assert Path(hosts).read_text() == "127.0.0.1 ssh-ed25519 AAAA"
        assert checks in command
        assert variables["GIT_ALLOW_PROTOCOL"] == "ssh"
        assert settings["credential.helper"] == ""
    assert list(tmp_path.iterdir()) == []


def test_a_repository_is_fetched_over_ssh_with_its_key_and_known_hosts(
    repository: Repository, server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for ssh notes what it is given, and runs git's command here."""
    programs = tmp_path / "programs"
    programs.mkdir()
    ssh = programs / "ssh"
    noted = tmp_path / "noted"
    ssh.write_text(
        f"""#!/bin/sh
key="$(echo "$@" | sed 's/.*-i \\([^ ]*\\).*/\\1/')"
stat -c %a "$key" >> {noted}; cat "$key" >> {noted}; echo "$@" >> {noted}
exec git-upload-pack {server.repositories["/acme/app"]}
"""
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    credential = RepositoryCredential(url="git@127.0.0.1:acme/app.git", ssh_private_key="KEY")

    found = repository.render(
        Source(repo_url="git@127.0.0.1:acme/app.git", path="web"), sources=sources(tmp_path, credentials=(credential,))
    )

    assert [target.name for target in found.targets] == ["a"]
    mode, key, words, *_ = noted.read_text().splitlines()
    assert (mode, key) == ("600", "KEY")
    assert words.endswith("git@127.0.0.1 git-upload-pack 'acme/app.git'")
    assert "-F /dev/null" in words
    assert not list(tmp_path.rglob("access-*"))


def test_certificates_and_proxies_reach_git(tmp_path: Path) -> None:
    url = "https://127.0.0.1:8443/team/app"
    credential = RepositoryCredential(
        url=url, tls_client_cert="CERT", tls_client_key="KEY", proxy="http://proxy.example:3128", no_proxy="a.example"
    )
    hosts = FetchHosts(allow_local=True)
    access = open_access(url, credential, hosts, authorities={"127.0.0.1": "CA"})
    with access.for_git(str(tmp_path)) as (settings, variables):
        named = {name: settings[name] for name in ("http.sslCAInfo", "http.sslCert", "http.sslKey")}
        assert [Path(path).read_text() for path in named.values()] == ["CA", "CERT", "KEY"]
        assert settings["http.proxy"] == "http://proxy.example:3128"
        assert variables["NO_PROXY"] == "a.example"
        assert "http.curloptResolve" not in settings
    with open_access(url, replace(credential, proxy=""), hosts).for_git(str(tmp_path)) as (settings, _):
        assert settings["http.curloptResolve"] == "127.0.0.1:8443:127.0.0.1"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "internal.example, localhost.localdomain"},
        {"all_proxy": "http://proxy.example:3128", "no_proxy": "*"},
    ],
)
def test_a_name_that_no_proxy_resolves_is_vetted_here(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lookup(_host: str, _port: int, **_options: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("169.254.169.254", 443))]

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    with pytest.raises(ApplicationError, match="never fetched from"):
        open_access("https://git.internal.example/x", None, FetchHosts(), environment=environment)


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_who_connects_asks_the_same_proxy_as_who_vets(name: str) -> None:
    address = Address("https", "git.example", 443)
    environment = {name: "http://proxy.example:3128", "NO_PROXY": "internal.example"}
    assert proxy_of(environment, address) == "http://proxy.example:3128"
    assert proxy_of(environment, Address("https", "git.internal.example", 443)) == ""
    assert proxy_of(environment, Address("ssh", "git.example", 22)) == ""
