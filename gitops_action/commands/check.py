"""``check``: what would be decided for these files, with no cluster and no network.

Each question is a module of its own, named in ``CHECKS`` and imported when it is asked: the other verbs do not wait for
it. To add one: a click command in ``commands/check_NAME.py`` that returns an ``ExitCode``, and its line here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKS: Mapping[str, str] = {
    "applicationset": "gitops_action.commands.check_applicationset:applicationset",
    "project": "gitops_action.commands.check_project:project",
}
"""Question → ``module:command``."""


class _Checks(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the questions in the order of the alphabet."""
        return sorted({*super().list_commands(ctx), *CHECKS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a question; ``None`` where there is no such question."""
        if cmd_name not in CHECKS:
            return super().get_command(ctx, cmd_name)
        module, _, name = CHECKS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(name="check", cls=_Checks)
def check() -> None:
    """Answer a question about files: JSON on stdout, no cluster, no network."""
