"""The one value that everything shown is rendered from.

By the time a text stands in here it is masked: a ``Report`` holds no secret, only what may be shown. Times are
seconds since the epoch; lists are in the order in which they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gitops_action.application.application import ConditionType

SCHEMA_VERSION = 1


class Mode(StrEnum):
    """What the run did."""

    DIFF = "diff"
    SYNC = "sync"
    DRIFT = "drift"


class ChangeKind(StrEnum):
    """What happens, or happened, to an object."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    EXTRA = "extra"
    """In the cluster, not in Git any more, and left there because nothing asks to prune it."""
    EQUAL = "equal"
    UNKNOWN = "unknown"
    HOOK = "hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChange:
    """One container image that changes; ``old`` or ``new`` is empty where a container comes or goes."""

    container: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenReport:
    """A field that differs and is not shown; ``rule`` says why, ``path`` is a JSON pointer into the object."""

    rule: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceReport:
    """One object's row; ``diff`` is a unified diff of YAML without file headers, empty where nothing differs."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str
    sync_status: str
    change: ChangeKind
    method: str = ""
    diff: str = ""
    added_lines: int = 0
    removed_lines: int = 0
    health_status: str = ""
    health_message: str = ""
    refusal: str = ""
    unknown: str = ""
    obstacle: str = ""
    remedy: str = ""
    adopts: bool = False
    only_marked: bool = False
    """Whether nothing changes but the marks by which it is tracked."""
    hidden: tuple[HiddenReport, ...] = ()
    dangers: tuple[str, ...] = ()
    """What the change brings about that a reviewer must know, as a consequence (``restarts 9 pods``), gravest first."""
    ignored_dangers: tuple[str, ...] = ()
    """Names of the dangers that it brings and that the user does not want to be told of."""
    failing_dangers: tuple[str, ...] = ()
    """Names of those for which the job is to fail."""
    attribution: str = ""
    """Where the difference comes from: ``change``, ``drift`` or ``both``; empty where nobody can tell."""
    change_diff: str = ""
    """The part of ``diff`` that is this change's, where some of it is drift; empty otherwise."""
    drift_diff: str = ""
    """The rest of it: what was different before this change."""
    drift_writer: str = ""
    """The field manager that wrote what drifted last; empty where it is not known."""
    drift_time: float = 0.0
    overridden: tuple[str, ...] = ()
    """Paths that this change sets, and at which live was not what the base says."""
    renamed_from: str = ""
    """The name of the object that it replaces, where both are named by their content; empty otherwise."""
    requires_pruning: bool = False
    hook: str = ""
    """The hook's types, comma separated; empty for what is none."""
    wave: int = 0
    images: tuple[ImageChange, ...] = ()
    file: str = ""
    line: int = 0
    result: str = ""
    """What the sync did: ``Synced``, ``SyncFailed``, ``Pruned``, ``PruneSkipped``; empty without a sync."""
    result_phase: str = ""
    """Where a hook's run stands: ``Running``, ``Succeeded``, ``Failed``, ``Error``; empty for what is none."""
    result_message: str = ""
    sync_phase: str = ""
    """The phase of the sync in which it was applied: ``PreSync``, ``Sync`` …; empty without a sync."""
    started: float = 0.0
    finished: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionReport:
    """An ``ApplicationCondition`` as shown."""

    type: str
    message: str
    remedy: str = ""
    fails: bool = False
    """Whether the user wants the job to fail for it."""

    @property
    def is_danger(self) -> bool:
        """Whether it speaks of a change that a reviewer must know, though nothing is wrong with it."""
        return self.type == ConditionType.DANGER_WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNodeReport:
    """An object that one of the application's objects brought about: a Pod of a ReplicaSet of a Deployment.

    ``id`` is ``group/kind/namespace/name``, and ``parent`` that of the object that owns it.
    """

    id: str
    parent: str
    group: str
    version: str
    kind: str
    namespace: str
    name: str
    health_status: str = ""
    health_message: str = ""
    created: float = 0.0
    info: tuple[str, ...] = ()
    """Short facts beside the name: images, restarts, node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReport:
    """One operation of the record: what was synced when, by whom, and how it ended."""

    id: int
    revision: str
    phase: str
    initiator: str = ""
    run_url: str = ""
    started: float = 0.0
    finished: float = 0.0
    can_roll_back: bool = False
    """Whether the record holds the rendered targets, so that a rollback needs no Git."""
    kind: str = ""
    """``sync`` or ``rollback``."""
    health: str = ""
    approvals: tuple[str, ...] = ()
    rolled_back_to: int = -1
    """The operation that a rollback went back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReport:
    """One application's result.

    ``operation_phase`` is empty where nothing was synced; ``causes`` explain a failed wait.
    """

    name: str
    namespace: str
    project: str
    cluster: str
    destination_namespace: str
    revision: str
    sync_status: str
    health_status: str
    health_message: str = ""
    operation_phase: str = ""
    operation_message: str = ""
    refused: str = ""
    """Why a rule of ours refused to sync (exit code 6); empty otherwise."""
    exit_code: int = 0
    file: str = ""
    line: int = 0
    conditions: tuple[ConditionReport, ...] = ()
    causes: tuple[str, ...] = ()
    resources: tuple[ResourceReport, ...] = ()
    sources: tuple[str, ...] = ()
    """What was fetched to render it, each with its commit, version or digest; nothing of the checkout."""
    reproduce: str = ""
    """The command that shows the same again."""
    tree: tuple[TreeNodeReport, ...] = ()
    """What the application's objects brought about, parents first; empty where it was not read."""
    external_urls: tuple[str, ...] = ()
    """Where it can be visited, as its Ingresses, routes and links say; best first."""
    history: tuple[HistoryReport, ...] = ()
    """The operations that the record remembers, newest first."""

    @property
    def is_endangered(self) -> bool:
        """Whether the application as a whole changes in a way that a reviewer must know."""
        return any(condition.is_danger for condition in self.conditions)

    def count(self, change: ChangeKind) -> int:
        """Return how many objects have this change."""
        return sum(1 for resource in self.resources if resource.change is change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run.

    ``problems`` say which input files could not be used, ``notes`` what else a reader must know of the run as a whole.
    """

    mode: Mode
    repository: str
    commit: str
    head: str
    """The commit that comments and checks go to; differs from ``commit`` for a pull request's merge commit."""
    base: str = ""
    branch: str = ""
    dirty: tuple[str, ...] = ()
    event: str = ""
    pull_request: int = 0
    run_url: str = ""
    run_id: int = 0
    run_attempt: int = 0
    actor: str = ""
    started: float = 0.0
    finished: float = 0.0
    requests: int = 0
    """HTTP requests made to API servers."""
    github_requests: int = 0
    cache_hits: int = 0
    """Renders that were taken from a cache of manifests."""
    cache_misses: int = 0
    sync_command: str = ""
    """What a comment says to sync this commit, ready to copy; empty where comments may not."""
    version: str = ""
    exit_code: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    applications: tuple[ApplicationReport, ...] = ()
    schema_version: int = field(default=SCHEMA_VERSION)
