"""``check health``: the health of live objects, as a sync would wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.scripts import open_assessor
from gitops_action.application.settings import Settings, parse_settings
from gitops_action.commands.check_files import answer, only, read_documents
from gitops_action.errors import ExitCode
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from gitops_action.health import HealthStatus


@click.command()
@click.argument("file")
@click.option("--settings", "settings_file", metavar="FILE", help="The argocd-cm ConfigMap with health scripts.")
def health(file: str, settings_file: str | None) -> ExitCode:
    """Tell the health of live objects; null for a kind that has none."""
    settings = Settings()
    if settings_file is not None:
        settings = parse_settings(only(read_documents(settings_file), "ConfigMap", settings_file))
    assess = open_assessor(settings.customizations, SystemClock())
    answers = [_answer(assess(Resource(document.value))) for document in read_documents(file)]
    answer(answers[0] if len(answers) == 1 else answers)
    return ExitCode.OK


def _answer(found: HealthStatus | None) -> dict[str, str] | None:
    return None if found is None else {"status": found.code, "message": found.message}
