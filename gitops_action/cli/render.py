"""``render``: target manifests on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitops_action.cli.flags import RENDER_INPUTS, clusters_of, input_options, session_of, show
from gitops_action.commands.render import render as render_all

if TYPE_CHECKING:
    from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@click.option("--output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option("--no-cluster", is_flag=True, help="Render without asking a cluster for its version and kinds.")
@input_options(RENDER_INPUTS)
def render(app: tuple[str, ...], output: str, *, no_cluster: bool, **flags: Any) -> ExitCode:
    """Print the target manifests in the order in which they are applied."""
    session = session_of(app, flags)
    text, code, failures = render_all(session, None if no_cluster else clusters_of(session), output=output)
    click.echo(text, nl=False)
    for failure in (*session.problems, *failures):
        show(failure)
    return code
