"""Argo CD's build environment, and its substitution in an application's texts.

In: an application, one of its sources, and the revision. Out: ``ARGOCD_APP_*`` variables, and texts in which
``$NAME`` and ``${NAME}`` stand for them. The variables of our own process are never among them: an unknown name is
empty.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.application.application import Application, Source

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[^}]*)\}|(?P<special>[*#$@!?0-9-])|(?P<plain>[A-Za-z_][A-Za-z0-9_]*)|\{)")


def instance_name(application: Application, control_plane: str = "argocd") -> str:
    """Return the name that Argo CD tracks the application by: with its namespace outside the control plane (TRK-5)."""
    if application.namespace in ("", control_plane):
        return application.name
    return f"{application.namespace}_{application.name}"


def build_environment(
    application: Application, source: Source, revision: str, *, control_plane: str = "argocd"
) -> dict[str, str]:
    """Return the variables that an application's texts may use."""
    return {
        "ARGOCD_APP_NAME": instance_name(application, control_plane),
        "ARGOCD_APP_NAMESPACE": application.destination.namespace,
        "ARGOCD_APP_PROJECT_NAME": application.project,
        "ARGOCD_APP_REVISION": revision,
        "ARGOCD_APP_REVISION_SHORT": revision[:7],
        "ARGOCD_APP_REVISION_SHORT_8": revision[:8],
        "ARGOCD_APP_SOURCE_REPO_URL": source.repo_url,
        "ARGOCD_APP_SOURCE_PATH": source.path,
        "ARGOCD_APP_SOURCE_TARGET_REVISION": source.target_revision,
    }


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Replace ``$NAME`` and ``${NAME}``; ``$$`` is a dollar sign, an unknown name is empty."""

    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["special"] or match["plain"] or ""
        return "$" if name == "$" else variables.get(name, "")

    return _VARIABLE.sub(value, text)
