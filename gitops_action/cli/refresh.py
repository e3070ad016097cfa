"""``refresh``: render and compare again, with or without the manifest cache."""

from __future__ import annotations

from typing import Any

import click

from gitops_action.cli.flags import DIFF_INPUTS, clusters_of, input_options, output_option, print_report, session_of
from gitops_action.commands.refresh import refresh as refresh_all
from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@output_option
@click.option("--hard", is_flag=True, help="Pass over the manifest cache, and replace what is in it.")
@click.option("--exit-code/--no-exit-code", default=True, help="Exit with 1 where something differs.")
@click.option("--no-cluster", is_flag=True, help="Only render; for runs that have no credentials.")
@input_options(DIFF_INPUTS)
def refresh(
    app: tuple[str, ...], output: str, *, hard: bool, exit_code: bool, no_cluster: bool, **flags: Any
) -> ExitCode:
    """Render and compare again. Writes nothing but the cache."""
    session = session_of(app, flags)
    report = refresh_all(session, None if no_cluster else clusters_of(session), hard=hard)
    print_report(report, output)
    code = ExitCode(report.exit_code)
    return ExitCode.OK if code is ExitCode.DIFFERENT and not exit_code else code
