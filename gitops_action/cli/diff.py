"""``diff``: what a sync would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitops_action.cli.flags import DIFF_INPUTS, clusters_of, input_options, print_report, session_of
from gitops_action.commands.diff import diff as compare_all
from gitops_action.errors import ExitCode
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from gitops_action.commands.evaluate import Evaluation


@click.command()
@click.argument("app", nargs=-1)
@click.option("--output", type=click.Choice(["text", "json", "tree"]), default="text", show_default=True)
@click.option("--exit-code/--no-exit-code", default=True, help="Exit with 1 where something differs.")
@click.option("--no-cluster", is_flag=True, help="Only render; for runs that have no credentials.")
@click.option("--base", default="", metavar="REV", help="Commit that the checked-out one is proposed against.")
@click.option("--plan-out", default="", metavar="FILE", help="Write a plan, to which sync --plan holds itself.")
@click.option("--show-hidden", is_flag=True, help="Name each field that differs and that an ignore rule hides.")
@input_options(DIFF_INPUTS)
def diff(
    app: tuple[str, ...],
    output: str,
    *,
    exit_code: bool,
    no_cluster: bool,
    base: str,
    plan_out: str,
    show_hidden: bool,
    **flags: Any,
) -> ExitCode:
    """Show what a sync would change. Writes nothing."""
    session = session_of(app, flags, base=base)

    def keep(evaluations: tuple[Evaluation, ...]) -> None:
        if plan_out:
            from gitops_action.commands.plan_file import write_plan  # noqa: PLC0415 - most diffs write none

            write_plan(evaluations, session, plan_out)

    clusters = None if no_cluster else clusters_of(session)
    report = compare_all(session, clusters, Mode.DIFF, with_trees=output == "tree", on_compared=keep)
    print_report(report, output, show_hidden=show_hidden)
    code = ExitCode(report.exit_code)
    return ExitCode.OK if code is ExitCode.DIFFERENT and not exit_code else code
