"""The report's file: where it lies, and that it never leaves the workspace."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.commands.reporting import report_of, write_report
from gitops_action.commands.session import Ports, Session, open_session
from gitops_action.errors import ExitCode, UsageError
from gitops_action.github.events import Event
from gitops_action.inputs import parse
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


def test_the_report_is_written_below_the_workspace_and_its_path_is_relative(opened: Open) -> None:
    session = opened(report_dir="out/reports")
    report = report_of(session, mode=Mode.SYNC, applications=(), requests=3)
    path = write_report(report, session)
    assert path == "out/reports/report.json"
    written = orjson.loads(Path(path).read_bytes())
    assert (written["mode"], written["requests"]) == ("sync", 3)


@pytest.mark.parametrize("folder", ["..", "../workspace-2", "/tmp", "a/../../b"])
def test_a_folder_outside_of_the_workspace_is_refused(folder: str, opened: Open) -> None:
    session = opened(report_dir=folder)
    with pytest.raises(UsageError, match="leaves the workspace") as error:
        write_report(report_of(session, mode=Mode.DIFF, applications=(), requests=0), session)
    assert error.value.remedy


def test_a_link_that_leads_out_of_the_workspace_is_refused(opened: Open, tmp_path: Path) -> None:
    Path("out").symlink_to(tmp_path)
    session = opened(report_dir="out")
    with pytest.raises(UsageError, match="leaves the workspace"):
        write_report(report_of(session, mode=Mode.DIFF, applications=(), requests=0), session)


def test_a_link_in_place_of_the_report_is_not_written_through(opened: Open) -> None:
    Path("victim").write_text("as it was")
    Path("out").mkdir()
    Path("out/report.json").symlink_to("../victim")
    session = opened(report_dir="out")
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(report_of(session, mode=Mode.DIFF, applications=(), requests=0), session)
    assert Path("victim").read_text() == "as it was"


def test_links_in_a_circle_are_told_as_a_folder_that_cannot_be_written(opened: Open) -> None:
    Path("out").symlink_to("out")
    session = opened(report_dir="out")
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(report_of(session, mode=Mode.DIFF, applications=(), requests=0), session)


def test_a_folder_that_cannot_be_made_names_the_input(opened: Open) -> None:
    Path("out").write_text("a file")
    session = opened(report_dir="out")
    with pytest.raises(UsageError, match="cannot be written") as error:
        write_report(report_of(session, mode=Mode.DIFF, applications=(), requests=0), session)
    assert "`report-dir`" in error.value.remedy
