"""``release``: give an application up; its objects stay."""

from __future__ import annotations

import sys
from typing import Any

import click

from gitops_action.cli.flags import RENDER_INPUTS, clusters_of, input_options, session_of
from gitops_action.commands.release import carry_out, described, plan
from gitops_action.errors import ExitCode, UsageError


@click.command()
@click.argument("app", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would be released, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@input_options([*RENDER_INPUTS, "state-namespace"])
def release(app: tuple[str, ...], *, dry_run: bool, yes: bool, **flags: Any) -> ExitCode:
    """Give applications up: tracking, field ownership and record go, the objects stay as they are."""
    session = session_of(app, flags)
    clusters = clusters_of(session)
    plans = [plan(application, session, clusters) for application in session.applications]
    if dry_run:
        for planned in plans:
            for line in described(planned) or ["nothing to release"]:
                click.echo(f"{planned.application.name}: {line}")
        return ExitCode.OK
    _confirm(sum(len(planned.patches) for planned in plans), app, yes=yes)
    for planned in plans:
        name = planned.application.name
        carry_out(planned, session, lambda line, name=name: click.echo(f"{name}: {line}"))  # type: ignore[misc]  # a default binds the loop's name
        click.echo(f"{name}: released; its objects stay as they are, and no sync of ours touches them again")
    return ExitCode.OK


def _confirm(count: int, names: tuple[str, ...], *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "release asks before it gives an application up, and nobody can answer here",
            remedy="Look with --dry-run, then say --yes.",
        )
    objects = "1 object" if count == 1 else f"{count:,} objects"
    click.confirm(f"Give up {', '.join(names)} with {objects}?", abort=True, err=True)
