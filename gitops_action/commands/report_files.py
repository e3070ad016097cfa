"""The files that keep a report: ``report.json`` for programs, ``report.html`` for people.

In: a report and the folder that the inputs name. Out: the files' paths relative to the workspace. Writes nowhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError
from gitops_action.report.html import html
from gitops_action.report.json import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.report.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """Where the report was written, relative to the workspace."""

    json: str
    html: str


def write_report(report: Report, report_dir: str, environment: Mapping[str, str]) -> ReportFiles:
    """Write both files into the report folder.

    Raises ``UsageError`` where the folder cannot be written.
    """
    document = write_beside("report.json", to_json(report), report_dir, environment)
    page = write_beside("report.html", html(report).encode(), report_dir, environment)
    return ReportFiles(json=document, html=page)


def write_beside(name: str, content: bytes, report_dir: str, environment: Mapping[str, str]) -> str:
    """Write a file into the report folder, which is made where it is missing; return its path in the workspace.

    The file and its folder belong to the owner of the workspace, so that later steps may read and remove them. A link
    of the checkout is never written through: where it leads is for its author to say.
    Raises ``UsageError`` where the folder cannot be written.
    """
    workspace = Path(environment.get("GITHUB_WORKSPACE") or ".").resolve()
    # Unlike ``resolve``, this bears links in a circle.
    folder = Path(os.path.realpath(workspace / report_dir))
    if not folder.is_relative_to(workspace):
        raise UsageError(
            f"input report-dir: {report_dir} leaves the workspace",
            remedy="Name a folder relative to the workspace.",
        )
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, content)
        _give_to_owner(workspace, (folder, path))
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {folder}: {error.strerror}",
            remedy="Name a folder that can be written with the input `report-dir`.",
        ) from error
    return path.relative_to(workspace).as_posix()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _give_to_owner(workspace: Path, paths: Iterable[Path]) -> None:
    """Undo that what the container's root makes is root's."""
    owner = workspace.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
