"""``wait``: until applications are as wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitops_action.cli.flags import DIFF_INPUTS, clusters_of, input_options, output_option, print_report, session_of
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.commands.status import status_text
from gitops_action.commands.wait import Wanted
from gitops_action.commands.wait import wait as wait_for

if TYPE_CHECKING:
    from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@click.option("--sync", is_flag=True, help="Wait until they are Synced.")
@click.option("--health", is_flag=True, help="Wait until they are Healthy.")
@click.option("--operation", is_flag=True, help="Wait until no sync of them runs.")
@click.option("--suspended", is_flag=True, help="Wait until they are Suspended; with --health, either suffices.")
@click.option("--degraded", is_flag=True, help="Wait until they are Degraded; with --health, either suffices.")
@output_option
@input_options([*DIFF_INPUTS, "timeout"])
def wait(app: tuple[str, ...], output: str, **flags: Any) -> ExitCode:
    """Wait until applications are in sync, healthy, and not being synced, or what the flags say of that."""
    names = ("sync", "health", "operation", "suspended", "degraded")
    wanted = Wanted(**{name: bool(flags.pop(name)) for name in names})
    session = session_of(app, flags)
    clusters = clusters_of(session)
    with stop_on_signals() as stop:
        report, code = wait_for(session, clusters, stop, wanted)
    if output == "json":
        print_report(report, output)
    else:
        click.echo("".join([status_text(report), *(f"{note}\n" for note in report.notes)]), nl=False)
    return code
