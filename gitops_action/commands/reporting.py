"""The report of a run, and the file that keeps it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action import __version__
from gitops_action.errors import ExitCode, UsageError
from gitops_action.report.json import to_json
from gitops_action.report.model import Report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.commands.session import Session
    from gitops_action.ports import Head
    from gitops_action.report.model import ApplicationReport, Mode


def report_of(
    session: Session,
    *,
    mode: Mode,
    applications: tuple[ApplicationReport, ...],
    requests: int,
    notes: Iterable[str] = (),
) -> Report:
    """Return the report of a run over these applications."""
    event, head = session.event, session.head
    problems = tuple(str(problem) for problem in session.problems)
    return Report(
        mode=mode,
        repository=event.repository,
        commit=head.commit,
        head=event.head_sha or head.commit,
        base=session.base or event.base_sha,
        branch=event.tracked_branch or head.branch,
        dirty=head.dirty,
        event=event.name,
        pull_request=event.pull_request,
        run_url=event.run_url,
        run_id=event.run_id,
        run_attempt=event.run_attempt,
        actor=event.actor,
        started=session.started,
        finished=session.ports.clock.now(),
        requests=requests,
        version=__version__,
        exit_code=ExitCode.worst(
            [*(ExitCode(each.exit_code) for each in applications), *(problem.exit_code for problem in session.problems)]
        ),
        problems=problems,
        notes=(*notes, *session.notes, *_unclean(head), *_of_cache(session)),
        applications=applications,
    )


def _of_cache(session: Session) -> tuple[str, ...]:
    problems = session.manifests.store.problems if session.manifests else ()
    return tuple(f"cache-dir {session.inputs.cache_dir}: {problem}" for problem in problems)


def _unclean(head: Head) -> tuple[str, ...]:
    """Return the note that what is shown is not the commit alone."""
    if not head.dirty:
        return ()
    more = f" and {len(head.dirty) - 3:,} more" if len(head.dirty) > 3 else ""
    return (f"The work tree differs from commit {head.commit[:7]}: {', '.join(head.dirty[:3])}{more}.",)


def write_report(report: Report, session: Session) -> str:
    """Write ``report.json`` into the report folder and return its path relative to the workspace.

    The file and its folder belong to the owner of the workspace, so that later steps may read and remove them. A link
    of the checkout is never written through: where it leads is for its author to say.
    Raises ``UsageError`` where the folder cannot be written.
    """
    workspace = Path(session.ports.environment.get("GITHUB_WORKSPACE") or ".").resolve()
    # Unlike ``resolve``, this bears links in a circle.
    folder = Path(os.path.realpath(workspace / session.inputs.report_dir))
    if not folder.is_relative_to(workspace):
        raise UsageError(
            f"input report-dir: {session.inputs.report_dir} leaves the workspace",
            remedy="Name a folder relative to the workspace.",
        )
    path = folder / "report.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, to_json(report))
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
