"""The settings of ``argocd-cm`` that steer rendering: options for kustomize, tools that are off, schemes of values.

In: the data of the ConfigMap. Out: ``RenderingSettings``. What a renderer makes of an option is its own matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILD_OPTIONS = "kustomize.buildOptions"
VALUE_SCHEMES = "helm.valuesFileSchemes"
_SWITCHES = {"kustomize.enable": "Kustomize", "helm.enable": "Helm", "jsonnet.enable": "Jsonnet"}
_OF_VERSIONS = ("kustomize.path.", "kustomize.version.")
KEYS = frozenset({BUILD_OPTIONS, VALUE_SCHEMES, *_SWITCHES})


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderingSettings:
    """``disabled`` are the tools that are off; ``kustomize_versions`` those that Argo CD has programs for."""

    build_options: tuple[str, ...] = ()
    disabled: frozenset[str] = frozenset()
    kustomize_versions: frozenset[str] = frozenset()
    value_schemes: frozenset[str] = frozenset({"https", "http"})


def rendering_settings(texts: Mapping[str, str]) -> RenderingSettings:
    """Return the settings among the texts of ``argocd-cm``."""
    default = RenderingSettings()
    schemes = texts.get(VALUE_SCHEMES)
    return RenderingSettings(
        build_options=tuple(texts.get(BUILD_OPTIONS, "").split()),
        disabled=frozenset(tool for key, tool in _SWITCHES.items() if texts.get(key) == "false"),
        kustomize_versions=frozenset(
            key.removeprefix(prefix) for key in texts for prefix in _OF_VERSIONS if key.startswith(prefix)
        ),
        value_schemes=default.value_schemes
        if schemes is None
        else frozenset(scheme.strip().lower() for scheme in schemes.split(",") if scheme.strip()),
    )


def is_read(key: str) -> bool:
    """Return whether a key of the settings is one of these."""
    return key in KEYS or key.startswith(_OF_VERSIONS)
