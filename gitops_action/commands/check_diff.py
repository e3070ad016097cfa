"""``check diff``: whether targets differ from live objects, and in what, as far as files can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitops_action.adapters.jq import JqQueries
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.parse import parse_application
from gitops_action.commands.check_files import answer, only, read_documents
from gitops_action.commands.check_pairs import Paired, masked_sides, read_pairs, read_settings
from gitops_action.comparison.ignore_differences import IgnoreRules, RuleFailed
from gitops_action.comparison.known_types import KnownTypes
from gitops_action.comparison.normalize import Normalizer
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.comparison.pair import compare_pair
from gitops_action.errors import ApplicationError, ExitCode
from gitops_action.resource.annotations import COMPARE_OPTIONS, comma_list

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.application.settings import Settings
    from gitops_action.comparison.pair import Pair
    from gitops_action.resource.resource import JsonObject


@click.command()
@click.option("--target", "target_file", metavar="FILE", required=True, help="Objects as Git has them.")
@click.option("--live", "live_file", metavar="FILE", required=True, help="Objects as they live.")
@click.option("--predicted", "predicted_file", metavar="FILE", help="What the API server answered to a dry run.")
@click.option("--app", "application_file", metavar="FILE", help="The Application, for its ignore rules and options.")
@click.option("--settings", "settings_file", metavar="FILE", help="The ConfigMap argocd-cm.")
@click.option("--manager", default=MANAGER, show_default=True, help="The field manager of the dry run.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something is modified.")
def diff(
    target_file: str,
    live_file: str,
    predicted_file: str | None,
    application_file: str | None,
    settings_file: str | None,
    *,
    manager: str,
    exit_code: bool,
) -> ExitCode:
    """Compare targets with live objects: what differs, and what ignore rules hide of it."""
    settings = read_settings(settings_file)
    application = _application(application_file)
    normalizer = _normalizer(application, settings)
    options = comma_list(application.annotations.get(COMPARE_OPTIONS)) if application else ()
    answers, is_modified = [], False
    for paired in read_pairs(target_file, live_file, predicted_file):
        pair = _compared(paired, normalizer, manager, includes_webhooks="IncludeMutationWebhook=true" in options)
        is_modified = is_modified or pair.is_modified
        answers.append(_answer(paired, pair, settings))
    answer(answers[0] if len(answers) == 1 else answers)
    return ExitCode.DIFFERENT if exit_code and is_modified else ExitCode.OK


def _application(path: str | None) -> Application | None:
    if path is None:
        return None
    document = only(read_documents(path), "Application", path)
    return parse_application(document.value, file=document.file, line=document.line)


def _normalizer(application: Application | None, settings: Settings) -> Normalizer:
    """Return what both sides go through: the rules of the application, and of the settings.

    Raises ``ApplicationError`` for a jq expression that is none.
    """
    own = application.ignore_differences if application else ()
    rules = IgnoreRules(entries=(*own, *settings.ignore_differences), queries=JqQueries(process=SubprocessProcess()))
    if failure := rules.syntax_error():
        raise ApplicationError(str(failure), remedy="Correct the rule, or remove it.")
    return Normalizer(
        rules=rules, options=settings.compare_options, known_types=KnownTypes(entries=settings.known_types)
    )


def _compared(paired: Paired, normalizer: Normalizer, manager: str, *, includes_webhooks: bool) -> Pair:
    try:
        return compare_pair(
            paired.target,
            paired.live,
            paired.predicted,
            normalize=normalizer,
            manager=manager,
            includes_webhooks=includes_webhooks,
        )
    except RuleFailed as failure:
        raise ApplicationError(f"{paired}: {failure}", remedy="Correct the rule, or remove it.") from failure


def _answer(paired: Paired, pair: Pair, settings: Settings) -> JsonObject:
    sides = (pair.target, pair.live, pair.predicted)
    target, live, predicted = masked_sides(paired, sides, settings.masked_annotations)
    return {
        "modified": pair.is_modified,
        "target": target,
        "live": live,
        "predicted": predicted,
        "hidden": [{"rule": each.rule, "path": each.path} for each in pair.hidden],
    }
