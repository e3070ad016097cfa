"""The verbs, and where each is found. To add one: a module of this package, and its line here."""

from __future__ import annotations

import click

from gitops_action import __version__
from gitops_action.cli.lazy import LazyGroup

VERBS = {
    "run": "gitops_action.cli.run:run",
    "render": "gitops_action.cli.render:render",
    "diff": "gitops_action.cli.diff:diff",
    "sync": "gitops_action.cli.sync:sync",
    "refresh": "gitops_action.cli.refresh:refresh",
    "status": "gitops_action.cli.status:status",
    "history": "gitops_action.cli.status:history",
    "wait": "gitops_action.cli.wait:wait",
    "drift": "gitops_action.cli.drift:drift",
    "rollback": "gitops_action.cli.rollback:rollback",
    "release": "gitops_action.cli.release:release",
    "terminate": "gitops_action.cli.terminate:terminate",
    "actions": "gitops_action.cli.actions:actions",
    "affected": "gitops_action.cli.affected:affected",
    "export": "gitops_action.cli.export:export",
    "doctor": "gitops_action.cli.doctor:doctor",
    "report": "gitops_action.cli.report:report",
    "check": "gitops_action.cli.check:check",
}
"""Verb → ``module:command``."""


@click.group(
    cls=LazyGroup, lazy=VERBS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """GitOps for Kubernetes without a controller: render, compare, sync, wait."""
