"""``sync``: bring the cluster to what Git says."""

from __future__ import annotations

from typing import Any

import click

from gitops_action.cli.flags import SYNC_INPUTS, clusters_of, input_options, output_option, print_report, session_of
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.commands.sync import sync as sync_all
from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@output_option
@input_options(SYNC_INPUTS)
def sync(app: tuple[str, ...], output: str, **flags: Any) -> ExitCode:
    """Bring the cluster to what Git says, and wait until it is healthy."""
    session = session_of(app, flags)
    clusters = clusters_of(session)
    with stop_on_signals() as stop:
        report = sync_all(session, clusters, stop)
        interrupted = stop.is_set()
    print_report(report, output)
    return ExitCode.INTERRUPTED if interrupted else ExitCode(report.exit_code)
