"""``report merge``: the reports of many jobs become one comment; what GitHub knows better is not believed of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import ExitCode
from gitops_action.report.json import to_json
from gitops_action.report.model import Mode
from tests.e2e.program import Ran, run_here
from tests.github_server import payloads
from tests.github_server.job import read_outputs
from tests.github_server.plugin import JOB_TOKEN
from tests.report import samples
from tests.report.samples import a_report, an_application

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.report.model import Report
    from tests.github_server.server import GitHubServer
    from tests.github_server.state import PullRequest


@dataclass(frozen=True, kw_only=True)
class Merging:
    """A job that merges, in a workspace with the files of others."""

    github: GitHubServer
    pull: PullRequest
    folder: Path

    def has(self, name: str, *applications: str, **fields: Any) -> Report:
        """Put the report of another job into the workspace."""
        about: dict[str, Any] = {
            "repository": self.github.state.full_name,
            "head": self.pull.head_sha,
            "pull_request": self.pull.number,
        }
        rows = tuple(an_application(each, samples.STOREFRONT, cluster=f"prod-{name}") for each in applications)
        report = a_report(*rows, **(about | fields))
        path = self.folder / "workspace" / "reports" / name / "report.json"
        path.parent.mkdir(parents=True)
        path.write_bytes(to_json(report))
        return report

    def run(self, event: str = "pull_request", *, is_fork: bool = False, **inputs: str) -> Ran:
        """Run the action."""
        payload = (
            payloads.workflow_run(self.github.state, self.pull, is_fork=is_fork)
            if event == "workflow_run"
            else payloads.pull_request(self.github.state, self.pull)
        )
        environ = payloads.environment(
            self.github.state,
            self.github.url,
            event,
            sha=self.pull.head_sha,
            ref="refs/heads/main",
            runner=self.folder / "runner",
            payload=payload,
        )
        workspace = self.folder / "workspace"
        known = {"GITHUB_WORKSPACE": str(workspace), "INPUT_GITHUB-TOKEN": JOB_TOKEN, "INPUT_COMMAND": "report merge"}
        return run_here("run", environ=environ | known | inputs, folder=workspace)

    @property
    def comments(self) -> list[str]:
        """The texts of the pull request's comments."""
        return [each.body for each in self.github.state.comments_of(self.pull.number)]

    @property
    def outputs(self) -> dict[str, str]:
        """The step's outputs."""
        return read_outputs((self.folder / "runner" / "github_output").read_text(encoding="utf-8"))


@pytest.fixture
def merging(github_server: GitHubServer, tmp_path: Path) -> Merging:
    (tmp_path / "workspace").mkdir()
    return Merging(github=github_server, pull=github_server.state.add_pull(), folder=tmp_path)


def test_the_reports_of_two_clusters_are_one_comment_one_summary_and_one_page(merging: Merging) -> None:
    merging.has("eu", "storefront", "checkout")
    merging.has("us", "storefront")
    ran = merging.run()
    assert ran.code == ExitCode.OK, ran.log
    (body,) = merging.comments
    assert "### ✅ All 3 applications will change" in body
    assert body.count("| ✅ **storefront** |") == 2
    assert all(cluster in body for cluster in ("prod-eu", "prod-us"))
    assert "https://github.com/acme" not in body, "the run that the files name is not this one"
    workspace = merging.folder / "workspace"
    assert (workspace / merging.outputs["report-html"]).is_file()
    assert '"name": "checkout"' in (workspace / merging.outputs["report-json"]).read_text(encoding="utf-8")


def test_merging_again_updates_the_comment_and_does_not_merge_its_own_file(merging: Merging) -> None:
    merging.has("eu", "storefront")
    merging.run()
    ran = merging.run()
    assert ran.code == ExitCode.OK, ran.log
    assert len(merging.comments) == 1


@pytest.mark.parametrize("is_fork", [False, True])
def test_after_a_run_that_may_not_comment_the_workflow_run_event_does(is_fork: bool, merging: Merging) -> None:
    merging.has("eu", "storefront", "checkout", event="pull_request")
    ran = merging.run("workflow_run", is_fork=is_fork)
    assert ran.code == ExitCode.OK, ran.log
    assert len(merging.comments) == 1


def test_a_fork_cannot_comment_on_another_pull_request(merging: Merging) -> None:
    other = merging.github.state.add_pull()
    merging.has("eu", "storefront", pull_request=other.number)
    ran = merging.run("workflow_run", is_fork=True)
    assert ran.code == ExitCode.REFUSED
    assert f"the head of pull request #{other.number} is {other.head_sha[:7]}" in ran.log
    assert merging.github.state.comments_of(other.number) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"head": "1" * 40}, "the reports are of commit '1111111111111111111111111111111111111111'"),
        ({"repository": "evil/else"}, "the reports are of repository 'evil/else', and this is octo-org/shop"),
        ({"mode": Mode.SYNC}, "on event workflow_run only a diff is merged"),
    ],
)
def test_reports_on_anything_else_are_refused(fields: dict[str, Any], words: str, merging: Merging) -> None:
    merging.has("eu", "storefront", **fields)
    ran = merging.run("workflow_run")
    assert (ran.code, merging.comments) == (ExitCode.REFUSED, [])
    assert words in ran.log


def test_nothing_but_merging_is_done_on_workflow_run(merging: Merging) -> None:
    ran = merging.run("workflow_run", INPUT_COMMAND="sync")
    assert ran.code == ExitCode.REFUSED
    assert "sync is refused on event workflow_run" in ran.log


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "eu/report.json: the report is not JSON"),
        (b'{"schema_version":1}', "eu/report.json: report: the report lacks field 'commit'"),
    ],
)
def test_a_file_that_is_no_report_is_named(content: bytes, words: str, merging: Merging) -> None:
    path = merging.folder / "workspace" / "eu" / "report.json"
    path.parent.mkdir()
    path.write_bytes(content)
    ran = merging.run()
    assert ran.code == ExitCode.USAGE
    assert words in ran.log


def test_without_any_file_the_remedy_is_told(merging: Merging) -> None:
    ran = merging.run()
    assert ran.code == ExitCode.USAGE
    assert "no report was found: **/report.json" in ran.log
    assert "Download the artifacts" in ran.log


@pytest.mark.parametrize("pattern", ["/etc/*.json", "../*/report.json"])
def test_a_pattern_that_leaves_the_workspace_is_refused(pattern: str, merging: Merging) -> None:
    ran = merging.run(INPUT_REPORTS=pattern)
    assert ran.code == ExitCode.USAGE
    assert "leaves the workspace" in ran.log


def test_a_link_out_of_the_workspace_is_not_read(merging: Merging) -> None:
    outside = merging.folder / "outside.json"
    outside.write_bytes(to_json(samples.one_image()))
    (merging.folder / "workspace" / "report.json").symlink_to(outside)
    assert "no report was found" in merging.run().log


def test_the_command_line_merges_files_and_writes_the_page(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_bytes(to_json(a_report(an_application("a"))))
    second.write_bytes(to_json(replace(a_report(an_application("b", samples.STOREFRONT)), exit_code=1)))
    ran = run_here("report", "merge", str(first), str(second), environ={"PATH": ""}, folder=tmp_path)
    assert ran.code == ExitCode.DIFFERENT, ran.stderr
    assert ran.stdout.splitlines()[0].startswith("NAME")
    assert "1 of 2 applications will change" in ran.stdout
    assert ran.stderr == "wrote gitops-report/report.json and gitops-report/report.html\n"
    assert (tmp_path / "gitops-report" / "report.html").is_file()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    ran = run_here("report", "merge", "no.json", environ={"PATH": ""}, folder=tmp_path)
    assert ran.code == ExitCode.USAGE
    assert "no.json cannot be read: No such file or directory" in ran.stderr
