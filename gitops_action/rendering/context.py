"""What a rendering needs beside the application, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.application.rendering_settings import RenderingSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.application.application import ApplicationCondition
    from gitops_action.application.plugin import Plugin
    from gitops_action.ports import ApiCatalog
    from gitops_action.rendering.checkout import Checkout
    from gitops_action.rendering.source_kind import SourceKind
    from gitops_action.rendering.sources import Sources, SourceTree
    from gitops_action.resource import Resource

DIRECTORY_SIZE_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderContext:
    """One run's view of the world: the same for all of its applications with one destination.

    ``scratch`` is an existing directory of this run alone; nothing is written elsewhere. Without a ``catalog`` (no
    cluster) scopes come from the kinds that Kubernetes itself has, and from the CRDs among the targets.
    """

    checkout: Checkout
    revision: str = ""
    scratch: str
    catalog: ApiCatalog | None = None
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    helm: str = "helm"
    kustomize: str = "kustomize"
    timeout: float = 90.0
    output_limit: int = 64 * 1024 * 1024
    remotes: tuple[str, ...] = ()
    github_repository_url: str = ""
    tracked_revisions: frozenset[str] = frozenset()
    """Names of the revision that is checked out, such as ``main``; HEAD and the empty text always mean it."""
    control_plane: str = "argocd"
    directory_size_limit: int = DIRECTORY_SIZE_LIMIT
    settings: RenderingSettings = field(default_factory=RenderingSettings)
    plugins: Mapping[str, Plugin] = field(default_factory=dict)
    """The plug-ins that the workflow allows, by the names that sources call them by."""
    sources: Sources | None = None
    """Fetches other repositories and charts; without it only the checkout renders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """One source of one application, ready for its renderer: its directory is known to exist inside the checkout."""

    application_name: str
    namespace: str
    directory: str
    variables: Mapping[str, str]
    """The build environment."""
    references: Mapping[str, SourceTree] = field(default_factory=dict)
    """Files of other sources by their ``ref``, as far as this one names them."""
    project: str = "default"
    context: RenderContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An application's target resources in render order, what is remarkable, and the commands to make them by hand.

    Where a source cannot be rendered there are no targets: an application is rendered as a whole or not at all.
    """

    targets: tuple[Resource, ...] = ()
    conditions: tuple[ApplicationCondition, ...] = ()
    commands: tuple[str, ...] = ()
    kinds: tuple[SourceKind, ...] = ()
    revisions: tuple[str, ...] = ()
    """The commit, chart version or digest of each source, in their order."""
    fetched: tuple[str, ...] = ()
    """What was fetched besides the sources' own files: URL and revision of remote bases, dependencies and values."""
