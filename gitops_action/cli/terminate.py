"""``terminate``: ask a running sync to end."""

from __future__ import annotations

from typing import Any

import click

from gitops_action.cli.flags import RENDER_INPUTS, clusters_of, input_options, session_of
from gitops_action.errors import ExitCode
from gitops_action.sync.terminate import request_termination


@click.command()
@click.argument("app", nargs=-1, required=True)
@input_options([*RENDER_INPUTS, "state-namespace"])
def terminate(app: tuple[str, ...], **flags: Any) -> ExitCode:
    """Ask the running sync of an application to end; what it applied stays."""
    session = session_of(app, flags)
    clusters = clusters_of(session)
    for application in session.applications:
        cluster = clusters.find(application.destination)
        holder = request_termination(application, cluster, session.inputs.state_namespace)
        click.echo(f"{application.name}: asked the sync of {holder} to end; it sees that within seconds")
    return ExitCode.OK
