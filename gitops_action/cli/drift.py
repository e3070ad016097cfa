"""``drift``: compare the tracked branch with what lives, and heal what asks for it."""

from __future__ import annotations

from typing import Any

import click

from gitops_action.cli.flags import SYNC_INPUTS, clusters_of, input_options, output_option, print_report, session_of
from gitops_action.commands.drift import drift as find_drift
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@output_option
@input_options(SYNC_INPUTS)
def drift(app: tuple[str, ...], output: str, **flags: Any) -> ExitCode:
    """Show what differs from Git, and bring back what applications with selfHeal lost (--no-self-heal: only show)."""
    session = session_of(app, flags)
    clusters = clusters_of(session)
    with stop_on_signals() as stop:
        report = find_drift(session, clusters, stop)
        interrupted = stop.is_set()
    print_report(report, output)
    return ExitCode.INTERRUPTED if interrupted else ExitCode(report.exit_code)
