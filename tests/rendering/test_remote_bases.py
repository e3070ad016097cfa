"""Kustomizations that name bases, components and resources of other places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.remote_sources import Fetching, RemoteSources
from gitops_action.application.application import KustomizeSource, Source
from gitops_action.application.fetch_hosts import FetchHosts
from gitops_action.rendering.remote_base import RemoteBase, RemoteFile, remote_base
from tests.rendering.conftest import config_map
from tests.rendering.git_repository import GitRepository
from tests.rendering.web_server import WebServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rendering.conftest import Repository


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "https://git.example/team/app//deploy/base?ref=v1.2.0&timeout=90s",
            RemoteBase(repo_url="https://git.example/team/app", revision="v1.2.0", path="deploy/base"),
        ),
        (
            "github.com/acme/app/deploy?ref=main",
            RemoteBase(repo_url="https://github.com/acme/app", revision="main", path="deploy"),
        ),
        ("https://github.com/acme/app/deploy", RemoteBase(repo_url="https://github.com/acme/app", path="deploy")),
        ("https://github.com/acme/app", RemoteBase(repo_url="https://github.com/acme/app")),
        ("git@github.com:acme/app.git//deploy", RemoteBase(repo_url="git@github.com:acme/app.git", path="deploy")),
        (
            "git@github.com:acme/app/deploy?version=v1",
            RemoteBase(repo_url="git@github.com:acme/app", revision="v1", path="deploy"),
        ),
        ("https://git.example/a/b.git/deploy", RemoteBase(repo_url="https://git.example/a/b.git", path="deploy")),
        ("git::https://git.example/a/b//c", RemoteBase(repo_url="https://git.example/a/b", path="c")),
        ("ssh://git@git.example/a/b//c", RemoteBase(repo_url="ssh://git@git.example/a/b", path="c")),
        ("https://git.example/a/b/release.yaml", RemoteFile(url="https://git.example/a/b/release.yaml")),
        ("https://git.example/a.yaml?token=x", RemoteFile(url="https://git.example/a.yaml?token=x")),
    ],
)
def test_what_an_entry_means(entry: str, expected: RemoteBase | RemoteFile) -> None:
    assert remote_base(entry) == expected


@pytest.fixture
def bases(tmp_path: Path) -> GitRepository:
    """A repository whose base leads to one beside it, and to one of a third repository."""
    third = GitRepository.at(tmp_path / "third")
    third.commit({"kustomization.yaml": "resources: [c.yaml]\n", "c.yaml": config_map("c")}, tag="v1")
    made = GitRepository.at(tmp_path / "bases")
    made.commit(
        {
            "deploy/base/kustomization.yaml": f"resources: [a.yaml, ../common, '{third.url}?ref=v1']\n",
            "deploy/base/a.yaml": config_map("a", is_="one"),
            "deploy/common/kustomization.yaml": "resources: [b.yaml]\n",
            "deploy/common/b.yaml": config_map("b"),
        },
        tag="v1",
    )
    made.commit({"deploy/base/a.yaml": config_map("a", is_="two")})
    return made


def sources(tmp_path: Path, **options: Any) -> RemoteSources:
    options.setdefault("hosts", FetchHosts(allow_local=True))
    return RemoteSources(Fetching(**options), SubprocessProcess(), folder=str(tmp_path))


def test_a_remote_base_is_fetched_with_all_that_it_names(
    repository: Repository, bases: GitRepository, tmp_path: Path
) -> None:
    repository.write({"web/kustomization.yaml": f"resources: ['{bases.url}//deploy/base?ref=v1']\nnameSuffix: -x\n"})
    before = repository.snapshot()

    found = repository.render(
        Source(path="web", kustomize=KustomizeSource(name_prefix="my-")), sources=sources(tmp_path)
    )

    assert [(target.name, target.object.get("data")) for target in found.targets] == [
        ("my-a-x", {"is_": "one"}),
        ("my-b-x", None),
        ("my-c-x", None),
    ]
    commit = bases.git("rev-parse", "v1")
    assert found.fetched[0] == f"{bases.url}@{commit}"
    assert len(found.fetched) == 2
    assert repository.snapshot() == before
    assert not list(repository.scratch.glob("kustomize-*"))


def test_a_remote_resource_is_fetched(repository: Repository, tmp_path: Path) -> None:
    with WebServer(files={"/release.yaml": config_map("released").encode()}).running() as server:
        repository.write({"web/kustomization.yaml": f"resources: ['{server.url}/release.yaml']\n"})
        found = repository.render(Source(path="web"), sources=sources(tmp_path))
    assert ([target.name for target in found.targets], found.fetched) == (
        ["released"],
        (f"{server.url}/release.yaml",),
    )


def test_a_remote_resource_that_is_not_there_is_named(repository: Repository, tmp_path: Path) -> None:
    with WebServer().running() as server:
        repository.write({"web/kustomization.yaml": f"resources: ['{server.url}/gone.yaml']\n"})
        refusal = repository.refusal(Source(path="web"), sources=sources(tmp_path))
        assert refusal.summary == f"web: {server.url}/gone.yaml: 127.0.0.1:{server.port} answers 404"


def test_in_a_review_a_remote_base_of_another_host_is_refused(
    repository: Repository, bases: GitRepository, tmp_path: Path
) -> None:
    repository.write({"web/kustomization.yaml": f"resources: ['{bases.url}//deploy/base?ref=v1']\n"})
    hosts = FetchHosts(allowed=frozenset({"git.example"}))
    refusal = repository.refusal(Source(path="web"), sources=sources(tmp_path, hosts=hosts))
    assert refusal.summary == f"web: {bases.url} is not among the hosts that a pull request may fetch from"


def test_a_remote_base_cannot_leave_its_repository(repository: Repository, tmp_path: Path) -> None:
    evil = GitRepository.at(tmp_path / "evil")
    evil.commit({"base/kustomization.yaml": "resources: [../../../repo/secret]\n"})
    repository.write(
        {"web/kustomization.yaml": f"resources: ['{evil.url}//base']\n", "secret/kustomization.yaml": "resources: []\n"}
    )
    assert "is outside of the repository" in repository.refusal(Source(path="web"), sources=sources(tmp_path)).summary


def test_bases_that_name_each_other_come_to_an_end(repository: Repository, tmp_path: Path) -> None:
    one, other = GitRepository.at(tmp_path / "one"), GitRepository.at(tmp_path / "other")
    one.commit({"kustomization.yaml": f"resources: ['{other.url}']\n"})
    other.commit({"kustomization.yaml": f"resources: ['{one.url}']\n"})
    repository.write({"web/kustomization.yaml": f"resources: ['{one.url}']\n"})
    assert "cycle" in repository.refusal(Source(path="web"), sources=sources(tmp_path)).summary


def test_other_urls_are_refused_also_where_the_run_fetches(repository: Repository, tmp_path: Path) -> None:
    repository.write({"web/kustomization.yaml": "patches: [{path: 'https://git.example/p.yaml'}]\n"})
    refusal = repository.refusal(Source(path="web"), sources=sources(tmp_path))
    assert refusal.summary.endswith("and only resources and components of a kustomization are fetched")
