"""``actions``: what can be done with the objects of an application, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitops_action.cli.flags import RENDER_INPUTS, clusters_of, input_options, output_option, session_of
from gitops_action.commands.actions import ActionRequest, Selection, list_actions, run_action
from gitops_action.commands.actions_text import actions_json, actions_text, runs_json, runs_text
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_INPUTS = [name for name in RENDER_INPUTS if name != "namespace"]
"""``--namespace`` says here where the object is, as in Argo CD; with ``--path`` it is the destination as well."""


def _which(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say which objects are meant."""
    for flag, text in (
        ("--namespace", "Namespace of the object."),
        ("--resource-name", "Name of the object."),
        ("--group", "Group of the object; an empty text for the core group."),
    ):
        function = click.option(flag, default=None if flag == "--group" else "", help=text)(function)
    return function


@click.group()
def actions() -> None:
    """List and run the actions of an application's objects."""


@actions.command("list")
@click.argument("app")
@output_option
@click.option("--kind", default="", help="Kind of the object.")
@_which
@input_options(_INPUTS)
def list_(
    app: str, output: str, *, kind: str, namespace: str, resource_name: str, group: str | None, **flags: Any
) -> ExitCode:
    """List what can be done with the objects of an application."""
    session = session_of((app,), _with_destination(flags, namespace))
    which = Selection(kind=kind, group=group, name=resource_name, namespace=namespace)
    found = list_actions(session, clusters_of(session), which)
    click.echo(actions_json(found) if output == "json" else actions_text(found), nl=output == "json")
    return ExitCode.OK


@actions.command("run")
@click.argument("app")
@click.argument("action")
@output_option
@click.option("--kind", required=True, help="Kind of the object.")
@_which
@click.option("--all", "every", is_flag=True, help="Run it on all objects that are meant.")
@click.option("--param", multiple=True, metavar="NAME=VALUE", help="A parameter of the action.")
@click.option("--dry-run", is_flag=True, help="Try it on the API server, and change nothing.")
@click.option("--timeout", default=None, help="Longest time to wait for a sync to end.")
@input_options(_INPUTS)
def run(
    app: str,
    action: str,
    output: str,
    *,
    kind: str,
    namespace: str,
    resource_name: str,
    group: str | None,
    every: bool,
    param: tuple[str, ...],
    dry_run: bool,
    **flags: Any,
) -> ExitCode:
    """Run an action on an object of an application: restart, scale, pause, resume and the like."""
    session = session_of((app,), _with_destination(flags, namespace))
    which = Selection(kind=kind, group=group, name=resource_name, namespace=namespace, all=every)
    request = ActionRequest(action=action, parameters=parameters_of(param), is_dry_run=dry_run)
    with stop_on_signals() as stop:
        runs = run_action(session, clusters_of(session), which, request, stop)
    click.echo(runs_json(runs) if output == "json" else runs_text(runs), nl=output == "json")
    return ExitCode.OK


def parameters_of(words: Sequence[str]) -> dict[str, str]:
    """Return the parameters that ``name=value`` words mean; raises ``UsageError`` for a word that is none."""
    parameters = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError("--param: write NAME=VALUE")
        parameters[name] = value
    return parameters


def _with_destination(flags: dict[str, Any], namespace: str) -> dict[str, Any]:
    return flags | ({"namespace": namespace} if flags.get("path") else {})
