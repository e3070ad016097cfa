"""Whether the sync windows of an application's project let a sync begin now.

In: an application and the session. Out: a ``WindowDecision``, or ``Refused``. Windows are asked before the first
change; a sync that has begun to write goes on to its end, whatever closes meanwhile: half of a change helps nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops_action.adapters.time_zones import find_zone
from gitops_action.application.windows import Moment, WindowDecision, decide
from gitops_action.commands.recording import is_automated
from gitops_action.errors import Refused

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.commands.session import Session

_NO_WINDOWS = WindowDecision(allowed=True, reason="the project has no sync windows")


def window_decision(application: Application, session: Session) -> WindowDecision:
    """Return what the windows say now; push and schedule count as automated, all else as manual.

    The operation began with the run: where windows let one go on that had begun, the wait for another sync, or for the
    applications of an earlier wave, does not count.
    """
    project = session.projects.valid.get(application.project)
    if project is None or not project.sync_windows:
        return _NO_WINDOWS
    moment = Moment(
        at=datetime.fromtimestamp(session.ports.clock.now(), UTC),
        manual=not is_automated(session),
        started=datetime.fromtimestamp(session.started, UTC),
    )
    return decide(project.sync_windows, application, moment, find_zone)


def check_window(application: Application, session: Session) -> None:
    """Raise ``Refused`` where the windows do not let a sync begin."""
    decision = window_decision(application, session)
    if decision.allowed:
        return
    by_hand = " by hand" if not is_automated(session) else ""
    raise Refused(
        f"{application.name}: not synced{by_hand}, for {decision}",
        remedy=f"Run it again then, or change `syncWindows` in AppProject {application.project}.",
    )
