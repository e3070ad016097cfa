"""The report of a run: what the applications came to, and the run that it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action import __version__
from gitops_action.errors import ExitCode
from gitops_action.report.model import Mode, Report
from gitops_action.report.texts import cleared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.commands.session import Session
    from gitops_action.ports import Head
    from gitops_action.report.model import ApplicationReport


def report_of(
    session: Session,
    *,
    mode: Mode,
    applications: tuple[ApplicationReport, ...],
    requests: int,
    notes: Iterable[str] = (),
) -> Report:
    """Return the report of a run over these applications, without anything that the run masks."""
    event, head = session.event, session.head
    problems = tuple(str(problem) for problem in session.problems)
    answers = session.manifests.answers if session.manifests else []
    report = Report(
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
        cache_hits=answers.count(True),
        cache_misses=answers.count(False),
        sync_command=_sync_command(session, mode),
        version=__version__,
        exit_code=ExitCode.worst(
            [*(ExitCode(each.exit_code) for each in applications), *(problem.exit_code for problem in session.problems)]
        ),
        problems=problems,
        notes=(*notes, *session.notes, *_unclean(head), *_of_cache(session)),
        applications=applications,
    )
    return cleared(report, session.ports.workflow.hide)


def _sync_command(session: Session, mode: Mode) -> str:
    """Return the command that syncs a pull request's head before it is merged, where comments may give it."""
    event = session.event
    is_proposed = mode is Mode.DIFF and event.pull_request and event.name != "merge_group" and not event.is_fork
    return f"/gitops sync {event.head_sha[:7]}" if is_proposed and "sync" in session.inputs.chatops_allow else ""


def _of_cache(session: Session) -> tuple[str, ...]:
    problems = session.manifests.store.problems if session.manifests else ()
    return tuple(f"cache-dir {session.inputs.cache_dir}: {problem}" for problem in problems)


def _unclean(head: Head) -> tuple[str, ...]:
    """Return the note that what is shown is not the commit alone."""
    if not head.dirty:
        return ()
    more = f" and {len(head.dirty) - 3:,} more" if len(head.dirty) > 3 else ""
    return (f"The work tree differs from commit {head.commit[:7]}: {', '.join(head.dirty[:3])}{more}.",)
