"""``report merge``: one comment, summary and page from the reports of many jobs, shards or clusters.

In: files that other jobs wrote, perhaps a fork's, so nothing in them is believed that GitHub knows better: the
repository, the commit, and that it is the head of the pull request. Renders nothing, asks no cluster.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.pull_request import GitHubPullRequests
from gitops_action.commands.comments import comment
from gitops_action.commands.publish import show, write_outputs
from gitops_action.commands.report_files import write_report
from gitops_action.errors import ExitCode, Refused, UsageError
from gitops_action.report.json import from_json
from gitops_action.report.merge import merge
from gitops_action.report.model import Mode
from gitops_action.report.outputs import exit_code
from gitops_action.report.texts import cleared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.commands.github import GitHub
    from gitops_action.commands.session import Ports
    from gitops_action.github.events import Event
    from gitops_action.inputs import Inputs
    from gitops_action.report.model import Report

_BYTES = 256 * 1024 * 1024
"""The largest report that is read."""
_FILES = 1_000


def read_reports(paths: Iterable[Path]) -> list[Report]:
    """Return what the files hold; raises ``UsageError`` naming the one that is no report."""
    return [_read(path) for path in paths]


def run_merge(inputs: Inputs, github: GitHub, ports: Ports) -> ExitCode:
    """Merge the reports of the workspace, show the result as a run shows its own, and return the job's exit code."""
    workspace = Path(ports.environment.get("GITHUB_WORKSPACE") or ".").resolve()
    merged = merge(read_reports(_found(workspace, inputs)))
    report = cleared(_of_this_run(merged, github.event, ports.clock.now()), ports.workflow.hide)
    _check(report, github)
    files = write_report(report, inputs.report_dir, ports.environment)
    show(report, github.workflow)
    about = replace(github, event=replace(github.event, pull_request=report.pull_request))
    url, commented = comment(report, inputs, about) if report.mode is Mode.DIFF else ("", ExitCode.OK)
    write_outputs(report, github.workflow, files=files, comment_url=url)
    return ExitCode.worst([exit_code(report, inputs.fail_on), commented])


def _found(workspace: Path, inputs: Inputs) -> list[Path]:
    """Return the files that the input names, without what an earlier merge wrote."""
    own = (workspace / inputs.report_dir / "report.json").resolve()
    paths = sorted({path for pattern in inputs.reports for path in _matching(workspace, pattern)} - {own})
    if not paths:
        raise UsageError(
            f"no report was found: {', '.join(inputs.reports)}",
            remedy="Download the artifacts of the jobs first; the input `reports` names their report.json files.",
        )
    if len(paths) > _FILES:
        raise UsageError(f"{len(paths):,} reports were found, and {_FILES:,} are the most that are merged")
    return paths


def _matching(workspace: Path, pattern: str) -> Iterable[Path]:
    if pattern.startswith("/") or ".." in Path(pattern).parts:
        raise UsageError(
            f"input reports: {pattern} leaves the workspace", remedy="Name files relative to the workspace."
        )
    found = (path.resolve() for path in workspace.glob(pattern))
    return (path for path in found if path.is_file() and path.is_relative_to(workspace))


def _read(path: Path) -> Report:
    try:
        content = path.read_bytes() if path.stat().st_size <= _BYTES else None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", remedy="Name the report.json files of other jobs."
        ) from error
    if content is None:
        raise UsageError(f"{path}: a report of more than {_BYTES // 1024 // 1024} MB is not read")
    try:
        return from_json(content)
    except UsageError as error:
        raise UsageError(f"{path}: {error.summary}", detail=error.detail, remedy=error.remedy) from error


def _of_this_run(report: Report, event: Event, now: float) -> Report:
    """Return the report with what GitHub says of this run in place of what the files say."""
    return replace(
        report,
        run_url=event.run_url,
        run_id=event.run_id,
        run_attempt=event.run_attempt,
        event=event.name,
        pull_request=event.pull_request or report.pull_request,
        finished=min(report.finished, now),
    )


def _check(report: Report, github: GitHub) -> None:
    """Refuse reports on anything but what GitHub says that this is about."""
    event = github.event
    if report.repository != event.repository:
        raise Refused(f"the reports are of repository {report.repository!r:.80}, and this is {event.repository}")
    if event.head_sha and report.head != event.head_sha:
        raise Refused(
            f"the reports are of commit {report.head!r:.80}, and this run is about {event.head_sha}",
            remedy="Download the artifacts of the run that this event names.",
        )
    if event.name == "workflow_run" and report.mode is not Mode.DIFF:
        raise Refused(f"the reports are of a {report.mode.value}, and on event workflow_run only a diff is merged")
    if not event.pull_request and report.pull_request and github.is_there:
        # Of a fork's run the payload names no pull request: the number is the file's, and GitHub knows its head.
        head = GitHubPullRequests(github.connection()).head_sha(report.pull_request)
        if head != report.head:
            raise Refused(
                f"the head of pull request #{report.pull_request} is {head[:7]}, and the reports are of "
                f"{report.head[:7]}",
                remedy="A newer run comments on the newer commit.",
            )
