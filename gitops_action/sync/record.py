"""What a sync leaves behind: which commit was applied, what is the application's, and its last operations.

Values, and where they are kept: a Secret beside the objects, which carries no tracking, is never a target and never a
prune candidate. The inventory is why a kind whose last object left Git is still looked for. ``history`` says what
comes into a record, ``record_format`` how it looks in the cluster, and ``record_store`` reads and writes it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.application.application import Application
    from gitops_action.resource import ResourceKey

SCHEMA = 2
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "gitops-action"
"""What ``MANAGED_BY`` says of every object that keeps our state."""
OWNER_LABEL = "gitops-action/owner"
RECORD_TYPE = "gitops-action/record"
_NAME_LIMIT = 200


class OperationKind(StrEnum):
    """What an operation was for."""

    SYNC = "sync"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose an application is: a repository, by GitHub's number and by URL, its branch, and the file that describes it.

    What is not known is 0 or empty.
    """

    repository_id: int = 0
    repository: str = ""
    path: str = ""
    branch: str = ""

    @property
    def label(self) -> str:
        """What finds the records of one branch of a repository, by whichever host; empty where that is not known."""
        name = self.repository.partition("/")[2]
        return hashlib.sha256(f"{name}\0{self.branch}".encode()).hexdigest()[:32] if name and self.branch else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSource:
    """What an operation rendered; an empty text means "not set"."""

    repo_url: str = ""
    target_revision: str = ""
    path: str = ""
    chart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation that changed the application, or tried to. ``phase`` is an ``OperationPhase``'s word.

    ``targets`` is the digest under which the record keeps what was rendered, empty where it does not.
    ``rolled_back_to`` is the operation that a rollback went back to.
    """

    id: int
    revision: str
    phase: str
    kind: OperationKind = OperationKind.SYNC
    message: str = ""
    health: str = ""
    """The application's health when the operation ended; empty where nothing was waited for."""
    initiator: str = ""
    is_automated: bool = False
    approvals: tuple[str, ...] = ()
    sources: tuple[RecordedSource, ...] = ()
    run_url: str = ""
    started: float = 0.0
    finished: float = 0.0
    targets: str = ""
    rolled_back_to: int | None = None
    holder: str = ""
    """Who held the lock: once the operation is over, whatever is left of that lock holds nobody up."""
    hooks_done: bool = False
    """Whether all hooks had run when the operation was seen last: one that was killed runs none of them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One application as its last sync left it. Times are seconds since the epoch.

    The first fields are of the last sync, also of one that found nothing to change (``phase`` is an
    ``OperationPhase``'s word); ``operations``, newest first, are those that did. ``targets`` are what was rendered,
    gzipped, by digest. ``heals`` counts the self-heals since the last operation, of which the newest ended at
    ``healed``. ``finalizers`` and ``sync_options`` are the application's: they say what becomes of its objects once it
    is gone from Git.
    """

    application: str
    phase: str
    revision: str = ""
    inventory: tuple[ResourceKey, ...] = ()
    run_url: str = ""
    started: float = 0.0
    finished: float = 0.0
    schema: int = SCHEMA
    namespace: str = ""
    destination_namespace: str = ""
    owner: Owner = Owner()
    cluster_uid: str = ""
    operations: tuple[Operation, ...] = ()
    targets: Mapping[str, bytes] = field(default_factory=dict)
    heals: int = 0
    healed: float = 0.0
    finalizers: tuple[str, ...] = ()
    sync_options: tuple[str, ...] = ()


def record_name(application: Application) -> str:
    """Return the Secret's name: readable, and unique for each name and destination namespace."""
    identity = f"{application.name}\0{application.destination.namespace}".encode()
    return f"gitops-action.{application.name[:_NAME_LIMIT]}-{hashlib.sha256(identity).hexdigest()[:8]}"


def record_namespace(application: Application, state_namespace: str = "") -> str:
    """Return where the record lives; ``state_namespace`` is where the user wants those of all applications."""
    return state_namespace or application.destination.namespace or "default"


def united(*inventories: Iterable[ResourceKey]) -> tuple[ResourceKey, ...]:
    """Return all keys of some inventories, sorted, each once."""
    return tuple(sorted({key for inventory in inventories for key in inventory}))
