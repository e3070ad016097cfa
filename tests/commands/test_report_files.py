"""The report's files: where they lie, and that they never leave the workspace."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from gitops_action.commands.report_files import ReportFiles, write_report
from gitops_action.errors import UsageError
from tests.report import samples


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty workspace, which is the working directory."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(folder: str, workspace: Path) -> ReportFiles:
    return write_report(samples.one_image(), folder, {"GITHUB_WORKSPACE": str(workspace)})


def test_both_files_are_written_below_the_workspace_and_their_paths_are_relative(workspace: Path) -> None:
    files = write("out/reports", workspace)
    assert files == ReportFiles(json="out/reports/report.json", html="out/reports/report.html")
    assert orjson.loads(Path(files.json).read_bytes())["repository"] == "acme/platform"
    assert Path(files.html).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("folder", ["..", "../workspace-2", "/tmp", "a/../../b"])
def test_a_folder_outside_of_the_workspace_is_refused(folder: str, workspace: Path) -> None:
    with pytest.raises(UsageError, match="leaves the workspace") as error:
        write(folder, workspace)
    assert error.value.remedy


def test_a_link_that_leads_out_of_the_workspace_is_refused(workspace: Path, tmp_path: Path) -> None:
    Path("out").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="leaves the workspace"):
        write("out", workspace)


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_a_link_in_place_of_a_file_is_not_written_through(name: str, workspace: Path) -> None:
    Path("victim").write_text("as it was")
    Path("out").mkdir()
    Path("out", name).symlink_to("../victim")
    with pytest.raises(UsageError, match="cannot be written"):
        write("out", workspace)
    assert Path("victim").read_text() == "as it was"


def test_links_in_a_circle_are_told_as_a_folder_that_cannot_be_written(workspace: Path) -> None:
    Path("out").symlink_to("out")
    with pytest.raises(UsageError, match="cannot be written"):
        write("out", workspace)


def test_a_folder_that_cannot_be_made_names_the_input(workspace: Path) -> None:
    Path("out").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written") as error:
        write("out", workspace)
    assert "`report-dir`" in error.value.remedy
