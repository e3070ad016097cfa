"""The verb, on small repositories: what it compares, what it prints, what it ends with."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.cli import main
from gitops_action.commands.affected import Outcome, as_json, as_matrix, as_text, find_affected
from gitops_action.errors import UsageError
from gitops_action.inputs import parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _app(name: str, *, project: str = "default") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\n"
        f"spec: {{project: {project}, source: {{repoURL: https://github.com/acme/shop, path: deploy/{name}}}}}\n"
    )


_SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {a: b}\n"
_PROJECT = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team}\n"
_FILES = {
    "apps/web.yaml": _app("web"),
    "apps/db.yaml": _app("db", project="team"),
    "argocd/settings.yaml": _SETTINGS,
    "argocd/project.yaml": _PROJECT,
    "deploy/web/a.yaml": "a: 1\n",
    "deploy/db/a.yaml": "a: 1\n",
    "charts/argo/Chart.yaml": "name: argo\n",
    "charts/argo/templates/cm.yaml": _SETTINGS,
    "README.md": "",
}


class Repository:
    """A checkout of one commit."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "git@github.com:acme/shop.git")
        self.commit(_FILES)

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            file = self.place / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)

    def commit(self, files: Mapping[str, str | None]) -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message=x")
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=self.place, check=True, capture_output=True, text=True).stdout.strip()

    def affected(
        self, *, base: str = "", head: str = "", environment: Mapping[str, str] | None = None, **inputs: str
    ) -> Outcome:
        texts = {"working-directory": str(self.place), **inputs}
        return find_affected(parse(texts), SubprocessProcess(), environment or {}, base=base, head=head)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_without_a_base_the_first_parent_is_compared_with_the_work_tree(repository: Repository) -> None:
    repository.commit({"deploy/web/a.yaml": "a: 2\n"})
    repository.write({"deploy/db/new.yaml": "untracked: 1\n", "deploy/web/a.yaml": "a: 3\n"})

    assert as_text(repository.affected()) == (
        "db: deploy/db/new.yaml (a manifest of deploy/db)\nweb: deploy/web/a.yaml (a manifest of deploy/web)\n"
    )


def test_with_a_head_dirty_files_do_not_count(repository: Repository) -> None:
    repository.commit({"deploy/web/a.yaml": "a: 2\n"})
    repository.write({"deploy/db/a.yaml": "a: 3\n"})

    outcome = repository.affected(base="HEAD^", head="main")

    assert as_text(outcome) == "web: deploy/web/a.yaml (a manifest of deploy/web)\n"
    assert outcome.head == repository.git("rev-parse", "HEAD")


def test_a_head_that_is_not_checked_out_is_refused(repository: Repository) -> None:
    repository.commit({"README.md": "more"})

    with pytest.raises(UsageError, match=r"--head HEAD\^ is not the commit that is checked out"):
        repository.affected(head="HEAD^")


def test_a_push_begins_where_its_event_says(repository: Repository, tmp_path: Path) -> None:
    before = repository.git("rev-parse", "HEAD")
    repository.commit({"deploy/web/a.yaml": "a: 2\n"})
    repository.commit({"deploy/db/a.yaml": "a: 2\n"})
    payload = tmp_path / ".git" / "event.json"
    environment = {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(payload)}

    payload.write_text(json.dumps({"before": before}))
    assert [each.application.name for each in repository.affected(environment=environment).found] == ["db", "web"]

    payload.write_text(json.dumps({"before": "0" * 40}))  # the branch is new
    assert as_text(repository.affected(environment=environment)) == (
        "db: there is no commit to compare with\nweb: there is no commit to compare with\n"
    )


def test_a_pull_request_whose_head_is_checked_out_begins_at_its_base(repository: Repository, tmp_path: Path) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.commit({"deploy/web/a.yaml": "a: 2\n"})
    head = repository.commit({"deploy/db/a.yaml": "a: 2\n"})
    payload = tmp_path / ".git" / "event.json"
    environment = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(payload)}

    payload.write_text(json.dumps({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}))
    assert [each.application.name for each in repository.affected(environment=environment).found] == ["db", "web"]

    repository.git("checkout", "--quiet", base)
    repository.git("-c", "user.name=a", "-c", "user.email=a@b", "merge", "--quiet", "--no-ff", "--message=m", head)
    assert repository.affected(environment=environment).base == base


def test_the_first_commit_of_all_touches_everything(repository: Repository) -> None:
    assert len(repository.affected().found) == 2


def test_a_commit_that_a_shallow_checkout_lacks_is_an_error_with_the_remedy(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"README.md": "more"})
    repository.git("clone", "--quiet", "--depth=1", f"file://{tmp_path}", "shallow")

    with pytest.raises(UsageError, match="fetch-depth: 0"):
        find_affected(parse({"working-directory": str(tmp_path / "shallow")}), SubprocessProcess(), {})


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        ({"README.md": "x", "charts/argo/templates/cm.yaml": f"{_SETTINGS}#"}, "no application is affected\n"),
        ({"apps/web.yaml": _app("web", project="team")}, "web: apps/web.yaml (its Application)\n"),
        ({"apps/web.yaml": "# only a comment\n" + _app("web")}, "no application is affected\n"),
        ({"argocd/project.yaml": None}, "db: argocd/project.yaml (its AppProject team)\n"),
        (
            {"argocd/settings.yaml": None},
            "db: argocd/settings.yaml (Argo CD's settings)\nweb: argocd/settings.yaml (Argo CD's settings)\n",
        ),
        (
            {"deploy/web/b.yaml": "", "deploy/web/c.yaml": "", "deploy/web/d.yaml": ""},
            (
                "web: deploy/web/b.yaml (a manifest of deploy/web), deploy/web/c.yaml (a manifest of deploy/web),"
                " and 1 more\n"
            ),
        ),
    ],
)
def test_documents_of_argo_cd_count_as_what_they_are(
    repository: Repository, edit: dict[str, str | None], text: str
) -> None:
    repository.commit(edit)

    assert as_text(repository.affected()) == text


def test_settings_of_another_file_than_the_named_one_do_not_count(repository: Repository) -> None:
    repository.commit({"argocd/settings.yaml": _SETTINGS.replace("b}", "c}")})

    assert len(repository.affected(settings="argocd/settings.yaml").found) == 2
    assert repository.affected(settings="argocd/other.yaml").found == ()


def test_a_link_out_of_the_repository_touches_everything_when_it_comes_and_when_it_goes(
    repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "out").symlink_to("../elsewhere")
    repository.commit({})
    assert as_text(repository.affected()).splitlines()[0] == "db: out (a link that leads out of the repository)"

    repository.commit({"out": None})
    assert as_text(repository.affected()).splitlines()[1] == "web: out (a link that leads out of the repository)"


def test_a_name_with_a_line_break_or_without_unicode_stays_in_its_line(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "deploy/web/a\n::error::b.yaml").touch()
    (tmp_path / os.fsdecode(b"deploy/db/\xff.yaml")).touch()

    outcome = repository.affected(base="HEAD")

    assert as_text(outcome).splitlines() == [
        r"db: deploy/db/\udcff.yaml (a manifest of deploy/db)",
        r"web: deploy/web/a\n::error::b.yaml (a manifest of deploy/web)",
    ]
    assert r'"path": "deploy/db/\udcff.yaml"' in as_json(outcome)


def test_a_plain_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a Git checkout"):
        find_affected(parse({"working-directory": str(tmp_path)}), SubprocessProcess(), {})


def test_the_command_line_prints_text_json_or_a_matrix(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = repository.git("rev-parse", "HEAD")
    head = repository.commit({"deploy/web/a.yaml": "a: 2\n"})
    flags = ["affected", "--working-directory", str(tmp_path), "--base", base, "--head", head]

    assert main([*flags, "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "base": base,
        "head": head,
        "applications": [
            {
                "name": "web",
                "namespace": "argocd",
                "file": "apps/web.yaml",
                "reasons": [{"path": "deploy/web/a.yaml", "why": "a manifest of deploy/web"}],
            }
        ],
    }
    assert main([*flags, "--shards", "3"]) == 0
    assert capsys.readouterr().out == '{"include":[{"shard":1,"applications":"web","count":1}]}\n'
    assert as_matrix(repository.affected(base="HEAD"), 3) == '{"include":[]}'


def test_a_file_that_cannot_be_read_is_told_and_the_others_go_on(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"deploy/web/a.yaml": "a: 2\n", "apps/broken.yaml": "argoproj.io/v1: ["})

    assert main(["affected", "--working-directory", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == "web: deploy/web/a.yaml (a manifest of deploy/web)\n"
    assert shown.err.startswith("error: apps/broken.yaml:2: ")
