"""Argo CD's ``Application`` as a value: sources, destination and sync policy, every field by its own name.

In: parsed documents (``parse.py``) or the inputs of a run. Out: frozen values that every later stage reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.dangers import DangerName
    from gitops_action.resource.resource import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmParameter:
    """One ``--set``; ``force_string`` makes it ``--set-string``."""

    name: str
    value: str
    force_string: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmFileParameter:
    """One ``--set-file``."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmSource:
    """``source.helm``; an empty text means "not set"."""

    value_files: tuple[str, ...] = ()
    parameters: tuple[HelmParameter, ...] = ()
    file_parameters: tuple[HelmFileParameter, ...] = ()
    release_name: str = ""
    values: str = ""
    values_object: JsonObject | None = None
    ignore_missing_value_files: bool = False
    skip_crds: bool = False
    skip_tests: bool = False
    skip_schema_validation: bool = False
    pass_credentials: bool = False
    namespace: str = ""
    version: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeReplica:
    """``source.kustomize.replicas[]``."""

    name: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeSource:
    """``source.kustomize``."""

    name_prefix: str = ""
    name_suffix: str = ""
    images: tuple[str, ...] = ()
    replicas: tuple[KustomizeReplica, ...] = ()
    common_labels: Mapping[str, str] = field(default_factory=dict)
    common_annotations: Mapping[str, str] = field(default_factory=dict)
    force_common_labels: bool = False
    force_common_annotations: bool = False
    common_annotations_envsubst: bool = False
    label_without_selector: bool = False
    label_include_templates: bool = False
    namespace: str = ""
    patches: tuple[JsonObject, ...] = ()
    components: tuple[str, ...] = ()
    ignore_missing_components: bool = False
    version: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySource:
    """``source.directory``; ``jsonnet`` is kept as read, and reported as not supported."""

    recurse: bool = False
    include: str = ""
    exclude: str = ""
    disable_extension_filter: bool = False
    jsonnet: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One of an application's sources; a tool's block is ``None`` where the document has none."""

    repo_url: str = ""
    path: str = ""
    target_revision: str = ""
    chart: str = ""
    ref: str = ""
    name: str = ""
    tag_prefix: str = ""
    helm: HelmSource | None = None
    kustomize: KustomizeSource | None = None
    directory: DirectorySource | None = None
    plugin: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an application goes: a cluster by ``server`` URL or ``name``, and a namespace."""

    server: str = ""
    name: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        """Return the cluster's name or URL as the user wrote it; Argo CD's name for its own where none is meant."""
        return self.name or self.server.replace("https://kubernetes.default.svc", "in-cluster") or "in-cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Automated:
    """``syncPolicy.automated``."""

    prune: bool = False
    self_heal: bool = False
    allow_empty: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """``syncPolicy.retry``; durations in seconds, ``limit`` negative for no limit."""

    limit: int = 0
    duration: float = 5.0
    factor: int = 2
    max_duration: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPolicy:
    """``syncPolicy``."""

    automated: Automated | None = None
    sync_options: tuple[str, ...] = ()
    retry: Retry | None = None
    managed_namespace_metadata: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreDifference:
    """``ignoreDifferences[]``: which objects, and what of them is not compared."""

    group: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    json_pointers: tuple[str, ...] = ()
    jq_path_expressions: tuple[str, ...] = ()
    managed_fields_managers: tuple[str, ...] = ()


class ConditionType(StrEnum):
    """Argo CD's condition types; the ending says how grave one is."""

    INVALID_SPEC_ERROR = "InvalidSpecError"
    COMPARISON_ERROR = "ComparisonError"
    SYNC_ERROR = "SyncError"
    SHARED_RESOURCE_WARNING = "SharedResourceWarning"
    REPEATED_RESOURCE_WARNING = "RepeatedResourceWarning"
    EXCLUDED_RESOURCE_WARNING = "ExcludedResourceWarning"
    ORPHANED_RESOURCE_WARNING = "OrphanedResourceWarning"
    UNSUPPORTED_WARNING = "UnsupportedFieldWarning"
    UNREPEATABLE_WARNING = "UnrepeatableWarning"
    DANGER_WARNING = "DangerWarning"
    CLIENT_COMPARISON_WARNING = "ClientSideComparisonWarning"
    UNSEEN_FIELDS_WARNING = "UnseenFieldsWarning"
    IGNORED_FIELD_WARNING = "IgnoredFieldWarning"
    ARGOCD_WARNING = "ArgoCDWarning"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationCondition:
    """What is wrong or remarkable with one application; ``remedy`` says what to do about it.

    ``danger`` is its name among those that input ``dangers`` weighs, ``None`` where it is none of them.
    """

    type: ConditionType
    message: str
    remedy: str = ""
    danger: DangerName | None = None

    @property
    def is_error(self) -> bool:
        """Whether the application cannot be judged while this holds."""
        return self.type.value.endswith("Error")


_WAVE = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A place in a RollingSync: ``step`` counts from 0 and is -1 where none of the set's ``steps`` matches (APS-23).

    ``max_update`` is as the step has it: a number, a percentage, or empty for all.
    """

    applicationset: str
    step: int
    steps: int
    max_update: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application: what to render, where it belongs, and how it may be synced.

    ``file`` is the document's path relative to the repository root, empty for one that the inputs describe.
    """

    name: str
    namespace: str = "argocd"
    project: str = "default"
    sources: tuple[Source, ...] = ()
    destination: Destination = Destination()
    sync_policy: SyncPolicy = SyncPolicy()
    ignore_differences: tuple[IgnoreDifference, ...] = ()
    info: tuple[tuple[str, str], ...] = ()
    revision_history_limit: int = 10
    annotations: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    finalizers: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    conditions: tuple[ApplicationCondition, ...] = ()
    parent: tuple[str, str] | None = None
    """Namespace and name of the application that renders this one, if any does."""
    rollout: Rollout | None = None
    """Where it stands in the RollingSync of the set that generates it, if that has one."""

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def wave(self) -> int:
        """The sync wave that its own document names, by which its parent orders it."""
        text = self.annotations.get("argocd.argoproj.io/sync-wave", "")
        return int(text) if _WAVE.fullmatch(text) else 0
