"""What was fetched is kept between runs, and believed only as far as it is what this run asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cache_store import CacheStore
from gitops_action.adapters.kept_fetches import LARGEST, KeptFetches
from gitops_action.adapters.remote_sources import Fetching, RemoteSources
from gitops_action.adapters.sealing import Checksum
from gitops_action.application.application import Source
from gitops_action.application.fetch_hosts import FetchHosts
from tests.rendering.test_remote_charts import charts, of, server  # noqa: F401 - fixtures
from tests.rendering.test_remote_git import CountingProcess, other  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rendering.conftest import Repository
    from tests.rendering.git_repository import GitRepository
    from tests.rendering.web_server import WebServer


@pytest.fixture
def kept(tmp_path: Path) -> KeptFetches:
    return KeptFetches(CacheStore(tmp_path / "cache", Checksum()))


def run(tmp_path: Path, kept: KeptFetches, process: CountingProcess) -> RemoteSources:
    """Return the sources of one run; each has a folder of its own."""
    fetching = Fetching(hosts=FetchHosts(allow_local=True), environment=dict(os.environ), kept=kept)
    return RemoteSources(fetching, process, folder=str(tmp_path))


def data(repository: Repository, source: Source, sources: RemoteSources) -> list[object]:
    found = repository.render(source, sources=sources)
    assert found.conditions == ()
    return [target.object["data"] for target in found.targets]


def test_a_commit_is_fetched_by_the_first_run_alone_and_its_branch_asked_for_by_each(
    repository: Repository,
    other: GitRepository,  # noqa: F811
    tmp_path: Path,
    kept: KeptFetches,
) -> None:
    source = Source(repo_url=other.url, path="web", target_revision="main")
    first, second, third = CountingProcess(), CountingProcess(), CountingProcess()
    before = data(repository, source, run(tmp_path, kept, first))
    assert data(repository, source, run(tmp_path, kept, second)) == before
    assert (first.reached_out, second.reached_out) == (["ls-remote", "fetch"], ["ls-remote"])

    other.commit({"web/a.yaml": (other.path / "web/a.yaml").read_text().replace("four", "five")})
    assert data(repository, source, run(tmp_path, kept, third)) == [{"is_": "five"}]
    assert third.reached_out == ["ls-remote", "fetch"]


def test_a_pack_that_does_not_hold_the_commit_is_passed_over(
    repository: Repository,
    other: GitRepository,  # noqa: F811
    tmp_path: Path,
    kept: KeptFetches,
) -> None:
    source = Source(repo_url=other.url, path="web", target_revision="main")
    data(
        repository,
        Source(repo_url=other.url, path="web", target_revision="v1.0.0"),
        run(tmp_path, kept, CountingProcess()),
    )
    commits = {tag: other.git("rev-parse", f"{tag}^{{commit}}") for tag in ("v1.0.0", "main")}
    pack = kept.get("commit", commits["v1.0.0"])
    assert pack is not None
    for planted in (pack, b"PACK", b""):
        kept.put("commit", commits["main"], planted)
        process = CountingProcess()
        assert data(repository, source, run(tmp_path, kept, process)) == [{"is_": "four"}]
        assert process.reached_out == ["ls-remote", "fetch"]


def test_a_chart_is_fetched_once_and_its_index_by_each_run(
    repository: Repository,
    charts: WebServer,  # noqa: F811
    tmp_path: Path,
    kept: KeptFetches,
) -> None:
    for _ in range(2):
        data(repository, of(charts, "1.x"), run(tmp_path, kept, CountingProcess()))
    index, chart = "GET /charts/index.yaml", "GET /charts/web-1.1.0.tgz"
    assert charts.asked == [index, chart, index]


def test_what_is_not_what_its_digest_says_is_fetched_again(kept: KeptFetches) -> None:
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    kept.put("chart", digest, b"planted")
    assert kept.of_digest("chart", digest, lambda: b"foo") == b"foo"
    assert kept.of_digest("chart", digest, lambda: b"not asked") == b"foo"


def test_without_a_digest_or_a_store_and_of_what_is_too_large_nothing_is_kept(kept: KeptFetches) -> None:
    for keeper, digest, content in ((KeptFetches(), "a", b"x"), (kept, "", b"x"), (kept, "a", b"x" * (LARGEST + 1))):
        keeper.put("chart", digest, content)
        assert keeper.get("chart", digest) is None
