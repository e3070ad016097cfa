"""What the verbs share: the declared inputs as flags, the session that they open, and how a report is printed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from gitops_action.inputs import INPUTS, Input, Inputs, Type, Use, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Ports, Session
    from gitops_action.errors import GitOpsError
    from gitops_action.ports import Workflow
    from gitops_action.report.model import Report


def _used(*uses: Use) -> list[str]:
    return [declared.name for declared in INPUTS if declared.use in uses]


RENDER_INPUTS = _used(Use.RENDER)
DIFF_INPUTS = _used(Use.RENDER, Use.DIFF)
SYNC_INPUTS = _used(Use.RENDER, Use.DIFF, Use.SYNC)

output_option = click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)


def input_options(names: Sequence[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds a flag for each of these inputs."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for declared in reversed([one for one in INPUTS if one.name in names]):
            function = _option(declared)(function)
        return function

    return decorate


def _option(declared: Input) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flag, text = f"--{declared.name}", declared.help.replace("`", "")
    if declared.type is Type.BOOLEAN:
        return click.option(f"{flag}/--no-{declared.name}", default=None, help=text)
    if declared.type is Type.LIST:
        return click.option(flag, multiple=True, help=text)
    return click.option(flag, default=None, metavar=_metavar(declared), help=text)


def _metavar(declared: Input) -> str:
    """Return how the help writes a value: what it may be, or of what type it is."""
    if declared.choices:
        return f"[{'|'.join(declared.choices)}]"
    return {Type.DURATION: "DURATION", Type.INTEGER: "INTEGER", Type.LIMIT: "N|N%"}.get(declared.type, "TEXT")


def inputs_of(flags: dict[str, Any]) -> Inputs:
    """Return the inputs that some flags mean; raises ``UsageError`` for a value that is none."""
    by_field = {declared.field: declared for declared in INPUTS}
    texts: dict[str, str] = {}
    for name, value in flags.items():
        declared = by_field[name]
        match value:
            case None | ():
                continue
            case tuple():
                texts[declared.name] = "\n".join(value)
            case bool():
                texts[declared.name] = str(value).lower()
            case _:
                texts[declared.name] = str(value)
    return parse(texts)


def session_of(names: tuple[str, ...], flags: dict[str, Any], *, base: str = "") -> Session:
    """Return the session of a verb; its imports wait until here, so that ``--help`` starts at once."""
    from gitops_action.commands.interrupt import raise_on_signals
    from gitops_action.commands.session import open_session
    from gitops_action.github.events import Event

    raise_on_signals()
    return open_session(inputs_of(flags), Event(name="", verb=""), ports_to(sys.stderr), names, base=base)


def clusters_of(session: Session) -> Clusters:
    """Return the clusters that a session's kubeconfig leads to."""
    from gitops_action.commands.clusters import Clusters

    return Clusters(session)


def ports_to(stream: Any) -> Ports:
    """Return the outside world; what is logged goes to ``stream``, with a live view below where that is a terminal."""
    from gitops_action.adapters.clock import SystemClock
    from gitops_action.adapters.process import SubprocessProcess
    from gitops_action.adapters.workflow import connect_workflow
    from gitops_action.commands.session import Ports

    return Ports(
        process=SubprocessProcess(),
        workflow=_live_view(stream) if _is_watched(stream) else connect_workflow(os.environ, stream),
        clock=SystemClock(),
        environment=dict(os.environ),
    )


def _is_watched(stream: Any) -> bool:
    """Whether somebody looks at a terminal that can draw over what it has drawn."""
    in_ci = os.environ.get("GITHUB_ACTIONS") == "true" or os.environ.get("CI") == "true"
    return bool(stream.isatty()) and os.environ.get("TERM", "dumb") != "dumb" and not in_ci


def _live_view(stream: Any) -> Workflow:
    from gitops_action.adapters.live_view import LiveWorkflow

    return LiveWorkflow(stream)


def print_report(report: Report, output: str, *, show_hidden: bool = False) -> None:
    """Print a report to stdout, as text or JSON."""
    from gitops_action.report.json import to_json
    from gitops_action.report.text import text

    if output == "json":
        click.echo(to_json(report))
    elif output == "tree":
        from gitops_action.report.tree_text import tree_text

        click.echo(tree_text(report, color=sys.stdout.isatty()), nl=False)
    else:
        click.echo(text(report, color=sys.stdout.isatty(), show_hidden=show_hidden), nl=False)


def show(error: GitOpsError) -> None:
    """Print an error to stderr."""
    click.echo(f"error: {error}", err=True)
