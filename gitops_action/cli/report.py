"""``report``: what is done with reports that were written before."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gitops_action.cli.flags import output_option, print_report
from gitops_action.commands.merge import read_reports
from gitops_action.commands.report_files import write_report
from gitops_action.errors import ExitCode
from gitops_action.report.merge import merge as merged


@click.group()
def report() -> None:
    """Work with reports that other runs wrote."""


@report.command()
@click.argument("file", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--report-dir", default="gitops-report", show_default=True, help="Folder for the merged report's files.")
@output_option
def merge(file: tuple[Path, ...], report_dir: str, output: str) -> ExitCode:
    """Make one report of many: report.json files of jobs, shards or clusters that saw the same commit."""
    one = merged(read_reports(file))
    files = write_report(one, report_dir, {"GITHUB_WORKSPACE": os.environ.get("GITHUB_WORKSPACE", "")})
    print_report(one, output)
    click.echo(f"wrote {files.json} and {files.html}", err=True)
    return ExitCode(one.exit_code)
