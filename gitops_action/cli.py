"""The command line: argv and environment → one verb → an exit code. The one place where errors are caught and shown."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gitops_action import __version__
from gitops_action.commands.check import check
from gitops_action.errors import ExitCode, GitOpsError
from gitops_action.inputs import INPUTS, Input, Inputs, Type, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.commands.session import Ports, Session
    from gitops_action.report.model import Report

_GC_THRESHOLD = (500_000, 20, 100)
"""JSON makes no cycles, and searching thousands of parsed objects for some takes longer than parsing them."""

_NOT_FLAGS = frozenset({"command", "github-token", "comment", "comment-key", "fail-on", "report-dir"})
"""Inputs that mean something in a workflow only."""
_SYNC_ONLY = frozenset({"allow-older", "wait", "timeout"})
_NOT_RENDERED = frozenset({"adopt", "prune", "prune-limit"})
"""What decides over live objects; a diff foretells what a sync makes of it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; never raises for what a user can cause."""
    gc.set_threshold(*_GC_THRESHOLD)
    try:
        return int(cli.main(args=arguments, prog_name="gitops-action", standalone_mode=False) or ExitCode.OK)
    except GitOpsError as error:
        _show(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: a bug of ours, told as one
        _show_bug(error)
        return ExitCode.BUG


def entry() -> NoReturn:
    """Run the program and end the process at once: taking down what was parsed, object by object, serves nobody."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    atexit._run_exitfuncs()  # noqa: SLF001 - ``os._exit`` passes them over, and they remove temporary folders
    os._exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """GitOps for Kubernetes without a controller: render, compare, sync, wait."""


def _input_options(names: Sequence[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
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
    return click.option(flag, default=None, help=text)


_SYNC = [declared.name for declared in INPUTS if declared.name not in _NOT_FLAGS]
_DIFF = [name for name in _SYNC if name not in _SYNC_ONLY]
_RENDER = [name for name in _DIFF if name not in _NOT_RENDERED]


@cli.command()
def run() -> ExitCode:
    """Do what the GitHub event asks for: the action's entry point."""
    from gitops_action.commands.interrupt import raise_on_signals
    from gitops_action.commands.run import run as run_event

    raise_on_signals()
    ports = _ports(sys.stderr)
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


@cli.command()
@click.argument("app", nargs=-1)
@click.option("--output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option("--no-cluster", is_flag=True, help="Render without asking a cluster for its version and kinds.")
@_input_options(_RENDER)
def render(app: tuple[str, ...], output: str, no_cluster: bool, **flags: Any) -> ExitCode:
    """Print the target manifests in the order in which they are applied."""
    from gitops_action.commands.render import render as render_all

    session = _session(app, flags)
    text, code, failures = render_all(session, None if no_cluster else _clusters(session), output=output)
    click.echo(text, nl=False)
    for failure in (*session.problems, *failures):
        _show(failure)
    return code


@cli.command()
@click.argument("app", nargs=-1)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--exit-code/--no-exit-code", default=True, help="Exit with 1 where something differs.")
@click.option("--no-cluster", is_flag=True, help="Only render; for runs that have no credentials.")
@click.option("--base", default="", metavar="REV", help="Commit that the checked-out one is proposed against.")
@click.option("--show-hidden", is_flag=True, help="Name each field that differs and that an ignore rule hides.")
@_input_options(_DIFF)
def diff(
    app: tuple[str, ...],
    output: str,
    *,
    exit_code: bool,
    no_cluster: bool,
    base: str,
    show_hidden: bool,
    **flags: Any,
) -> ExitCode:
    """Show what a sync would change. Writes nothing."""
    from gitops_action.commands.diff import diff as compare_all
    from gitops_action.report.model import Mode

    session = _session(app, flags, base=base)
    report = compare_all(session, None if no_cluster else _clusters(session), Mode.DIFF)
    _print(report, output, show_hidden=show_hidden)
    code = ExitCode(report.exit_code)
    return ExitCode.OK if code is ExitCode.DIFFERENT and not exit_code else code


@cli.command()
@click.argument("app", nargs=-1)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_input_options(_SYNC)
def sync(app: tuple[str, ...], output: str, **flags: Any) -> ExitCode:
    """Bring the cluster to what Git says, and wait until it is healthy."""
    from gitops_action.commands.interrupt import stop_on_signals
    from gitops_action.commands.sync import sync as sync_all

    session = _session(app, flags)
    clusters = _clusters(session)
    with stop_on_signals() as stop:
        report = sync_all(session, clusters, stop)
        interrupted = stop.is_set()
    _print(report, output)
    return ExitCode.INTERRUPTED if interrupted else ExitCode(report.exit_code)


@cli.command()
@click.option(
    "--base", default="", metavar="REV", help="Where the change begins; otherwise what a push or parent says."
)
@click.option("--head", default="", metavar="REV", help="Where it ends: the checked-out commit, without dirty files.")
@click.option("--shards", type=click.IntRange(1, 256), help="Print a GitHub Actions matrix of at most so many jobs.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_input_options(["applications", "settings", "working-directory"])
def affected(base: str, head: str, shards: int | None, output: str, **flags: Any) -> ExitCode:
    """Show which applications a change touches, and why."""
    from gitops_action.adapters.process import SubprocessProcess
    from gitops_action.commands.affected import as_json, as_matrix, as_text, find_affected

    outcome = find_affected(_inputs(flags), SubprocessProcess(), os.environ, base=base, head=head)
    if shards is not None:
        click.echo(as_matrix(outcome, shards))
    elif output == "json":
        click.echo(as_json(outcome))
    else:
        click.echo(as_text(outcome), nl=False)
    for note in outcome.notes:
        click.echo(f"note: {note}", err=True)
    for problem in outcome.problems:
        _show(problem)
    return outcome.exit_code


cli.add_command(check)


def _session(names: tuple[str, ...], flags: dict[str, Any], *, base: str = "") -> Session:
    from gitops_action.commands.interrupt import raise_on_signals
    from gitops_action.commands.session import open_session
    from gitops_action.github.events import Event

    raise_on_signals()
    return open_session(_inputs(flags), Event(name="", verb=""), _ports(sys.stderr), names, base=base)


def _inputs(flags: dict[str, Any]) -> Inputs:
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


def _clusters(session: Session) -> Any:
    from gitops_action.commands.clusters import Clusters

    return Clusters(session)


def _ports(stream: Any) -> Ports:
    from gitops_action.adapters.clock import SystemClock
    from gitops_action.adapters.process import SubprocessProcess
    from gitops_action.adapters.workflow import connect_workflow
    from gitops_action.commands.session import Ports

    return Ports(
        process=SubprocessProcess(),
        workflow=connect_workflow(os.environ, stream),
        clock=SystemClock(),
        environment=dict(os.environ),
    )


def _print(report: Report, output: str, *, show_hidden: bool = False) -> None:
    from gitops_action.report.json import to_json
    from gitops_action.report.text import text

    if output == "json":
        click.echo(to_json(report))
    else:
        click.echo(text(report, color=sys.stdout.isatty(), show_hidden=show_hidden), nl=False)


def _show(error: GitOpsError) -> None:
    click.echo(f"error: {error}", err=True)


def _summary_of(error: GitOpsError) -> str:
    from gitops_action.report.summary import failure

    return failure(error)


def _show_bug(error: Exception) -> None:
    """Tell where a bug struck, but not the values that it struck on: a message may quote a Secret."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    shown = str(error) if os.environ.get("RUNNER_DEBUG") == "1" else "set RUNNER_DEBUG=1 to see its message"
    click.echo(f"{frames}{type(error).__name__} ({shown})", err=True)
    click.echo("This is a bug of gitops-action. Please report it with the lines above.", err=True)
