"""Run the command line: what is raised is caught here, and shown; an exit code comes out."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import click

from gitops_action.cli.flags import show
from gitops_action.cli.verbs import cli
from gitops_action.errors import ExitCode, GitOpsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_GC_THRESHOLD = (500_000, 20, 100)
"""JSON makes no cycles, and searching thousands of parsed objects for some takes longer than parsing them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; never raises for what a user can cause."""
    gc.set_threshold(*_GC_THRESHOLD)
    try:
        return int(cli.main(args=arguments, prog_name="gitops-action", standalone_mode=False) or ExitCode.OK)
    except GitOpsError as error:
        show(error)
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


def _show_bug(error: Exception) -> None:
    """Tell where a bug struck, but not the values that it struck on: a message may quote a Secret."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    shown = str(error) if os.environ.get("RUNNER_DEBUG") == "1" else "set RUNNER_DEBUG=1 to see its message"
    click.echo(f"{frames}{type(error).__name__} ({shown})", err=True)
    click.echo("This is a bug of gitops-action. Please report it with the lines above.", err=True)
