"""A run's ApplicationSets: what the checkout and the kubeconfig give, and what is said of the rest."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.application import ConditionType
from gitops_action.commands.session import Ports, Session, open_session
from gitops_action.github.events import Event
from gitops_action.inputs import parse
from tests.github_server.checkout import GitRepository, git
from tests.github_server.plugin import JOB_TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Tools
    from tests.github_server.server import GitHubServer

SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: NAME}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: GENERATORS
  template:
    metadata: {name: '{{ .path.basename }}'}
    spec:
      project: default
      source: {repoURL: https://github.com/acme/shop, path: '{{ .path.path }}'}
      destination: {name: in-cluster, namespace: 'SPACE'}
"""
DIRECTORIES = "[{git: {repoURL: 'git@github.com:Acme/shop.git', revision: main, directories: [{path: apps/*}]}}]"
KUBECONFIG = """\
current-context: here
contexts: [{name: here, context: {cluster: a}}, {name: there, context: {cluster: b}}]
clusters: [{name: a, cluster: {server: https://a.example}}, {name: b, cluster: {server: https://b.example}}]
"""


def applicationset(generators: str = DIRECTORIES, *, name: str = "all", namespace: str = "shop") -> str:
    return SET.replace("GENERATORS", generators).replace("NAME", name).replace("SPACE", namespace)


@pytest.fixture
def repository(tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    monkeypatch.setenv("GITOPS_ACTION_TOOLS", str(tools.bin.parent))
    files = {"set.yaml": applicationset(), "apps/a/x.yaml": "a: b", "apps/b/x.yaml": "a: b", ".gitignore": "out"}
    repository = GitRepository.create(tmp_path / "repository", files)
    git(repository.path, "remote", "add", "origin", "https://github.com/acme/shop")
    return repository


def session(
    repository: GitRepository, *names: str, base: str = "", event: Event | None = None, **inputs: str
) -> Session:
    environment = {"HOME": "/nonexistent"}
    ports = Ports(
        process=SubprocessProcess(),
        workflow=connect_workflow(environment, io.StringIO()),
        clock=SystemClock(),
        environment=environment,
    )
    texts = {"working-directory": str(repository.path), **{key.replace("_", "-"): text for key, text in inputs.items()}}
    return open_session(parse(texts), event or Event(name="", verb=""), ports, names, base=base)


def names(found: Session) -> list[str]:
    return [application.name for application in found.applications]


def test_the_directories_of_this_repository_become_applications_like_files_do(repository: GitRepository) -> None:
    (repository.path / "apps/out").mkdir()
    (repository.path / "apps/out/x.yaml").write_text("ignored")
    (repository.path / "apps/new").mkdir()
    (repository.path / "apps/new/x.yaml").write_text("not committed yet")
    found = session(repository)
    assert [(a.name, a.sources[0].path, a.file, a.line) for a in found.applications] == [
        ("a", "apps/a", "set.yaml", 1),
        ("b", "apps/b", "set.yaml", 1),
        ("new", "apps/new", "set.yaml", 1),
    ]
    assert (found.problems, found.notes) == ((), ())
    assert names(session(repository, "set.yaml:b")) == ["b"]


def test_a_set_that_is_wrong_is_a_problem_and_does_not_hold_up_the_others(repository: GitRepository) -> None:
    wrong = applicationset("[{list: {elements: [{a: b}]}}]", name="wrong")
    (repository.path / "wrong.yaml").write_text(wrong)
    found = session(repository)
    assert names(found) == ["a", "b"]
    (problem,) = found.problems
    assert problem.summary.startswith("wrong.yaml:1: ApplicationSet wrong: the template cannot be rendered")
    assert problem.detail == 'Parameters: {"a": "b"}'


@pytest.mark.parametrize(
    ("generators", "says"),
    [
        ("[{pullRequest: {github: {}}}]", "the pullRequest generator needs GitHub and a token. Run it in a workflow"),
        ("[{scmProvider: {}}]", "the scmProvider generator is not supported. Write what it would give"),
        ("[{clusters: {}}]", "the clusters generator needs the kubeconfig: no cluster is configured"),
        ("[]", "its generators give no parameters, so it has no applications"),
    ],
)
def test_what_a_run_cannot_generate_is_a_note(repository: GitRepository, generators: str, says: str) -> None:
    (repository.path / "set.yaml").write_text(applicationset(generators))
    found = session(repository)
    assert (found.applications, found.problems) == ((), ())
    (note,) = found.notes
    assert note.startswith(f"set.yaml:1: ApplicationSet all: {says}")


def test_another_repository_and_revision_is_fetched(repository: GitRepository, tmp_path: Path) -> None:
    other = GitRepository.create(tmp_path / "other", {"apps/old/x.yaml": "a: b"})
    git(other.path, "tag", "v1")
    generators = DIRECTORIES.replace("git@github.com:Acme/shop.git", f"file://{other.path}").replace("main", "v1")
    (repository.path / "set.yaml").write_text(applicationset(generators))
    found = session(repository)
    assert (names(found), found.problems, found.notes) == (["old"], (), ())


def test_a_revision_that_is_not_there_is_a_problem(repository: GitRepository, tmp_path: Path) -> None:
    other = GitRepository.create(tmp_path / "other", {"apps/old/x.yaml": "a: b"})
    generators = DIRECTORIES.replace("git@github.com:Acme/shop.git", f"file://{other.path}").replace("main", "v9")
    (repository.path / "set.yaml").write_text(applicationset(generators))
    found = session(repository)
    assert (found.applications, found.notes) == ((), ())
    (problem,) = found.problems
    assert problem.summary.startswith("set.yaml:1: ApplicationSet all: ")
    assert "v9" in problem.summary


def test_a_change_cannot_name_another_repository_to_generate_from(repository: GitRepository, tmp_path: Path) -> None:
    named = GitRepository.create(tmp_path / "named", {"apps/old/x.yaml": "a: b"})
    evil = GitRepository.create(tmp_path / "evil", {"apps/evil/x.yaml": "a: b"})

    def generators(of: GitRepository) -> str:
        return DIRECTORIES.replace("git@github.com:Acme/shop.git", f"file://{of.path}").replace("main", "HEAD")

    (repository.path / "set.yaml").write_text(applicationset(generators(named)))
    git(repository.path, "commit", "-qam", "Generate from another repository")
    base = git(repository.path, "rev-parse", "HEAD").strip()
    (repository.path / "more.yaml").write_text(applicationset(generators(evil), name="more"))
    git(repository.path, "add", ".")
    git(repository.path, "commit", "-qm", "Generate from a third one")
    head = git(repository.path, "rev-parse", "HEAD").strip()
    found = session(repository, event=Event(name="pull_request", verb="opened", head_sha=head, base_sha=base))
    assert names(found) == ["old"]
    assert list(found.base_applications) == [("argocd", "old")]
    (problem,) = found.problems
    assert "is not among the hosts that a pull request may fetch from" in problem.summary


def test_each_application_of_a_rollout_in_steps_knows_its_own(repository: GitRepository) -> None:
    (repository.path / "set.yaml").write_text(
        f"{applicationset()}  strategy: {{type: RollingSync, rollingSync: {{steps: [{{}}]}}}}\n"
    )
    found = session(repository)
    assert names(found) == ["a", "b"]
    assert [each.rollout and each.rollout.step for each in found.applications] == [0, 0]
    assert found.notes == ()


def test_clusters_are_the_contexts_and_the_current_one_is_the_local_cluster(repository: GitRepository) -> None:
    generators = (
        "[{matrix: {generators: [{clusters: {}}, {list: {elements: [{path: {basename: '{{ .name }}', path: x}}]}}]}}]"
    )
    (repository.path / "set.yaml").write_text(applicationset(generators, namespace="{{ .server }}"))
    found = session(repository, kubeconfig=KUBECONFIG)
    assert [(a.name, a.destination.namespace) for a in found.applications] == [
        ("there", "https://b.example"),
        ("in-cluster", "https://kubernetes.default.svc"),
    ]


def test_a_generated_application_must_not_have_the_name_of_another(repository: GitRepository) -> None:
    (repository.path / "twice.yaml").write_text(applicationset(name="twice"))
    found = session(repository)
    assert [problem.summary for problem in found.problems] == [
        "two Applications are named a: set.yaml:1 and twice.yaml:1",
        "two Applications are named b: set.yaml:1 and twice.yaml:1",
    ]


def test_the_base_generates_from_its_own_files(repository: GitRepository) -> None:
    (repository.path / "set.yaml").write_text(applicationset(namespace="elsewhere"))
    (repository.path / "apps/c").mkdir()
    (repository.path / "apps/c/x.yaml").write_text("new in this change")
    found = session(repository, base="HEAD")
    assert sorted(name for _, name in found.base_applications) == ["a", "b"]
    moves = {
        a.name: [c.message for c in a.conditions if c.type is ConditionType.DANGER_WARNING] for a in found.applications
    }
    moved = "this change moves the destination from in-cluster/shop to in-cluster/elsewhere"
    assert moves == {"a": [moved], "b": [moved], "c": []}


def test_the_inputs_application_stands_alone(repository: GitRepository) -> None:
    assert names(session(repository, name="web", path="apps/a", namespace="shop")) == ["web"]


PULLS = "[{pullRequest: {github: {owner: octo-org, repo: shop}, filters: [{branchMatch: ^preview}]}}]"


def previews(repository: GitRepository, github: GitHubServer, generators: str = PULLS) -> Session:
    """Open the session of a push, with a set that makes an application for each pull request."""
    text = applicationset(generators).replace("{{ .path.basename }}", "pr-{{ .number }}")
    (repository.path / "set.yaml").write_text(text.replace("{{ .path.path }}", "apps/a"))
    event = Event(
        name="push", verb="sync", repository="octo-org/shop", api_url=github.url, server_url="https://github.com"
    )
    return session(repository, event=event, github_token=JOB_TOKEN)


def test_each_open_pull_request_of_the_repository_is_an_application_but_those_of_forks(
    repository: GitRepository, github_server: GitHubServer
) -> None:
    for branch, fork in (("preview-a", ""), ("other", ""), ("preview-b", "somebody/shop"), ("preview-c", "")):
        github_server.state.add_pull(head_ref=branch, head_repository=fork)
    found = previews(repository, github_server)
    assert (names(found), found.problems) == (["pr-1", "pr-4"], ())


@pytest.mark.parametrize(
    ("generator", "says"),
    [
        ("gitlab: {project: shop}", "the pullRequest generator of gitlab is not supported"),
        ("github: {owner: acme, repo: shop}", "names acme/shop, which the job's token does not open"),
        (
            "github: {owner: octo-org, repo: shop, api: 'https://ghe.example'}",
            "names another server, https://ghe.example",
        ),
    ],
)
def test_a_generator_of_pull_requests_elsewhere_says_so(
    repository: GitRepository, github_server: GitHubServer, generator: str, says: str
) -> None:
    found = previews(repository, github_server, f"[{{pullRequest: {{{generator}}}}}]")
    assert names(found) == []
    assert says in "\n".join(found.notes)
    assert github_server.requests == []


def test_github_in_trouble_is_a_problem_of_the_set_alone(
    repository: GitRepository, github_server: GitHubServer
) -> None:
    found = previews(repository, github_server, PULLS.replace("repo: shop", "repo: nowhere"))
    assert names(found) == []
    assert "cannot list the open pull requests: not found" in str(found.problems[0])
