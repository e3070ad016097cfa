"""``rollback``: bring back what an earlier operation of an application brought."""

from __future__ import annotations

from typing import Any

import click

from gitops_action.cli.flags import SYNC_INPUTS, clusters_of, input_options, output_option, print_report, session_of
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.commands.rollback import rollback as roll_back
from gitops_action.errors import ExitCode


@click.command()
@click.argument("app")
@click.argument("operation", metavar="[ID]", type=click.IntRange(0), required=False)
@output_option
@input_options(SYNC_INPUTS)
def rollback(app: str, operation: int | None, output: str, **flags: Any) -> ExitCode:
    """Bring back what an operation of the history brought: the last good one before, or the one of that ID."""
    session = session_of((app,), flags)
    clusters = clusters_of(session)
    with stop_on_signals() as stop:
        report = roll_back(session, clusters, stop, operation)
        interrupted = stop.is_set()
    print_report(report, output)
    return ExitCode.INTERRUPTED if interrupted else ExitCode(report.exit_code)
