"""``export``: Argo CD's objects of a cluster as files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gitops_action.cli.flags import input_options, inputs_of, ports_to, show
from gitops_action.commands.export import connect, write
from gitops_action.commands.export import export as export_all

if TYPE_CHECKING:
    from gitops_action.errors import ExitCode

_INPUTS = ("kubeconfig", "context", "server", "ca", "token", "in-cluster", "allow-exec", "cluster-uid")


@click.command()
@click.option("--from-cluster", "namespace", required=True, metavar="NAMESPACE", help="Where Argo CD is installed.")
@click.option("--output-dir", metavar="DIR", help="Folder for the files; without it all goes to stdout.")
@click.option("--force", is_flag=True, help="Overwrite files that are there with another content.")
@click.option("--all", "everything", is_flag=True, help="Also what an ApplicationSet or another Application makes.")
@click.option("--with-credentials", is_flag=True, help="Also what seems to hold a credential.")
@input_options(_INPUTS)
def export(
    namespace: str, output_dir: str | None, *, force: bool, everything: bool, with_credentials: bool, **flags: Any
) -> ExitCode:
    """Write the Applications, ApplicationSets, AppProjects and settings of a cluster as clean files."""
    ports = ports_to(sys.stderr)
    cluster = connect(inputs_of(flags), os.environ, ports.workflow.mask)
    found = export_all(cluster, namespace, everything=everything, with_credentials=with_credentials)
    if output_dir is None:
        click.echo(found.stream, nl=False)
    else:
        for path in write(found, Path(output_dir), force=force):
            click.echo(path)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for problem in found.problems:
        show(problem)
    return found.exit_code
