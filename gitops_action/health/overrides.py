"""The health settings of ``argocd-cm``: which kinds have a Lua script of the user's own, and with which libraries.

In: the ConfigMap's data. Out: ``HealthOverrides``. Rules: Argo CD's ``resource.customizations.health.<group_Kind>``,
``.useOpenLibs.<group_Kind>`` and the older ``resource.customizations``; and one key of our own,
``gitops-action.healthFromConditions``. Other customizations are read elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource import GroupKind

_LEGACY: Final = "resource.customizations"
_HEALTH: Final = "resource.customizations.health."
FROM_CONDITIONS: Final = "gitops-action.healthFromConditions"
"""Whether conditions speak for kinds without a rule; they do unless this is ``false``."""
_OPEN_LIBS: Final = "resource.customizations.useOpenLibs."
_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "False"})


class HealthScript(NamedTuple):
    """A user's script."""

    lua: str
    use_open_libs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthOverrides:
    """Scripts by ``<group>/<Kind>``, which may hold ``*``.

    ``generic_conditions`` lets the conditions of custom resources speak where no rule does.
    """

    scripts: Mapping[str, HealthScript] = field(default_factory=dict)
    generic_conditions: bool = True

    def script(self, kind: GroupKind) -> HealthScript | None:
        """Return the script for a kind: that of its own name, else the first wildcard that matches, in sorted order."""
        exact = self.scripts.get(str(kind))
        if exact is not None:
            return exact
        return next((self.scripts[key] for key in sorted(self.scripts) if _matches(key, str(kind))), None)


def parse_overrides(data: Mapping[str, str]) -> HealthOverrides:
    """Return the health settings in a ConfigMap's data; raises ``UsageError`` for what Argo CD refuses too."""
    scripts = _legacy(data.get(_LEGACY) or "")
    for name, text in data.items():
        if name.startswith(_HEALTH):
            key = _override_key(name, name.removeprefix(_HEALTH))
            scripts[key] = scripts.get(key, HealthScript(""))._replace(lua=text)
        elif name.startswith(_OPEN_LIBS):
            key = _override_key(name, name.removeprefix(_OPEN_LIBS))
            scripts[key] = scripts.get(key, HealthScript(""))._replace(use_open_libs=_boolean(name, text))
    # An entry without a script says nothing about health.
    return HealthOverrides(
        scripts={key: script for key, script in scripts.items() if script.lua},
        generic_conditions=_boolean(FROM_CONDITIONS, data.get(FROM_CONDITIONS, "true")),
    )


def _legacy(text: str) -> dict[str, HealthScript]:
    documents = load_documents(text, source=f"argocd-cm: {_LEGACY}")
    value: Any = documents[0][0] if documents else {}
    if not isinstance(value, dict) or not all(isinstance(entry, dict | None) for entry in value.values()):
        raise UsageError(f"argocd-cm: {_LEGACY} is not a mapping of <group>/<Kind> to settings")
    return {key: _legacy_script(key, entry or {}) for key, entry in value.items()}


def _legacy_script(key: str, entry: dict[str, Any]) -> HealthScript:
    lua, use_open_libs = entry.get("health.lua") or "", entry.get("health.lua.useOpenLibs") or False
    if not isinstance(lua, str) or not isinstance(use_open_libs, bool):
        raise UsageError(f"argocd-cm: {_LEGACY}: {key}: health.lua is a string, health.lua.useOpenLibs a boolean")
    return HealthScript(lua, use_open_libs)


def _override_key(name: str, group_kind: str) -> str:
    """Turn ``group_Kind`` into ``group/Kind``; a kind of the core group stands alone."""
    parts = group_kind.split("_")
    if len(parts) > 2 or not group_kind:
        raise UsageError(
            f"argocd-cm: {name}: the key ends in <group>_<Kind>, or in <Kind> for the core group, not in {group_kind!r}"
        )
    return "*/*" if group_kind == "all" else "/".join(parts)


def _boolean(name: str, text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise UsageError(f"argocd-cm: {name}: {text!r} is not a boolean")


def _matches(pattern: str, name: str) -> bool:
    """Match a glob whose ``*`` stands for any text, slashes too, and ``?`` for one character."""
    parts = re.split(r"(\*+|\?)", pattern)
    regex = "".join(".*" if part[:1] == "*" else "." if part == "?" else re.escape(part) for part in parts)
    return re.fullmatch(regex, name, re.DOTALL) is not None
