"""``check``: what would be decided for these files, with no cluster and no network.

To add a question: a click command in ``commands/check_NAME.py`` that returns an ``ExitCode``, and its line here.
"""

from __future__ import annotations

import click

from gitops_action.cli.lazy import LazyGroup

CHECKS = {
    "applicationset": "gitops_action.commands.check_applicationset:applicationset",
    "diff": "gitops_action.commands.check_diff:diff",
    "health": "gitops_action.commands.check_health:health",
    "mask": "gitops_action.commands.check_mask:mask",
    "project": "gitops_action.commands.check_project:project",
    "revision": "gitops_action.commands.check_revision:revision",
    "tasks": "gitops_action.commands.check_tasks:tasks",
    "window": "gitops_action.commands.check_window:window",
}
"""Question → ``module:command``."""


@click.group(cls=LazyGroup, lazy=CHECKS)
def check() -> None:
    """Answer a question about files: JSON on stdout, no cluster, no network."""
