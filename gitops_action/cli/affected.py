"""``affected``: which applications a change touches, and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.cli.flags import input_options, inputs_of, output_option, show
from gitops_action.commands.affected import as_json, as_matrix, as_text, find_affected

if TYPE_CHECKING:
    from gitops_action.errors import ExitCode


@click.command()
@click.option(
    "--base", default="", metavar="REV", help="Where the change begins; otherwise what a push or parent says."
)
@click.option("--head", default="", metavar="REV", help="Where it ends: the checked-out commit, without dirty files.")
@click.option("--shards", type=click.IntRange(1, 256), help="Print a GitHub Actions matrix of at most so many jobs.")
@output_option
@input_options(["applications", "settings", "working-directory"])
def affected(base: str, head: str, shards: int | None, output: str, **flags: Any) -> ExitCode:
    """Show which applications a change touches, and why."""
    outcome = find_affected(inputs_of(flags), SubprocessProcess(), os.environ, base=base, head=head)
    if shards is not None:
        click.echo(as_matrix(outcome, shards))
    elif output == "json":
        click.echo(as_json(outcome))
    else:
        click.echo(as_text(outcome), nl=False)
    for note in outcome.notes:
        click.echo(f"note: {note}", err=True)
    for problem in outcome.problems:
        show(problem)
    return outcome.exit_code
