"""The command line: flags become inputs, errors become one message and an exit code, standard output is for results."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from gitops_action import __version__
from gitops_action.cli import flags as flags_module
from gitops_action.cli.verbs import VERBS, cli
from gitops_action.errors import ExitCode, UsageError
from gitops_action.inputs import INPUTS, Use
from tests.e2e.program import run_here

if TYPE_CHECKING:
    from pathlib import Path

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n"


def flags(verb: str) -> set[str]:
    return {name.removeprefix("--") for option in command(verb).params for name in option.opts if name.startswith("--")}


def command(verb: str) -> click.Command:
    found = cli.get_command(click.Context(cli), verb)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("verb", "uses"),
    [
        ("render", {Use.RENDER}),
        ("diff", {Use.RENDER, Use.DIFF}),
        ("sync", {Use.RENDER, Use.DIFF, Use.SYNC}),
    ],
)
def test_every_input_that_concerns_a_verb_is_its_flag(verb: str, uses: set[Use]) -> None:
    names = {declared.name for declared in INPUTS}
    assert flags(verb) & names == {declared.name for declared in INPUTS if declared.use in uses}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_every_flag_has_help(verb: str) -> None:
    found = command(verb)
    assert found.help
    assert [each.name for each in found.params if isinstance(each, click.Option) and not each.help] in (
        [],
        ["output"],
    )


def test_the_version_is_told_before_anything_heavy_is_imported() -> None:
    script = (
        "import sys\nfrom gitops_action.cli import main\ncode = main(['--version'])\n"
        "heavy = {'kubernetes', 'github', 'lupa', 'jq', 'yaml', 'jinja2'} & set(sys.modules)\n"
        "print(sorted(heavy))\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"gitops-action {__version__}\n[]\n")


def test_rendering_plain_manifests_imports_nothing_that_only_other_work_needs(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "settings.yaml").write_text(CONFIG_MAP)
    script = (
        "import sys\nfrom gitops_action.cli import main\n"
        "code = main(['render', '--name', 'web', '--path', 'deploy', '--namespace', 'shop', '--no-cluster'])\n"
        "idle = {'asyncio', 'cryptography', 'github', 'jinja2', 'jq', 'jsonschema', 'kubernetes', 'lupa',\n"
        "        'requests', 'rich', 'tarfile', 'zoneinfo'}\n"
        "print(sorted(idle & set(sys.modules)), file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def run(*arguments: str, folder: Path) -> tuple[int, str, str]:
    ran = run_here(*arguments, environ={"HOME": str(folder), "PATH": "/usr/bin:/bin"}, folder=folder)
    return ran.code, ran.stdout, ran.stderr


def test_without_a_verb_the_help_is_shown_and_nothing_is_done(tmp_path: Path) -> None:
    code, _, stderr = run(folder=tmp_path)
    assert code == ExitCode.USAGE
    assert "Commands:" in stderr


def test_help_is_no_error(tmp_path: Path) -> None:
    code, stdout, _ = run("sync", "--help", folder=tmp_path)
    assert code == ExitCode.OK
    assert "--prune-limit" in stdout


def test_rendered_manifests_are_all_that_stands_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "settings.yaml").write_text(CONFIG_MAP)
    described = ("--name", "web", "--path", "deploy", "--namespace", "shop", "--no-cluster")
    code, stdout, stderr = run("render", *described, folder=tmp_path)
    assert (code, stderr) == (ExitCode.OK, "")
    assert stdout == (
        "---\n"
        "apiVersion: v1\n"
        "kind: ConfigMap\n"
        "metadata:\n"
        "  name: settings\n"
        "  namespace: shop\n"
        "  annotations:\n"
        "    argocd.argoproj.io/tracking-id: web:/ConfigMap:shop/settings\n"
        "  labels:\n"
        "    argocd.argoproj.io/instance: web\n"
        "data:\n"
        '  a: "1"\n'
    )


def test_a_program_that_is_missing_is_named_by_the_application_that_needs_it(tmp_path: Path) -> None:
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    described = ("--name", "web", "--path", "chart", "--namespace", "shop", "--no-cluster")
    code, stdout, stderr = run("render", *described, folder=tmp_path)
    assert (code, stdout) == (ExitCode.APPLICATION, "")
    assert "helm: program 'helm' is not installed" in stderr
    assert "Install helm and put it on the PATH" in stderr


def test_an_error_is_told_on_standard_error_with_its_remedy(tmp_path: Path) -> None:
    code, stdout, stderr = run("render", "--no-cluster", "--helm-values", "a.yaml", folder=tmp_path)
    assert (code, stdout) == (ExitCode.USAGE, "")
    assert stderr == (
        "error: input helm-values describes an application without YAML, which needs path as well\n"
        "Set `path`, `name` and `namespace`, or write it into the Application document.\n"
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), ExitCode.USAGE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (ValueError("x"), ExitCode.BUG),
    ],
)
def test_whatever_is_raised_ends_in_the_exit_code_that_is_documented(
    error: BaseException, code: ExitCode, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(flags_module, "inputs_of", raising(error))
    assert run("render", folder=tmp_path)[0] == code


def raising(error: BaseException) -> object:
    def function(*_: object) -> None:
        raise error

    return function


def test_a_bug_shows_where_it_struck_and_not_on_which_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(flags_module, "inputs_of", raising(ValueError("PLANTED-password")))
    code, stdout, stderr = run("render", folder=tmp_path)
    assert (code, stdout) == (ExitCode.BUG, "")
    assert "PLANTED" not in stderr
    assert stderr.endswith(
        "ValueError (set RUNNER_DEBUG=1 to see its message)\n"
        "This is a bug of gitops-action. Please report it with the lines above.\n"
    )


def test_a_bug_under_debugging_shows_its_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(flags_module, "inputs_of", raising(ValueError("which value")))
    environ = {"RUNNER_DEBUG": "1", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    assert "ValueError (which value)" in run_here("render", environ=environ, folder=tmp_path).stderr


def test_a_bug_in_a_workflow_is_a_red_step_with_a_reason_and_no_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gitops_action.cli.run.run_event", raising(ValueError("PLANTED-password")))
    summary = tmp_path / "summary.md"
    summary.touch()
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(summary),
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    ran = run_here("run", environ=environ, folder=tmp_path)
    assert ran.code == ExitCode.BUG
    assert "::error title=a bug of gitops-action ended the run::" in ran.stderr
    assert summary.read_text().startswith("### ❌ a bug of gitops-action ended the run\n")
    assert "PLANTED" not in ran.stdout + ran.stderr + summary.read_text()
