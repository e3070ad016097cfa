"""``check health``: the whole answer for files, as its contract says it."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main
from tools import build

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Tools

SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm}
data:
  resource.customizations.health.argoproj.io_Application: |
    return {status = "Progressing", message = obj.metadata.name}
  resource.customizations.health.*.acme.io_*: |
    return {status = "Degraded", message = string.upper("broken")}
  resource.customizations.useOpenLibs.*.acme.io_*: "true"
"""
CERTIFICATE = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "Certificate",
    "metadata": {"name": "web"},
    "status": {"conditions": [{"type": "Issuing", "status": "True", "message": "being issued"}]},
}
APPLICATION = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "child"}}
WIDGET = {
    "apiVersion": "shop.acme.io/v1",
    "kind": "Widget",
    "metadata": {"name": "w"},
    "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Up", "message": "fine"}]},
}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}


@pytest.fixture(autouse=True)
def _catalogue(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tools.path("catalogue")
    monkeypatch.setitem(os.environ, "GITOPS_ACTION_TOOLS", str(build.cache_directory() / "tools"))


def health(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *objects: object, settings: str = ""
) -> tuple[int, Any, str]:
    """Return exit code, answer and the text on stderr."""
    (tmp_path / "live.yaml").write_text("---\n".join(f"{json.dumps(each)}\n" for each in objects))
    (tmp_path / "cm.yaml").write_text(settings)
    arguments = ["check", "health", str(tmp_path / "live.yaml")]
    code = main([*arguments, *(["--settings", str(tmp_path / "cm.yaml")] if settings else [])])
    printed = capsys.readouterr()
    return code, json.loads(printed.out) if printed.out else None, printed.err


def test_one_object_gives_one_answer_and_a_kind_without_health_gives_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progressing = {"status": "Progressing", "message": "being issued"}
    assert health(tmp_path, capsys, CERTIFICATE) == (0, progressing, "")
    assert health(tmp_path, capsys, CONFIG_MAP) == (0, None, "")
    assert health(tmp_path, capsys, APPLICATION) == (0, None, "")


def test_several_objects_give_a_list_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deleted = {**CONFIG_MAP, "metadata": {"name": "c", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    from_conditions = {"status": "Healthy", "message": "from conditions: Ready=True, Up: fine"}
    answers = [None, {"status": "Progressing", "message": "Pending deletion"}, from_conditions]
    assert health(tmp_path, capsys, CONFIG_MAP, deleted, WIDGET) == (0, answers, "")


def test_the_scripts_of_settings_count_with_wildcards_and_open_libraries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [{"status": "Progressing", "message": "child"}, {"status": "Degraded", "message": "BROKEN"}]
    assert health(tmp_path, capsys, APPLICATION, WIDGET, settings=SETTINGS) == (0, answers, "")


def test_settings_may_keep_conditions_from_speaking_for_kinds_without_a_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = "{apiVersion: v1, kind: ConfigMap, metadata: {name: argocd-cm}, data: {KEY: VALUE}}".replace(
        "KEY", "gitops-action.healthFromConditions"
    )
    assert health(tmp_path, capsys, WIDGET, settings=silent.replace("VALUE", "'false'")) == (0, None, "")
    code, answers, error = health(tmp_path, capsys, WIDGET, settings=silent.replace("VALUE", "'maybe'"))
    assert (code, answers) == (2, None)
    assert error == "error: argocd-cm: gitops-action.healthFromConditions: 'maybe' is not a boolean\n"


def test_standard_input_is_read_and_what_cannot_be_read_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(CERTIFICATE).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["check", "health", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "Progressing"
    assert main(["check", "health", str(tmp_path / "absent.yaml")]) == 2
    assert "absent.yaml: No such file or directory" in capsys.readouterr().err
