"""The report of a run: which code it ends with, what is told beside the applications, and what is not."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.commands.reporting import report_of
from gitops_action.commands.session import Ports, Session, open_session
from gitops_action.errors import ExitCode
from gitops_action.github.events import Event
from gitops_action.inputs import parse
from gitops_action.report.json import to_json
from gitops_action.report.model import ApplicationReport, Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Session]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return what opens a session in an empty workspace."""
    (tmp_path / "workspace").mkdir()
    monkeypatch.chdir(tmp_path / "workspace")

    def function(**inputs: str) -> Session:
        texts = {name.replace("_", "-"): text for name, text in inputs.items()}
        ports = Ports(
            process=SubprocessProcess(),
            workflow=connect_workflow({}, StringIO()),
            clock=SystemClock(),
            environment={"GITHUB_WORKSPACE": str(tmp_path / "workspace")},
        )
        return open_session(parse(texts), Event(name="", verb="diff"), ports)

    return function


def one(name: str, code: ExitCode) -> ApplicationReport:
    return ApplicationReport(
        name=name,
        namespace="",
        project="default",
        cluster="in-cluster",
        destination_namespace="shop",
        revision="",
        sync_status="Synced",
        health_status="Healthy",
        exit_code=code,
    )


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ([], ExitCode.OK),
        ([ExitCode.OK, ExitCode.DIFFERENT], ExitCode.DIFFERENT),
        ([ExitCode.DIFFERENT, ExitCode.REFUSED, ExitCode.APPLICATION], ExitCode.APPLICATION),
        ([ExitCode.NOT_HEALTHY, ExitCode.SYNC_FAILED], ExitCode.SYNC_FAILED),
        ([ExitCode.SYNC_FAILED, ExitCode.CLUSTER, ExitCode.INTERRUPTED], ExitCode.INTERRUPTED),
    ],
)
def test_the_gravest_application_decides_the_exit_code(codes: list[ExitCode], worst: ExitCode, opened: Open) -> None:
    applications = tuple(one(f"web-{number}", code) for number, code in enumerate(codes))
    report = report_of(opened(), mode=Mode.DIFF, applications=applications, requests=0)
    assert report.exit_code == worst


def test_a_file_that_cannot_be_read_counts_and_is_told_beside_the_applications(opened: Open) -> None:
    Path("broken.yaml").write_text("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: [\n")
    report = report_of(opened(), mode=Mode.DIFF, applications=(one("web", ExitCode.OK),), requests=0)
    assert report.exit_code == ExitCode.USAGE
    assert [each for each in report.problems if "broken.yaml:4" in each]


def test_what_the_run_masks_is_in_no_text_of_the_report(opened: Open) -> None:
    session = opened()
    session.ports.workflow.mask("hunter2-is-the-token")
    telling = replace(one("web", ExitCode.OK), health_message="401 for hunter2-is-the-token", causes=("a", "b"))
    report = report_of(session, mode=Mode.DIFF, applications=(telling, one("api", ExitCode.OK)), requests=0)
    assert report.applications[0].health_message == "401 for ***"
    assert report.applications[1] == one("api", ExitCode.OK)
    assert b"hunter2" not in to_json(report)
