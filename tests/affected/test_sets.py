"""ApplicationSets: an application counts when the change generates it differently, whatever the generator reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.cli import main
from gitops_action.commands.affected import as_text
from tests.affected.test_command import Repository

if TYPE_CHECKING:
    from pathlib import Path

_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec:
  goTemplate: false
  generators:
    - git: {repoURL: https://github.com/acme/shop, revision: HEAD, files: [{path: clusters/*.json}]}
  template:
    metadata: {name: '{{name}}'}
    spec:
      source: {repoURL: https://github.com/acme/shop, path: 'deploy/{{folder}}'}
      destination: {namespace: '{{namespace}}'}
"""
_DIFFERENT = "sets/all.yaml (its ApplicationSet generates it differently)"


def _cluster(name: str, *, folder: str = "web", namespace: str = "shop") -> str:
    return f'{{"name": "{name}", "folder": "{folder}", "namespace": "{namespace}"}}'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit(
        {
            "apps/web.yaml": None,
            "apps/db.yaml": None,
            "sets/all.yaml": _SET,
            "clusters/a.json": _cluster("a"),
            "clusters/b.json": _cluster("b", folder="db"),
        }
    )
    return made


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        ({"clusters/b.json": _cluster("b", folder="db", namespace="new")}, f"b: {_DIFFERENT}\n"),
        ({"clusters/c.json": _cluster("c")}, f"c: {_DIFFERENT}\n"),
        ({"clusters/b.json": None}, "no application is affected\n"),
        ({"deploy/db/a.yaml": "a: 2\n"}, "b: deploy/db/a.yaml (a manifest of deploy/db)\n"),
        ({"sets/all.yaml": f"# a comment\n{_SET}"}, "no application is affected\n"),
        ({"sets/all.yaml": f"{_SET}      project: team\n"}, f"a: {_DIFFERENT}\nb: {_DIFFERENT}\n"),
    ],
)
def test_both_ends_are_generated_and_compared(repository: Repository, edit: dict[str, str | None], text: str) -> None:
    repository.commit(edit)

    assert as_text(repository.affected()) == text


def test_a_set_that_was_not_there_generates_anew_all_that_it_generates(repository: Repository) -> None:
    repository.git("mv", "sets/all.yaml", "sets/new.yaml")
    repository.commit({})

    text = "sets/new.yaml (its ApplicationSet generates it differently)"
    assert as_text(repository.affected()) == f"a: {text}\nb: {text}\n"


def test_a_set_that_cannot_be_generated_here_is_told(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"sets/all.yaml": _SET.replace("acme/shop, revision", "acme/other, revision")})

    assert main(["affected", "--working-directory", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert shown.out == "no application is affected\n"
    assert "note: " in shown.err
    assert "needs https://github.com/acme/other at HEAD, which is not at hand" in shown.err
