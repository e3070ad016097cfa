"""``doctor``: whether all that a run needs is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitops_action.cli.flags import DIFF_INPUTS, clusters_of, input_options, output_option, session_of
from gitops_action.commands.doctor import broken, examine
from gitops_action.commands.doctor_text import doctor_json, doctor_text, exit_code
from gitops_action.errors import GitOpsError

if TYPE_CHECKING:
    from gitops_action.commands.doctor import Finding
    from gitops_action.errors import ExitCode


@click.command()
@click.argument("app", nargs=-1)
@output_option
@click.option("--no-sync", is_flag=True, help="Ask for the rights of a comparison alone.")
@click.option("--no-cluster", is_flag=True, help="Look at files and programs alone.")
@input_options(DIFF_INPUTS)
def doctor(app: tuple[str, ...], output: str, *, no_sync: bool, no_cluster: bool, **flags: Any) -> ExitCode:
    """Tell whether programs, clusters and rights are there, and what grants those that are missing."""
    findings: tuple[Finding, ...]
    try:
        session = session_of(app, flags)
        clusters = None if no_cluster else clusters_of(session)
    except GitOpsError as error:
        findings = (broken("start", error),)
    else:
        findings = examine(session, clusters, can_sync=not no_sync)
    click.echo(doctor_json(findings) if output == "json" else doctor_text(findings), nl=output == "json")
    return exit_code(findings)
