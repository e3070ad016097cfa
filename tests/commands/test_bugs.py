"""A bug that strikes one application: its error, told without the values that it struck on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.commands import evaluate
from gitops_action.commands.bugs import told_as_errors
from gitops_action.commands.parallel import each
from gitops_action.errors import ExitCode, GitOpsError, Refused
from gitops_action.rendering.render import render
from tests.e2e.program import run_here

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.application.application import Application
    from gitops_action.rendering.context import Rendered


def test_a_bug_is_an_error_of_its_application_that_shows_no_value() -> None:
    with pytest.raises(GitOpsError) as caught, told_as_errors("shop"):
        dict[str, str]()["PLANTED-password"]
    error = caught.value
    assert (error.exit_code, error.summary) == (
        ExitCode.BUG,
        "shop: a bug of gitops-action ended its work (KeyError)",
    )
    assert "test_bugs.py" in error.detail
    assert error.remedy == "Please report it with these lines; the other applications went on."


def test_the_detail_shows_places_and_not_the_message() -> None:
    secret = "PLANTED-password"
    with pytest.raises(GitOpsError) as caught, told_as_errors("shop"):
        raise ValueError(secret)
    assert secret not in str(caught.value)


def test_an_error_with_a_remedy_passes_as_it_is() -> None:
    refused = Refused("not now")
    with pytest.raises(Refused) as caught, told_as_errors("shop"):
        raise refused
    assert caught.value is refused


def test_an_interruption_is_no_bug() -> None:
    with pytest.raises(KeyboardInterrupt), told_as_errors("shop"):
        raise KeyboardInterrupt


def test_the_others_go_on() -> None:
    def work(divisor: int) -> str:
        try:
            with told_as_errors(f"by-{divisor}"):
                return str(6 // divisor)
        except GitOpsError as error:
            return error.summary

    assert each(work, [1, 0, 3], at_once=2, name="test") == (
        "6",
        "by-0: a bug of gitops-action ended its work (ZeroDivisionError)",
        "2",
    )


def test_every_other_application_is_still_compared_and_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("good", "hit"):
        (tmp_path / f"{name}.yaml").write_text(_APPLICATION.format(name=name, root=tmp_path.as_uri()))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "settings.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n")

    def strike(application: Application, *rest: Any) -> Rendered:
        if application.name == "hit":
            raise KeyError("PLANTED-password")
        return render(application, *rest)

    monkeypatch.setattr(evaluate, "render", strike)
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    ran = run_here("diff", "--no-cluster", "--output", "json", environ=environ, folder=tmp_path)
    report = json.loads(ran.stdout)
    assert [(each["name"], each["exit_code"], each["sync_status"]) for each in report["applications"]] == [
        ("good", ExitCode.OK, ""),
        ("hit", ExitCode.BUG, "Unknown"),
    ]
    assert ran.code == ExitCode.BUG
    assert report["applications"][1]["conditions"][0]["message"].startswith(
        "hit: a bug of gitops-action ended its work (KeyError)"
    )


_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}}}
spec:
  project: default
  source: {{repoURL: '{root}', path: app, targetRevision: HEAD}}
  destination: {{server: 'https://kubernetes.default.svc', namespace: shop}}
"""
