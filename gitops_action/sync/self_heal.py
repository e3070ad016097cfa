"""Whether what drifted is brought back now: only what was synced well before, and not again at once.

In: a record, and what would be restored. Out: the reason not to, empty where nothing speaks against it. Pure. Rules:
OPS-13; as in Argo CD a self-heal repeats the last sync, and is no way to bring a new commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.sync.model import OperationPhase

if TYPE_CHECKING:
    from gitops_action.sync.record import Record

_FIRST, _FACTOR, _MOST = 2.0, 3.0, 300.0


def reason_against(record: Record | None, *, commit: str, targets: str, now: float) -> str:
    """Return why an application is not healed.

    ``commit`` is what is checked out, ``targets`` the digest of what it renders to: another commit that renders to the
    same is as good as the one that was synced.
    """
    if record is None:
        return "it was never synced from here"
    if record.phase == OperationPhase.RUNNING.value:
        return f"its last sync has not ended{_at(record)}"
    if record.phase != OperationPhase.SUCCEEDED.value:
        return f"its last sync did not succeed{_at(record)}"
    newest = record.operations[0] if record.operations else None
    is_same = bool(newest and newest.phase == OperationPhase.SUCCEEDED.value and newest.targets == targets)
    if record.revision != commit and not is_same:
        return f"commit {commit[:7]} was not synced yet: {record.revision[:7]} was last"
    left = record.healed + delay(record.heals) - now
    return f"it was healed {_times(record.heals)} in a row, and is again in {left:.0f} s" if left > 0 else ""


def delay(heals: int) -> float:
    """Return how many seconds after the last of so many self-heals the next one may be (OPS-13)."""
    return 0.0 if heals < 1 else min(_FIRST * _FACTOR ** min(heals - 1, 10), _MOST)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _at(record: Record) -> str:
    return f" ({record.run_url})" if record.run_url else ""
