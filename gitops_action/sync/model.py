"""The words of an operation: phases, result codes, and the values that a sync leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_action.health import HealthStatus
    from gitops_action.resource import ResourceKey


class SyncPhase(StrEnum):
    """The phases of a sync, in order."""

    PRE_SYNC = "PreSync"
    SYNC = "Sync"
    POST_SYNC = "PostSync"
    SYNC_FAIL = "SyncFail"


class OperationPhase(StrEnum):
    """Where an operation, or one hook of it, stands."""

    RUNNING = "Running"
    TERMINATING = "Terminating"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ERROR = "Error"

    @property
    def is_completed(self) -> bool:
        """Whether nothing more happens."""
        return self in (OperationPhase.SUCCEEDED, OperationPhase.FAILED, OperationPhase.ERROR)


class ResultCode(StrEnum):
    """What came of one object."""

    SYNCED = "Synced"
    SYNC_FAILED = "SyncFailed"
    PRUNED = "Pruned"
    PRUNE_SKIPPED = "PruneSkipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceResult:
    """What a sync did to one object in one phase; ``started`` and ``finished`` are seconds since the epoch."""

    key: ResourceKey
    phase: SyncPhase
    wave: int = 0
    code: ResultCode | None = None
    """``None`` while the task has not been run."""
    message: str = ""
    hook_phase: OperationPhase | None = None
    is_hook: bool = False
    started: float = 0.0
    finished: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationResult:
    """How an operation ended, or stands."""

    phase: OperationPhase
    message: str
    resources: tuple[ResourceResult, ...] = ()
    health: HealthStatus | None = None
    """The application's health when the wait ended; ``None`` where nothing was waited for."""
    resource_health: tuple[tuple[ResourceKey, HealthStatus], ...] = ()
    causes: tuple[str, ...] = ()
    """What explains a failed wait: conditions, pod reasons, events, last log lines. Masked."""
    timed_out: bool = False
    terminated: bool = False
    """Whether somebody asked it to end before it was done, by a signal or through the lock."""
    unanswered: bool = False
    """Whether a write may still land: the operation was stopped while the API server had not answered."""
    changed: bool = False
    """Whether there was anything to write; nothing was where this is false."""
    revision: str = ""
    started: float = 0.0
    finished: float = 0.0
