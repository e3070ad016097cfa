"""``check applicationset``: the applications of a set from inputs that lie in a folder."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main
from gitops_action.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Tools

SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: gitops}
spec:
  generators: GENERATORS
  template:
    metadata: {name: 'NAME'}
    spec: {project: default}
"""
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "eu", "labels": {"argocd.argoproj.io/secret-type": "cluster"}},
    "data": {
        "name": base64.b64encode(b"eu").decode(),
        "server": base64.b64encode(b"https://eu.example").decode(),
    },
}
PULL = {"number": 7, "title": "T", "branch": "a/b", "target_branch": "main", "head_sha": "012345678", "author": "ada"}


class Check:
    """Asks the question in a folder of files."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        (folder / "inputs/repos/1").mkdir(parents=True)
        self.write("inputs/repos.json", json.dumps([{"repoURL": "https://git.example/x", "path": "repos/1"}]))

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def run(self, *options: str) -> tuple[int, str, str]:
        code = main(["check", "applicationset", str(self.folder / "set.yaml"), *options])
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err

    def names(self, generators: str, name: str, *options: str) -> list[str]:
        self.write("set.yaml", SET.replace("GENERATORS", generators).replace("NAME", name))
        code, out, err = self.run("--inputs", str(self.folder / "inputs"), *options)
        assert (code, err) == (ExitCode.OK, "")
        return [each["metadata"]["name"] for each in json.loads(out)]

    def error(self, generators: str, name: str = "x") -> tuple[int, str]:
        self.write("set.yaml", SET.replace("GENERATORS", generators).replace("NAME", name))
        code, out, err = self.run("--inputs", str(self.folder / "inputs"))
        assert out == ""
        return code, err.replace(str(self.folder), "")


@pytest.fixture
def check(tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.setenv("GITOPS_ACTION_TOOLS", str(tools.bin.parent))
    return Check(tmp_path, capsys)


def test_the_answer_is_the_list_of_applications(check: Check) -> None:
    check.write("set.yaml", SET.replace("GENERATORS", "[{list: {elements: [{env: eu}]}}]").replace("NAME", "w-{{env}}"))
    code, out, _ = check.run()
    expected: list[dict[str, Any]] = [
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": "w-eu",
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
                "namespace": "gitops",
            },
            "spec": {"project": "default"},
        }
    ]
    assert (code, json.loads(out)) == (ExitCode.OK, expected)


def test_repositories_clusters_and_pull_requests_come_from_the_folder(check: Check) -> None:
    check.write("inputs/repos/1/apps/a/x.yaml", "env: one")
    check.write("inputs/repos/1/apps/x.yaml", "env: two")
    check.write("inputs/clusters/eu.yaml", json.dumps(SECRET))
    check.write("inputs/clusters/other.yaml", json.dumps({"kind": "Secret", "metadata": {}}))
    check.write("inputs/pulls.json", json.dumps([PULL]))
    git = "[{git: {repoURL: 'https://git.example/x', revision: v1, FIELDS}}]"
    assert check.names(git.replace("FIELDS", "directories: [{path: '*'}]"), "{{path.basename}}") == ["apps"]
    files = git.replace("FIELDS", "files: [{path: 'apps/*.yaml'}]")
    assert check.names(files, "{{env}}") == ["one", "two"]
    assert check.names(files, "{{env}}", "--new-git-file-globbing") == ["two"]
    assert check.names("[{clusters: {}}]", "{{name}}") == ["eu", "in-cluster"]
    assert check.names("[{pullRequest: {github: {}}}]", "pr-{{number}}-{{branch_slug}}") == ["pr-7-a-b"]


def test_a_generator_or_template_that_fails_is_status_3(check: Check) -> None:
    code, error = check.error("[{list: {elements: [{env: A_B}]}}]", "{{env}}")
    assert code == ExitCode.APPLICATION
    assert error == (
        "error: /set.yaml:1: ApplicationSet all: an application would be named 'A_B', which is no DNS name\n"
        'Parameters: {"env": "A_B"}\n'
        "Use nameNormalized, basenameNormalized or `normalize` in the template's metadata.name.\n"
    )
    assert check.error("[{plugin: {}}]")[0] == ExitCode.APPLICATION
    assert check.error("[{git: {repoURL: 'https://other', directories: [{path: '*'}]}}]")[0] == ExitCode.APPLICATION


def test_a_link_out_of_the_repository_is_not_read(check: Check) -> None:
    check.write("secret.yaml", "env: stolen")
    check.write("inputs/repos/1/x.yaml", "env: one")
    (check.folder / "inputs/repos/1/link.yaml").symlink_to(check.folder / "secret.yaml")
    code, error = check.error("[{git: {repoURL: 'https://git.example/x', files: [{path: '*.yaml'}]}}]", "{{env}}")
    assert code == ExitCode.APPLICATION
    assert "link.yaml cannot be read: a link out of the repository" in error


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("set.yaml", "kind: Service", "no ApplicationSet"),
        ("inputs/repos.json", "{}", "repos.json is no list of objects"),
        ("inputs/repos.json", '[{"repoURL": "x"}]', "repos.json: path is missing or no text"),
        ("inputs/repos.json", '[{"repoURL": "x", "path": "../y"}]', "repos.json: the path ../y leaves the folder"),
        ("inputs/pulls.json", '[{"number": "7"}]', "pulls.json: an entry has no number"),
        ("inputs/clusters/c.yaml", json.dumps({**SECRET, "data": {"name": "?"}}), "the Secret's data is not base64"),
        ("inputs/clusters/c.yaml", "- a", "not a mapping"),
        ("inputs/clusters/c.yaml", "metadata: {labels: text}", "metadata.labels is a string, not a mapping"),
        ("inputs/repos.json", '[{"repoURL": "x", "path": "gone"}]', "repos.json: there is no folder gone"),
    ],
)
def test_a_file_that_is_wrong_is_status_2(check: Check, file: str, text: str, says: str) -> None:
    check.write("set.yaml", SET.replace("GENERATORS", "[{clusters: {}}]").replace("NAME", "x"))
    check.write(file, text)
    code, out, err = check.run("--inputs", str(check.folder / "inputs"))
    assert (code, out) == (ExitCode.USAGE, "")
    assert says in err


def test_a_folder_that_is_not_there_is_status_2(check: Check) -> None:
    check.write("set.yaml", SET)
    assert check.run("--inputs", str(check.folder / "none"))[0] == ExitCode.USAGE


def test_unknown_fields_and_no_applications_are_said_beside_the_answer(check: Check) -> None:
    check.write("set.yaml", SET.replace("GENERATORS", "[{list: {elements: [], else: x}}]"))
    code, out, err = check.run()
    assert (code, json.loads(out)) == (ExitCode.OK, [])
    place = f"{check.folder}/set.yaml:1"
    assert err == (
        f"warning: {place}: unknown field spec.generators[0].list.else has no effect\n"
        f"note: {place}: ApplicationSet all: its generators give no parameters, so it has no applications\n"
    )
