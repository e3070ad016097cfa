"""``run``: the action's entry point; what ends it is shown on GitHub too."""

from __future__ import annotations

import sys

import click

from gitops_action.cli.flags import ports_to
from gitops_action.commands.interrupt import raise_on_signals
from gitops_action.commands.run import run as run_event
from gitops_action.errors import ExitCode, GitOpsError


@click.command()
def run() -> ExitCode:
    """Do what the GitHub event asks for: the action's entry point."""
    raise_on_signals()
    ports = ports_to(sys.stderr)
    try:
        return run_event(ports)
    except GitOpsError as error:
        ports.workflow.annotate("error", str(error), title=error.summary)
        ports.workflow.write_summary(_summary_of(error))
        return error.exit_code
    except Exception:
        bug = GitOpsError("a bug of gitops-action ended the run", remedy="Please report it with the lines in the log.")
        ports.workflow.annotate("error", str(bug), title=bug.summary)
        ports.workflow.write_summary(_summary_of(bug))
        raise
    finally:
        ports.workflow.close()


def _summary_of(error: GitOpsError) -> str:
    from gitops_action.report.summary import failure  # noqa: PLC0415 - templates are loaded where something is shown

    return failure(error)
