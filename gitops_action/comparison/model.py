"""The values of a comparison: one row for each object, and the application's status over them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_action.application.application import Application, ApplicationCondition
    from gitops_action.ports import ApiKind
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.fields import Path
    from gitops_action.resource.tracking import Tracking


class SyncStatusCode(StrEnum):
    """Argo CD's sync codes; a hook's row has none (``NONE``)."""

    SYNCED = "Synced"
    OUT_OF_SYNC = "OutOfSync"
    UNKNOWN = "Unknown"
    NONE = ""


class Method(StrEnum):
    """How a row was decided."""

    WALK = "owned-fields walk"
    DRY_RUN = "server-side dry run"
    CLIENT = "compared on the client"
    SCHEMA = "validated by the schema of the same change"
    CREATION = "not in the cluster"
    DELETION = "not in Git"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A field whose difference is not shown: by ``jsonPointer:/spec/replicas``, say, and its path as a JSON pointer."""

    rule: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceComparison:
    """One object: the target (tracked, with namespace), live, and what live would become.

    ``target`` is ``None`` for what is tracked but not in Git, ``live`` for what does not exist. ``predicted`` is the
    server's answer to the dry run where one was needed. ``refusal`` holds the API server's words where it refused the
    target (the sync would fail), ``unknown`` the reason of a row that could not be compared.
    ``adopts`` says that the object exists and is nobody's; ``obstacle`` why we may not touch it (another
    application's, a controller's). ``is_permitted`` is false where the application's project forbids the target, with
    the reason in ``unknown``.
    ``hidden`` are the differences that a rule takes out of sight; ``shown`` is live and the prediction without all that
    rules take out, where they do and the two differ in more than that. ``given_up`` are fields that nobody owns and Git
    no longer has: an apply alone would leave them.
    """

    key: ResourceKey
    kind: ApiKind | None
    target: Resource | None = None
    live: Resource | None = None
    predicted: Resource | None = None
    status: SyncStatusCode
    method: Method
    refusal: str = ""
    remedy: str = ""
    unknown: str = ""
    adopts: bool = False
    obstacle: str = ""
    is_hook: bool = False
    requires_pruning: bool = False
    is_permitted: bool = True
    shown: tuple[Resource, Resource] | None = None
    hidden: tuple[Hidden, ...] = ()
    given_up: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One application against its cluster; rows are sorted by group, kind, namespace and name (SST-16)."""

    application: Application
    tracking: Tracking
    status: SyncStatusCode
    resources: tuple[ResourceComparison, ...] = ()
    hooks: tuple[Resource, ...] = ()
    """Targets that are hooks and run in a sync, in render order."""
    conditions: tuple[ApplicationCondition, ...] = ()
    masked_annotations: frozenset[str] = frozenset()
    """Annotations of Secrets that are no more shown than their data (DIF-39)."""
    resource_version: str = ""
