"""Which actions a kind has: those of the settings, and those that ship with Argo CD.

In: ``resource.customizations.actions.<group_Kind>`` (and the older ``resource.customizations``) of ``argocd-cm``, and
the catalogue. Out: the scripts that discover the actions of a kind, and the script of one action (HLT-8). Keys have no
wildcards here, as in Argo CD. Never runs a script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.resource import GroupKind

ACTIONS_KEY: Final = "resource.customizations.actions."
_LEGACY: Final = "resource.customizations"
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOverride:
    """The actions that the settings give a kind; ``definitions`` are scripts by name."""

    discovery: str = ""
    definitions: Mapping[str, str] = field(default_factory=dict)
    merges_builtin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionScripts:
    """All scripts of actions: ``overrides`` by ``<group>/<Kind>``, and how a file of the catalogue is read."""

    overrides: Mapping[str, ActionOverride] = field(default_factory=dict)
    builtin: Callable[[str], str | None] = field(default=lambda path: None)  # noqa: ARG005 - no catalogue has no file

    def discovery(self, kind: GroupKind) -> tuple[str, ...]:
        """Return the scripts that name the actions of a kind; where two name the same, the first counts."""
        override = self.overrides.get(str(kind))
        own = (override.discovery,) if override else ()
        if override and not override.merges_builtin:
            return own
        builtin = self.builtin(f"{kind}/actions/discovery.lua")
        return (*own, builtin) if builtin else own

    def action(self, kind: GroupKind, name: str) -> str | None:
        """Return the script of an action: the settings' own, else the catalogue's whatever the settings merge."""
        override = self.overrides.get(str(kind))
        if override and name in override.definitions:
            return override.definitions[name]
        return self.builtin(f"{kind}/actions/{name}/action.lua") if _NAME.fullmatch(name) else None


def parse_action_overrides(data: Mapping[str, str]) -> dict[str, ActionOverride]:
    """Return the actions in a ConfigMap's data by kind; raises ``UsageError`` naming the key that cannot be read."""
    overrides = {}
    legacy = _yaml(_LEGACY, data.get(_LEGACY) or "")
    for kind, entry in legacy.items():
        if isinstance(entry, dict) and entry.get("actions"):
            overrides[str(kind)] = _override(f"{_LEGACY}: {kind}: actions", str(entry["actions"]))
    for name, text in data.items():
        if name.startswith(ACTIONS_KEY) and text.strip():
            overrides[name.removeprefix(ACTIONS_KEY).replace("_", "/", 1)] = _override(name, text)
    return overrides


def _override(key: str, text: str) -> ActionOverride:
    value = _yaml(key, text)
    definitions = value.get("definitions") or []
    if not isinstance(definitions, list) or not all(isinstance(each, dict) for each in definitions):
        raise UsageError(f"argocd-cm: {key}: definitions is not a list of mappings", remedy=_SHAPE)
    merges = value.get("mergeBuiltinActions", False)
    if not isinstance(merges, bool):
        raise UsageError(f"argocd-cm: {key}: mergeBuiltinActions is not a boolean", remedy=_SHAPE)
    scripts: dict[str, str] = {}
    for each in definitions:
        scripts.setdefault(_text(key, each, "name"), _text(key, each, "action.lua"))
    return ActionOverride(discovery=_text(key, value, "discovery.lua"), definitions=scripts, merges_builtin=merges)


_SHAPE: Final = "Write a mapping of discovery.lua, definitions (a list of name and action.lua) and mergeBuiltinActions."


def _text(key: str, entry: dict[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise UsageError(f"argocd-cm: {key}: {name} is missing or not a text", remedy=_SHAPE)
    return value


def _yaml(key: str, text: str) -> dict[str, Any]:
    documents = load_documents(text, source=f"argocd-cm: {key}")
    value = documents[0][0] if documents else {}
    if not isinstance(value, dict):
        raise UsageError(f"argocd-cm: {key} is not a mapping", remedy=_SHAPE)
    return value
