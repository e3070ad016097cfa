"""An older commit does not win: the run of a commit that a newer one was synced after changes nothing any more.

In: the session and the commit that a record names. Out: whether that one is newer than ours, asked of git once a run.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.adapters.git_ancestry import came_before
from gitops_action.adapters.git_history import Origin
from gitops_action.errors import Refused, UsageError
from gitops_action.sync.model import OperationPhase

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.commands.session import Session
    from gitops_action.sync.record import Record

_COUNTED = frozenset({OperationPhase.SUCCEEDED.value, OperationPhase.RUNNING.value})
_SHORT = 7


class Ancestry:
    """Compares the run's commit with recorded ones; safe to use from many threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._known: dict[str, bool | UsageError] = {}

    def is_older(self, record: Record | None, say: Callable[[str], None]) -> bool:
        """Return whether the record is of a newer commit than the run's own.

        A sync that failed does not count, and nothing does where input ``allow-older`` is set. Where nobody can tell,
        that is said and the answer is no: a record may be of a commit that no server has any more.
        """
        ours = self._session.head.commit
        if record is None or record.phase not in _COUNTED or self._session.inputs.allow_older:
            return False
        if not ours or record.revision in ("", ours):
            return False
        with self._lock:
            if record.revision not in self._known:
                self._known[record.revision] = self._compare(record.revision)
            answer = self._known[record.revision]
        if isinstance(answer, UsageError):
            say(f"cannot tell whether {ours[:_SHORT]} is older than {record.revision[:_SHORT]}: {answer.summary}")
            return False
        return answer

    def check(self, record: Record | None, say: Callable[[str], None]) -> None:
        """Raise ``Refused`` where the record is of a newer commit."""
        if record is not None and self.is_older(record, say):
            ours = self._session.head.commit
            raise Refused(
                f"not synced: commit {ours} is older than {record.revision}, which was synced last",
                detail=f"That was {record.run_url}." if record.run_url else "",
                remedy="Sync the newer commit; to go back, set `allow-older`.",
            )

    def _compare(self, recorded: str) -> bool | UsageError:
        session = self._session
        if session.git is None:
            return UsageError("there is no Git checkout")
        event, origin = session.event, None
        if event.server_url and event.repository:
            origin = Origin(
                server_url=event.server_url,
                repository=event.repository,
                token=session.inputs.github_token,
                environment=session.ports.environment,
            )
        try:
            return came_before(session.git, session.head.commit, recorded, origin)
        except UsageError as error:
            return error
