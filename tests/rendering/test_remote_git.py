"""Sources of other Git repositories and revisions, fetched by the real git (RND-1 to RND-7, RND-19)."""

from __future__ import annotations

import gc
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.git_remote import Limits
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.remote_sources import Fetching, RemoteSources
from gitops_action.application.application import Application, Destination, HelmSource, Source
from gitops_action.application.fetch_hosts import FetchHosts
from gitops_action.errors import ApplicationError
from gitops_action.rendering.sources import is_checkout, resolve
from tests.rendering.conftest import REVISION, config_map
from tests.rendering.git_repository import GitRepository

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.ports import Command, Completed
    from tests.rendering.conftest import Repository

HERE = "https://github.com/acme/shop"
CHART = {"chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"}


class CountingProcess(SubprocessProcess):
    """The real one; it also remembers which of git's commands reached out."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def run(self, command: Command) -> Completed:
        self.commands.append(command)
        return super().run(command)

    @property
    def reached_out(self) -> list[str]:
        words = (word for command in self.commands for word in command.argv[3:4])
        return [word for word in words if word in ("ls-remote", "fetch")]


@pytest.fixture
def process() -> CountingProcess:
    return CountingProcess()


@pytest.fixture
def other(tmp_path: Path) -> GitRepository:
    """Another repository: ``a`` is one, two, three by its tags, and four on the branch main."""
    made = GitRepository.at(tmp_path / "other")
    made.commit({"web/a.yaml": config_map("a", is_="one"), "env/prod.yaml": "v: one\n"}, tag="v1.0.0")
    made.commit({"web/a.yaml": config_map("a", is_="two"), "env/prod.yaml": "v: two\n"}, annotated="v1.1.0")
    made.commit({"web/a.yaml": config_map("a", is_="three")}, tag="v2.0.0-rc.1")
    made.commit({"web/a.yaml": config_map("a", is_="four"), "env/prod.yaml": "v: four\n"})
    return made


@pytest.fixture
def sources(process: CountingProcess, tmp_path: Path) -> RemoteSources:
    return RemoteSources(Fetching(environment=dict(os.environ)), process, folder=str(tmp_path))


def rendered(repository: Repository, sources: RemoteSources, *of: Source, **changes: Any) -> list[Any]:
    found = repository.render(*of, sources=sources, **changes)
    assert found.conditions == ()
    return [(target.name, target.object.get("data")) for target in found.targets]


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("", "four"),
        ("HEAD", "four"),
        ("main", "four"),
        ("refs/heads/main", "four"),
        ("v1.0.0", "one"),
        ("v1.1.0", "two"),
        ("v1.*", "two"),
        (">=1", "two"),
        ("*", "two"),
        (">=1-0", "three"),
    ],
)
def test_rnd_2_3_5_a_revision_is_a_branch_a_tag_or_a_constraint(
    repository: Repository, sources: RemoteSources, other: GitRepository, revision: str, expected: str
) -> None:
    source = Source(repo_url=other.url, path="web", target_revision=revision)
    assert rendered(repository, sources, source) == [("a", {"is_": expected})]


def test_rnd_1_6_a_revision_is_a_commit_whole_or_abbreviated(
    repository: Repository, sources: RemoteSources, other: GitRepository, process: CountingProcess
) -> None:
    commit = other.git("rev-parse", "v1.0.0")
    for revision in (commit, commit[:9]):
        source = Source(repo_url=other.url, path="web", target_revision=revision)
        found = repository.render(source, sources=sources)
        assert (found.targets[0].object["data"], found.revisions) == ({"is_": "one"}, (commit,))
    assert process.reached_out == ["fetch", "ls-remote", "fetch"]


def test_rnd_7_the_revision_reported_is_the_commit_not_the_tag_object(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    found = repository.render(Source(repo_url=other.url, path="web", target_revision="v1.1.0"), sources=sources)

    assert found.revisions == (other.git("rev-parse", "v1.1.0^{commit}"),)


def test_rnd_4_a_prefix_chooses_among_the_tags(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    other.git("tag", "prod/v1.0.1", "v1.0.0")
    source = Source(repo_url=other.url, path="web", target_revision="1.x", tag_prefix="prod/")
    assert rendered(repository, sources, source) == [("a", {"is_": "one"})]


def test_this_repository_at_another_revision_is_fetched_too(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    repository.write({"web/a.yaml": config_map("a", is_="checkout")})
    here = {"remotes": (other.url,), "tracked_revisions": frozenset({"main"})}

    assert rendered(repository, sources, Source(repo_url=other.url, path="web", target_revision="main"), **here) == [
        ("a", {"is_": "checkout"})
    ]
    assert rendered(repository, sources, Source(repo_url=other.url, path="web", target_revision="v1.0.0"), **here) == [
        ("a", {"is_": "one"})
    ]


def test_each_repository_is_asked_once_and_fetched_from_once_whoever_needs_it(
    repository: Repository, sources: RemoteSources, other: GitRepository, process: CountingProcess
) -> None:
    of = [Source(repo_url=other.url, path="web", target_revision=each) for each in ("main", "v1.0.0", "v1.*")]
    applications = [
        Application(name=f"app-{number}", sources=(source,), destination=Destination(namespace="shop"))
        for number, source in enumerate(of * 4)
    ]
    sources.expect(applications, lambda _: False)

    with ThreadPoolExecutor(6) as workers:
        found = list(workers.map(lambda app: rendered(repository, sources, *app.sources), applications))

    assert [each[0][1]["is_"] for each in found] == ["four", "one", "two"] * 4
    assert process.reached_out == ["ls-remote", "fetch"]


def test_a_tag_that_moves_during_the_run_stays_what_it_was(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    source = Source(repo_url=other.url, path="web", target_revision="v1.0.0")
    before = sources.resolve(source, "default")

    other.git("tag", "--force", "v1.0.0", "main")

    assert sources.resolve(source, "default") == before
    assert rendered(repository, sources, source) == [("a", {"is_": "one"})]


@pytest.mark.parametrize(
    ("revision", "offered"),
    [("gone", "its highest versions are v2.0.0-rc.1, v1.1.0, v1.0.0"), ("9.x", "its highest versions are")],
)
def test_a_revision_that_is_not_there_is_an_error_that_offers_what_is(
    repository: Repository, sources: RemoteSources, other: GitRepository, revision: str, offered: str
) -> None:
    source = Source(repo_url=other.url, path="web", target_revision=revision)
    refusal = repository.refusal(source, sources=sources)

    assert refusal.summary.startswith(f"unable to resolve '{revision}' to a commit SHA: {other.url} has no such")
    assert offered in refusal.summary


@pytest.mark.parametrize("revision", ["0123456789" * 4, "0123456789"])
def test_a_commit_that_is_not_there_is_an_error(
    repository: Repository, sources: RemoteSources, other: GitRepository, revision: str
) -> None:
    refusal = repository.refusal(Source(repo_url=other.url, path="web", target_revision=revision), sources=sources)

    assert revision in refusal.summary
    assert "has no commit" in refusal.summary
    working = Source(repo_url=other.url, path="web", target_revision="main")
    assert rendered(repository, sources, working) == [("a", {"is_": "four"})]


def test_a_repository_that_is_not_there_is_named_and_asked_once(
    repository: Repository, sources: RemoteSources, process: CountingProcess, tmp_path: Path
) -> None:
    source = Source(repo_url=f"file://{tmp_path}/nowhere", path="web", target_revision="main")
    for _ in range(2):
        assert repository.refusal(source, sources=sources).summary == f"file://{tmp_path}/nowhere cannot be fetched"
    assert process.reached_out == ["ls-remote"]


def test_rnd_19_values_come_from_another_repository(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    repository.write({**CHART, "chart/templates/c.yaml": config_map("c", v="{{ .Values.v }}", f="{{ .Values.f }}")})
    chart = Source(
        repo_url=HERE,
        path="chart",
        helm=HelmSource(value_files=("$values/env/prod.yaml",)),
    )
    values = Source(repo_url=other.url, target_revision="v1.1.0", ref="values")

    found = repository.render(chart, values, sources=sources, remotes=(HERE,))

    assert found.targets[0].object["data"]["v"] == "two"
    assert found.revisions == (REVISION, other.git("rev-parse", "v1.1.0^{commit}"))
    assert (
        found.commands[0]
        == "cd chart && helm template web . --namespace shop --values $values/env/prod.yaml --include-crds"
    )


@pytest.mark.parametrize("entry", ["$values/../../etc/passwd", "$values/out.yaml", "$values/"])
def test_rnd_14_19_a_value_file_outside_of_its_repository_is_refused(
    repository: Repository, sources: RemoteSources, other: GitRepository, entry: str
) -> None:
    repository.write({**CHART, "chart/templates/c.yaml": config_map("c")})
    (other.path / "out.yaml").symlink_to("/etc/passwd")
    other.commit({})
    chart = Source(repo_url=HERE, path="chart", helm=HelmSource(value_files=(entry,)))

    refusal = repository.refusal(chart, Source(repo_url=other.url, ref="values"), sources=sources, remotes=(HERE,))
    assert "outside repository root" in refusal.summary


def test_a_missing_value_file_of_another_repository_is_named(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    repository.write({**CHART, "chart/templates/c.yaml": config_map("c")})
    chart = Source(repo_url=HERE, path="chart", helm=HelmSource(value_files=("$values/env/gone.yaml",)))

    refusal = repository.refusal(chart, Source(repo_url=other.url, ref="values"), sources=sources, remotes=(HERE,))

    assert "$values/env/gone.yaml: no such file or directory" in refusal.summary


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (
            (Source(ref="x", target_revision="v1.0.0"), Source(ref="y", target_revision="v1.1.0")),
            "cannot reference a different revision of the same repository",
        ),
        (
            (Source(ref="x", chart="redis", target_revision="1.0.0"),),
            "ref x names a chart, and values are taken from Git repositories only",
        ),
        ((), "source referenced \"$x\", but no source has a 'ref' field defined"),
    ],
)
def test_rnd_19_what_a_reference_cannot_be(
    repository: Repository,
    sources: RemoteSources,
    other: GitRepository,
    references: tuple[Source, ...],
    message: str,
) -> None:
    repository.write({**CHART, "chart/templates/c.yaml": config_map("c")})
    chart = Source(repo_url=HERE, path="chart", helm=HelmSource(value_files=("$x/a.yaml",)))
    named = [replace(each, repo_url=other.url) for each in references]

    refusal = repository.refusal(chart, *named, sources=sources, remotes=(HERE,))

    assert message in refusal.summary


def test_rnd_9_a_repository_with_a_link_out_of_it_is_refused(
    repository: Repository, sources: RemoteSources, other: GitRepository
) -> None:
    (other.path / "out").symlink_to("/etc")
    other.commit({})
    refusal = repository.refusal(Source(repo_url=other.url, path="web"), sources=sources)
    assert refusal.summary == "repository contains out-of-bounds symlinks. file: out"


def test_a_submodule_is_named_and_not_fetched(
    repository: Repository, sources: RemoteSources, other: GitRepository, tmp_path: Path
) -> None:
    module = GitRepository.at(tmp_path / "module")
    module.commit({"a.yaml": config_map("a")})
    other.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module.url, "web/module")
    other.commit({})
    refusal = repository.refusal(Source(repo_url=other.url, path="web"), sources=sources)
    assert (refusal.summary, refusal.remedy) == (
        "the submodule web/module is not fetched",
        "Give the submodule's repository its own source.",
    )


def test_no_hook_and_no_configuration_of_the_user_counts(
    repository: Repository,
    sources: RemoteSources,
    other: GitRepository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = tmp_path / "trap"
    for hook in ("post-checkout", "reference-transaction", "upload-pack"):
        path = tmp_path / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {trap}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (tmp_path / ".gitconfig").write_text(
        f'[core]\nhooksPath={tmp_path}/hooks\n[url "file:///elsewhere/"]\ninsteadOf=file://\n'
        f'[filter "x"]\nsmudge=touch {trap}\n'
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    other.commit({".gitattributes": "* filter=x\n"})

    assert rendered(repository, sources, Source(repo_url=other.url, path="web")) == [("a", {"is_": "four"})]
    assert not trap.exists()


def test_a_repository_that_hangs_is_stopped_and_named(
    repository: Repository, tmp_path: Path, silent_server: str, process: CountingProcess
) -> None:
    fetching = Fetching(hosts=FetchHosts(allow_local=True), limits=Limits(refs=0.3))
    sources = RemoteSources(fetching, process, folder=str(tmp_path))
    source = Source(repo_url=f"{silent_server}/team/app.git", path="web", target_revision="main")
    for _ in range(2):
        refusal = repository.refusal(source, sources=sources)
        assert refusal.summary == f"{silent_server}/team/app.git did not answer within 0.3 s"
    assert process.reached_out == ["ls-remote"]


def test_what_all_revisions_mean_is_known_without_their_files(
    repository: Repository, sources: RemoteSources, other: GitRepository, process: CountingProcess
) -> None:
    context = repository.context(sources=sources)
    wanted = (
        Source(path="chart", helm=HelmSource(value_files=("$v/a.yaml",))),
        Source(repo_url=other.url, target_revision="v1.*", ref="v"),
    )
    assert [(is_checkout(each, context), resolve(each, "default", context).revision) for each in wanted] == [
        (True, REVISION),
        (False, other.git("rev-parse", "v1.1.0^{commit}")),
    ]
    assert process.reached_out == ["ls-remote"]


def test_what_was_fetched_is_gone_when_the_run_ends(other: GitRepository, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    sources = RemoteSources(Fetching(), SubprocessProcess(), folder=str(place))
    tree = sources.tree(Source(repo_url=other.url, path="web"), "default")
    assert os.path.exists(tree.checkout.root)  # noqa: PTH110  # it is a text

    del sources
    gc.collect()

    assert list(place.iterdir()) == []


def test_what_is_not_a_url_is_not_given_to_git(repository: Repository, sources: RemoteSources) -> None:
    for url in ("ext::sh -c touch% /tmp/x", "--upload-pack=x", "git://example.org/x", "ftp://example.org/x"):
        with pytest.raises(ApplicationError):
            repository.render(Source(repo_url=url, path="."), sources=sources)
