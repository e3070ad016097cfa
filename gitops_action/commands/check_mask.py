"""``check mask``: Secrets as they may be shown."""

from __future__ import annotations

import click

from gitops_action.commands.check_files import answer
from gitops_action.commands.check_pairs import masked_sides, read_pairs, read_settings
from gitops_action.comparison.prepare import prepare
from gitops_action.errors import ExitCode


@click.command()
@click.option("--target", "target_file", metavar="FILE", required=True, help="Secrets as Git has them.")
@click.option("--live", "live_file", metavar="FILE", required=True, help="Secrets as they live.")
@click.option("--settings", "settings_file", metavar="FILE", help="The ConfigMap argocd-cm.")
def mask(target_file: str, live_file: str, settings_file: str | None) -> ExitCode:
    """Show both sides of Secrets with masks for values: equal values have equal masks, others have others."""
    annotations = read_settings(settings_file).masked_annotations
    answers = []
    for pair in read_pairs(target_file, live_file):
        # What is written in plain text in Git is the same value as its base64 text.
        sides = [prepare(side, None).object if side else None for side in (pair.target, pair.live)]
        target, live = masked_sides(pair, sides, annotations)
        answers.append({"target": target, "live": live})
    answer(answers[0] if len(answers) == 1 else answers)
    return ExitCode.OK
