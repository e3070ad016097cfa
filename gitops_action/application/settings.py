"""Argo CD's settings (``argocd-cm``) as far as they steer a comparison: tracking, exclusions, Lua health rules.

In: the data of the ConfigMap. Out: ``Settings``. Keys that have no effect here are named, never passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.application.comparison_settings import (
    COMPARE_OPTIONS,
    IGNORE,
    KNOWN_TYPES,
    MASKED_ANNOTATIONS,
    OPTIONS,
    SERVER_SIDE_DIFF,
    CompareOptions,
    KnownType,
    asks_server,
    compare_options,
    ignored_differences,
    known_types,
)
from gitops_action.application.rendering_settings import RenderingSettings, rendering_settings
from gitops_action.application.rendering_settings import is_read as steers_rendering
from gitops_action.errors import UsageError
from gitops_action.resource.tracking import INSTANCE_LABEL, TrackingMethod
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.application.application import IgnoreDifference
    from gitops_action.application.discovery import Document
    from gitops_action.resource.resource import Json, JsonObject

_LUA_KEYS = (
    "resource.customizations.health.",
    "resource.customizations.useOpenLibs.",
    "resource.customizations.actions.",
    "gitops-action.healthFromConditions",
)
_READ = frozenset(
    {
        OPTIONS,
        MASKED_ANNOTATIONS,
        SERVER_SIDE_DIFF,
        "application.resourceTrackingMethod",
        "application.instanceLabelKey",
        "installationID",
        "resource.exclusions",
        "resource.inclusions",
        "resource.customizations",
        "globalProjects",
    }
)
_OF_CONSEQUENCE = (
    "resource.customizations.",
    "resource.compareoptions",
    "kustomize.",
    "helm.",
    "resource.sensitive.",
    "globalProjects",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFilter:
    """One entry of ``resource.exclusions`` or ``resource.inclusions``; an empty list means all (TRK-22).

    Groups and clusters are globs, kinds exact or ``*``.
    """

    api_groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalProject:
    """One entry of ``globalProjects``: what a project adds to those that a label selector matches."""

    project: str
    selector: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What steers rendering, comparison and health; ``customizations`` are the keys of Lua scripts as read.

    Without a setting both annotation and label are written: the label makes each ``LIST`` small.
    """

    tracking_method: TrackingMethod = TrackingMethod.ANNOTATION_AND_LABEL
    instance_label_key: str = INSTANCE_LABEL
    installation_id: str = ""
    exclusions: tuple[ResourceFilter, ...] = ()
    inclusions: tuple[ResourceFilter, ...] = ()
    customizations: Mapping[str, str] = field(default_factory=dict)
    ignore_differences: tuple[IgnoreDifference, ...] = ()
    compare_options: CompareOptions = COMPARE_OPTIONS
    known_types: tuple[KnownType, ...] = ()
    masked_annotations: frozenset[str] = frozenset()
    """Annotations of Secrets that are masked like their data (DIF-39)."""
    global_projects: tuple[GlobalProject, ...] = ()
    asks_server: bool = True
    """Whether what differs is put to the API server (``controller.diff.server.side``)."""
    rendering: RenderingSettings = field(default_factory=RenderingSettings)
    warnings: tuple[str, ...] = ()


def parse_settings(document: Document) -> Settings:
    """Return the settings of an ``argocd-cm`` document.

    Raises ``UsageError`` naming file and key where a value cannot be read.
    """
    data = document.value.get("data") or {}
    if not isinstance(data, dict):
        raise UsageError(f"{document}: data of ConfigMap argocd-cm is not a mapping", remedy="Correct the ConfigMap.")
    texts = {str(key): str(value) for key, value in data.items()}
    method = texts.get("application.resourceTrackingMethod", "")
    return Settings(
        tracking_method=_method(method),
        instance_label_key=texts.get("application.instanceLabelKey") or INSTANCE_LABEL,
        installation_id=texts.get("installationID", ""),
        exclusions=_filters(document, texts, "resource.exclusions"),
        inclusions=_filters(document, texts, "resource.inclusions"),
        customizations={
            key: text for key, text in texts.items() if key == "resource.customizations" or key.startswith(_LUA_KEYS)
        },
        ignore_differences=ignored_differences(texts, str(document)),
        compare_options=compare_options(texts, str(document)),
        known_types=known_types(texts, str(document)),
        masked_annotations=frozenset(
            name.strip() for name in texts.get(MASKED_ANNOTATIONS, "").split(",") if name.strip()
        ),
        global_projects=_global_projects(document, texts),
        asks_server=asks_server(texts, str(document)),
        rendering=rendering_settings(texts),
        warnings=tuple(
            f"{document}: setting {key} has no effect in this version"
            for key in texts
            if key.startswith(_OF_CONSEQUENCE)
            and not key.startswith((*_LUA_KEYS, IGNORE, KNOWN_TYPES))
            and key not in _READ
            and not steers_rendering(key)
        ),
    )


def _global_projects(document: Document, texts: Mapping[str, str]) -> tuple[GlobalProject, ...]:
    key = "globalProjects"
    read = load_documents(texts.get(key, ""), source=f"{document}: setting {key}")
    entries = read[0][0] if read else []
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict)
        and isinstance(entry.get("projectName"), str)
        and isinstance(entry.get("labelSelector"), dict)
        for entry in entries
    ):
        raise UsageError(
            f"{document}: setting {key} is no list of entries with projectName and labelSelector",
            remedy="Correct the ConfigMap argocd-cm.",
        )
    return tuple(GlobalProject(project=entry["projectName"], selector=entry["labelSelector"]) for entry in entries)


def choose_settings(documents: tuple[Document, ...]) -> Settings:
    """Return the settings of a repository: the defaults without a document.

    Raises ``UsageError`` where there is more than one ``argocd-cm``.
    """
    if len(documents) > 1:
        raise UsageError(
            "the repository holds more than one ConfigMap argocd-cm",
            detail="\n".join(str(document) for document in documents),
            remedy="Name the file that counts with the input `settings`.",
        )
    return parse_settings(documents[0]) if documents else Settings()


def _method(text: str) -> TrackingMethod:
    if not text:
        return TrackingMethod.ANNOTATION_AND_LABEL
    return TrackingMethod(text) if text in set(TrackingMethod) else TrackingMethod.ANNOTATION  # TRK-1


def _filters(document: Document, texts: Mapping[str, str], key: str) -> tuple[ResourceFilter, ...]:
    loaded = load_documents(texts.get(key, ""), source=f"{document} {key}")
    entries: Json = loaded[0][0] if loaded else []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(
            f"{document}: {key} is not a list of mappings", remedy="Write entries of apiGroups, kinds and clusters."
        )
    return tuple(
        ResourceFilter(
            api_groups=tuple(map(str, entry.get("apiGroups") or ())),
            kinds=tuple(map(str, entry.get("kinds") or ())),
            clusters=tuple(map(str, entry.get("clusters") or ())),
        )
        for entry in entries
    )
