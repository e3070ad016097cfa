"""What a run may fetch and how: wired from inputs and event, over a real checkout and a real other repository."""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import TerminalWorkflow
from gitops_action.application.application import Application, Source
from gitops_action.application.fetch_hosts import FetchHosts
from gitops_action.cli import main
from gitops_action.commands.attribute import attribute_all
from gitops_action.commands.evaluate import evaluate_all, findings
from gitops_action.commands.session import Ports, open_session
from gitops_action.commands.sources import fetch_hosts
from gitops_action.errors import ExitCode, UsageError
from gitops_action.github.events import Event
from gitops_action.inputs import Inputs
from tests.rendering.conftest import config_map
from tests.rendering.git_repository import GitRepository

if TYPE_CHECKING:
    from pathlib import Path

REVIEW = Event(name="pull_request", verb="diff", repository="acme/shop", server_url="https://github.example")
PUSH = replace(REVIEW, name="push", verb="sync")
BASE = [
    Application(name="a", sources=(Source(repo_url="https://charts.example", chart="x", target_revision="1.0.0"),)),
    Application(name="b", sources=(Source(repo_url="git@git.example:a/b.git", path="."),)),
]


def test_a_review_fetches_from_hosts_of_the_base_and_the_input_alone() -> None:
    inputs = Inputs(allowed_hosts=("registry.example:5000",))
    assert fetch_hosts(inputs, REVIEW, BASE) == FetchHosts(
        allowed=frozenset({"charts.example", "git.example", "registry.example:5000"})
    )
    assert fetch_hosts(Inputs(), REVIEW, []) == FetchHosts(allowed=frozenset())


def test_what_reviews_nothing_fetches_from_everywhere_but_the_machine() -> None:
    assert fetch_hosts(Inputs(), PUSH, BASE) == FetchHosts()
    assert fetch_hosts(Inputs(allow_local_hosts=True), PUSH, BASE) == FetchHosts(allow_local=True)


def application(url: str, revision: str, name: str = "web") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}}}
        spec:
          source: {{repoURL: "{url}", path: web, targetRevision: "{revision}"}}
          destination: {{namespace: shop}}
        """


@pytest.fixture
def other(tmp_path: Path) -> GitRepository:
    made = GitRepository.at(tmp_path / "other")
    made.commit({"web/a.yaml": config_map("a", is_="one")}, tag="v1.0.0")
    made.commit({"web/a.yaml": config_map("a", is_="two")}, tag="v2.0.0")
    return made


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    made = GitRepository.at(tmp_path / "checkout")
    monkeypatch.chdir(made.path)
    return made


def test_render_fetches_what_an_application_names(
    checkout: GitRepository, other: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.commit({"app.yaml": application(other.url, "1.x")})

    assert main(["render", "--no-cluster"]) == ExitCode.OK

    assert "is_: one" in capsys.readouterr().out


def test_a_change_cannot_name_another_repository_to_fetch_from(
    checkout: GitRepository, other: GitRepository, tmp_path: Path
) -> None:
    base = checkout.commit({"app.yaml": application(other.url, "1.x")})
    evil = GitRepository.at(tmp_path / "evil")
    evil.commit({"web/a.yaml": config_map("evil")})
    head = checkout.commit(
        {"app.yaml": application(other.url, "2.x"), "new.yaml": application(evil.url, "main", name="new")}
    )
    event = replace(REVIEW, head_sha=head, base_sha=base)
    session = open_session(Inputs(github_token=""), event, ports())

    found = {each.application.name: each for each in evaluate_all(session, None, lambda _: None, str(tmp_path))}

    web = found["web"].rendered
    assert web is not None
    assert [target.object["data"] for target in web.targets] == [{"is_": "two"}]
    assert findings(found["web"], session).sources == (f"{other.url}@{other.git('rev-parse', 'v2.0.0')}",)
    assert str(found["new"].error).startswith(f"{evil.url} is not among the hosts that a pull request may fetch from")
    assert attribute_all(list(found.values()), session, str(tmp_path)).notes == ()


_PLUGIN = """
    apiVersion: argoproj.io/v1alpha1
    kind: ConfigManagementPlugin
    metadata: {{name: own}}
    spec:
      generate: {{command: [echo], args: ['{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}']}}
    """
_CALLS = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web}
    spec:
      source: {repoURL: "", path: web, plugin: {name: own}}
      destination: {namespace: shop}
    """


def test_a_change_cannot_say_what_a_plugin_runs(checkout: GitRepository, tmp_path: Path) -> None:
    files = {"app.yaml": _CALLS, "web/x.txt": "", "plugin.yaml": _PLUGIN.format(name="from-base")}
    base = checkout.commit(files)
    head = checkout.commit({"plugin.yaml": _PLUGIN.format(name="from-head")})
    event = replace(REVIEW, head_sha=head, base_sha=base)

    found = {}
    for name, woke, plugins in (
        ("review", event, ("own=plugin.yaml",)),
        ("push", PUSH, ("own=plugin.yaml",)),
        ("none", PUSH, ()),
    ):
        session = open_session(Inputs(allow_plugins=plugins), woke, ports())
        rendered = evaluate_all(session, None, lambda _: None, str(tmp_path))[0].rendered
        assert rendered is not None
        found[name] = [target.name for target in rendered.targets]

    assert found == {"review": ["from-base"], "push": ["from-head"], "none": []}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("own", "input allow-plugins: 'own' has no file"),
        ("own=gone.yaml", "input allow-plugins: gone.yaml is not in the checkout"),
        ("own=../outside.yaml", "input allow-plugins: ../outside.yaml is not in the checkout"),
        ("other=plugin.yaml", "input allow-plugins: plugin.yaml describes own, not other"),
        ("own=app.yaml", "app.yaml:1: kind is not ConfigManagementPlugin"),
    ],
)
def test_an_input_that_names_no_plugin_is_an_error(
    checkout: GitRepository, tmp_path: Path, entry: str, message: str
) -> None:
    (tmp_path / "outside.yaml").write_text("x")
    checkout.commit({"app.yaml": _CALLS, "plugin.yaml": _PLUGIN.format(name="x")})
    with pytest.raises(UsageError, match=re.escape(message)):
        open_session(Inputs(allow_plugins=(entry,)), PUSH, ports())


def ports() -> Ports:
    environment = {name: os.environ[name] for name in ("PATH", "HOME")}
    return Ports(
        process=SubprocessProcess(),
        workflow=TerminalWorkflow(io.StringIO()),
        clock=SystemClock(),
        environment=environment,
    )
