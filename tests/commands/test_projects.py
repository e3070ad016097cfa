"""Which AppProjects a run goes by: those of the whole repository, and of a proposed change's base."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main
from tests.commands.test_base import Shop, conditions, shop
from tests.e2e.scene import application

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["shop"]

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
WEB = application("web", "shop", revision="HEAD").replace("project: default", "project: team")
ANYWHERE = '{server: "*", namespace: "*"}'
DENIED = "application destination server 'https://kubernetes.default.svc' and namespace 'shop' do not match any of"


def project(destination: str, name: str = "team") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {{name: {name}}}\n"
        f'spec: {{sourceRepos: ["*"], destinations: [{destination}]}}\n'
    )


@pytest.fixture
def diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str], Any]]:
    """Return what renders these files and tells exit code, conditions and report."""
    monkeypatch.chdir(tmp_path)

    here = re.sub('repoURL: "[^"]*"', f'repoURL: "file://{tmp_path}"', WEB)

    def run(*flags: str, **files: str) -> tuple[int, list[str], Any]:
        for name, text in {"web/settings.yaml": CONFIG, "apps/web.yaml": here}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / name).write_text(text)
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        code = main(["diff", "--no-cluster", "--output", "json", *flags])
        report = json.loads(capsys.readouterr().out)
        [web] = report["applications"]
        return code, [each["message"] for each in web["conditions"]], report

    return run


def test_a_project_permits_and_forbids_before_anything_is_rendered(diff: Callable[..., Any]) -> None:
    assert diff(team=project(ANYWHERE))[:2] == (0, [])
    code, said, report = diff(team=project('{server: "*", namespace: prod}'))
    assert (code, said[0].startswith(DENIED), len(said)) == (2, True, 1)
    assert report["applications"][0]["sync_status"] == "Unknown"  # SST-12
    assert diff(team="")[:2] == (2, ["Application referencing project team which does not exist"])


def test_projects_are_found_outside_the_files_that_input_applications_names(diff: Callable[..., Any]) -> None:
    assert diff("--applications", "apps/*.yaml", team=project(ANYWHERE))[:2] == (0, [])
    code, said, _ = diff("--applications", "apps/*.yaml", team=project('{server: "*", namespace: prod}'))
    assert (code, len(said)) == (2, 1)


def test_a_project_that_is_not_valid_is_told_once(diff: Callable[..., Any]) -> None:
    message = "team.yaml:1: AppProject team is not valid: server has an invalid format, '!*'"
    code, said, report = diff(team=project('{server: "!*", namespace: "*"}'))
    assert (code, said) == (2, [message])
    assert len([each for each in report["problems"] if message in each]) == 1


def test_a_change_is_judged_by_the_projects_of_its_base(shop: Shop) -> None:
    shop.write({"apps/web.yaml": WEB, "team.yaml": project('{server: "*", namespace: prod}')})

    session = shop.review({"team.yaml": project(ANYWHERE)})

    assert session.notes == ("this change also edits AppProject team; that takes effect after the merge",)
    assert session.projects.valid["team"].destinations[0].namespace == "prod"


def test_a_project_that_the_change_adds_is_a_danger_and_does_not_free_from_the_former_one(shop: Shop) -> None:
    strict = project(ANYWHERE, "strict").replace('sourceRepos: ["*"]', "sourceRepos: []")
    shop.write({"apps/web.yaml": WEB.replace("team", "strict"), "strict.yaml": strict})

    session = shop.review({"apps/web.yaml": WEB, "team.yaml": project(ANYWHERE)})

    assert session.notes == ("danger: this change adds AppProject team: look at what it permits",)
    assert [message for message in conditions(session) if "is not permitted in project" in message] == [
        message for message in conditions(session) if message.endswith("in project 'strict'")
    ]
    assert conditions(session)[-1].endswith("is not permitted in project 'strict'")
