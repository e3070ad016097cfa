"""``check window``: the whole answer for files, as its contract says it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: team}
spec:
  syncWindows:
    - {kind: deny, schedule: "0 22 * * *", duration: 8h, applications: ["*"], manualSync: true, timeZone: Europe/Berlin}
    - {kind: allow, schedule: "0 9 * * mon-fri", duration: 1h, namespaces: [other]}
"""
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec: {project: team, source: {repoURL: "https://github.com/acme/web", path: web}, destination: {namespace: shop}}
"""
DENY = {
    "kind": "deny",
    "schedule": "0 22 * * *",
    "duration": "8h",
    "applications": ["*"],
    "manualSync": True,
    "timeZone": "Europe/Berlin",
}


class Files:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.write("project", PROJECT)
        self.write("app", APPLICATION)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yaml").write_text(text)

    def check(self, *arguments: str) -> tuple[int, Any, str]:
        files = [f"--{name}={self.folder / name}.yaml" for name in ("project", "app")]
        code = main(["check", "window", *files, *arguments])
        out, err = self.capsys.readouterr()
        return code, json.loads(out) if out else None, err


@pytest.fixture
def files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Files:
    return Files(tmp_path, capsys)


def test_a_window_that_denies_is_named_with_the_next_opening(files: Files) -> None:
    assert files.check("--at", "2026-07-01T20:30:00Z") == (
        0,
        {
            "allowed": False,
            "reason": "the deny window '0 22 * * *' Europe/Berlin for 8h is open; "
            "a sync is allowed from 2026-07-02T04:00:00Z on",
            "active": [DENY],
        },
        "",
    )


def test_a_manual_sync_passes_where_the_window_lets_it(files: Files) -> None:
    code, answer, _ = files.check("--at", "2026-07-01T22:30:00+02:00", "--manual", "--exit-code")
    assert (code, answer["allowed"], answer["active"]) == (0, True, [DENY])


def test_exit_code_turns_a_no_into_6(files: Files) -> None:
    assert files.check("--at", "2026-07-01T20:30:00Z", "--exit-code")[0] == 6
    assert files.check("--at", "2026-07-01T12:30:00Z", "--exit-code")[0] == 0


def test_a_sync_under_way_goes_on_where_the_window_lets_it(files: Files) -> None:
    files.write("project", PROJECT.replace("manualSync", "syncOverrun"))
    asked = ("--at", "2026-07-01T20:30:00Z", "--operation-started")
    assert files.check(*asked, "2026-07-01T19:59:00Z")[1]["allowed"] is True
    assert files.check(*asked, "2026-07-01T20:01:00Z")[1]["allowed"] is False


def test_several_applications_give_a_list_in_their_order(files: Files) -> None:
    files.write("app", f"{APPLICATION}---{APPLICATION.replace('shop', 'other')}")
    code, answers, _ = files.check("--at", "2026-07-01T12:30:00Z")
    assert (code, [each["allowed"] for each in answers]) == (0, [True, False])


@pytest.mark.parametrize(
    ("project", "arguments", "words"),
    [
        (PROJECT, ("--at", "noon"), "--at is 'noon', not a time"),
        (PROJECT, ("--at", "2026-07-01T12:30:00"), "not a time"),
        (PROJECT, ("--at", "2026-07-01T12:30:00Z", "--operation-started", "x"), "--operation-started is 'x'"),
        (PROJECT.replace("0 22", "0 25"), ("--at", "2026-07-01T12:30:00Z"), "cannot parse schedule '0 25 * * *'"),
        (PROJECT.replace("8h", "8x"), ("--at", "2026-07-01T12:30:00Z"), "cannot parse duration '8x'"),
        (PROJECT.replace('["*"]', '["[a"]'), ("--at", "2026-07-01T12:30:00Z"), "the pattern '[a' cannot be read"),
        ("{kind: Other}", ("--at", "2026-07-01T12:30:00Z"), "no AppProject"),
    ],
)
def test_what_is_wrong_is_said_and_ends_with_2(
    files: Files, project: str, arguments: tuple[str, ...], words: str
) -> None:
    """WIN-8, WIN-9."""
    files.write("project", project)
    code, answer, error = files.check(*arguments)
    assert (code, answer) == (2, None)
    assert words in error


def test_a_file_without_an_application_is_wrong(files: Files) -> None:
    files.write("app", "{kind: Other}")
    assert files.check("--at", "2026-07-01T12:30:00Z")[0] == 2
