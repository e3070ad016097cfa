"""``check window``: whether an Application may be synced at some time, by the sync windows of its project."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from gitops_action.adapters.time_zones import find_zone
from gitops_action.application.parse import parse_application
from gitops_action.application.project_parse import parse_project
from gitops_action.application.windows import Moment, decide
from gitops_action.commands.check_files import answer, only, read_documents
from gitops_action.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from gitops_action.application.project import SyncWindow
    from gitops_action.application.windows import WindowDecision


@click.command()
@click.option("--project", "project_file", metavar="FILE", required=True, help="The AppProject.")
@click.option("--app", "application_file", metavar="FILE", required=True, help="The Application.")
@click.option("--at", metavar="RFC3339", required=True, help="The time of the sync.")
@click.option("--manual", is_flag=True, help="A sync that somebody asks for: not one of a push or a schedule.")
@click.option("--operation-started", metavar="RFC3339", help="When the sync began, if it is under way.")
@click.option("--exit-code", is_flag=True, help="Exit with 6 where it is not allowed.")
def window(
    project_file: str,
    application_file: str,
    at: str,
    operation_started: str | None,
    *,
    manual: bool,
    exit_code: bool,
) -> ExitCode:
    """Tell whether the project's sync windows allow a sync, and why."""
    document = only(read_documents(project_file), "AppProject", project_file)
    project = parse_project(document.value, file=document.file, line=document.line)
    applications = [each for each in read_documents(application_file) if each.value.get("kind") == "Application"]
    if not applications:
        raise UsageError(f"{application_file}: no Application", remedy="Name a file that holds one.")
    moment = Moment(
        at=_time("--at", at),
        manual=manual,
        started=_time("--operation-started", operation_started) if operation_started else None,
    )
    decisions = [
        decide(project.sync_windows, parse_application(each.value, file=each.file, line=each.line), moment, find_zone)
        for each in applications
    ]
    answers = [_shown(decision) for decision in decisions]
    answer(answers[0] if len(answers) == 1 else answers)
    return ExitCode.REFUSED if exit_code and not all(each.allowed for each in decisions) else ExitCode.OK


def _time(flag: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min  # noqa: DTZ901 - has no zone, so that it is refused below
    if found.tzinfo is None:
        raise UsageError(f"{flag} is {text!r}, not a time", remedy="Write for instance 2026-07-01T22:30:00Z.")
    return found


def _shown(decision: WindowDecision) -> dict[str, Any]:
    return {
        "allowed": decision.allowed,
        "reason": str(decision),
        "active": [_document(each) for each in decision.active],
    }


def _document(found: SyncWindow) -> dict[str, Any]:
    """Return a window as an AppProject holds it."""
    fields = {
        "kind": found.kind,
        "schedule": found.schedule,
        "duration": found.duration,
        "applications": found.applications,
        "namespaces": found.namespaces,
        "clusters": found.clusters,
        "manualSync": found.manual_sync,
        "syncOverrun": found.sync_overrun,
        "andOperator": found.and_operator,
        "timeZone": found.time_zone,
        "description": found.description,
    }
    return {name: value for name, value in fields.items() if value}
