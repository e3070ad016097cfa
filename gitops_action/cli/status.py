"""``status`` and ``history``: how applications stand, and what their records remember."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
import orjson

from gitops_action.cli.flags import DIFF_INPUTS, clusters_of, input_options, output_option, print_report, session_of
from gitops_action.commands.status import history as history_of
from gitops_action.commands.status import history_text, status_text
from gitops_action.commands.status import status as status_of
from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@click.option("--output", type=click.Choice(["text", "json", "tree"]), default="text", show_default=True)
@input_options(DIFF_INPUTS)
def status(app: tuple[str, ...], output: str, **flags: Any) -> ExitCode:
    """Show how applications stand: a line each, and 0 whatever it says."""
    session = session_of(app, flags)
    report = status_of(session, clusters_of(session), with_trees=output == "tree")
    if output != "text":
        print_report(report, output)
    else:
        click.echo(status_text(report), nl=False)
    return ExitCode.OK


@click.command()
@click.argument("app")
@output_option
@input_options(DIFF_INPUTS)
def history(app: str, output: str, **flags: Any) -> ExitCode:
    """Show the operations of an application, newest first: what a rollback can go back to."""
    session = session_of((app,), flags)
    operations = history_of(session.applications[0], session, clusters_of(session))
    if output == "json":
        click.echo(orjson.dumps([asdict(each) for each in operations], option=orjson.OPT_INDENT_2))
    else:
        click.echo(history_text(operations), nl=False)
    return ExitCode.OK
