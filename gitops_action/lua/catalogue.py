"""Which health script a kind has: Argo CD's ``resource_customizations``, as a mapping of paths to texts.

In: the scripts that ship with Argo CD, keyed ``<group>/<Kind>/health.lua``. Out: the one for a kind: the folder of its
name, else the first folder with ``_`` for ``*`` that matches, in order. Never runs a script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gitops_action.lua.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gitops_action.resource import GroupKind

_FILE: Final = "/health.lua"


@dataclass(frozen=True, slots=True)
class ScriptLibrary:
    """Health scripts by folder (``apps/Deployment``), and the Lua states that scripts run in, started when needed."""

    scripts: Mapping[str, str] = field(default_factory=dict)
    open_sandbox: Sandbox = field(default_factory=lambda: Sandbox(open_libs=True), compare=False)
    closed_sandbox: Sandbox = field(default_factory=lambda: Sandbox(open_libs=False), compare=False)
    _found: dict[GroupKind, str | None] = field(default_factory=dict, compare=False, repr=False)

    def health_script(self, kind: GroupKind) -> str | None:
        """Return the script for a kind, or ``None``."""
        try:
            return self._found[kind]
        except KeyError:
            return self._found.setdefault(kind, self._find(str(kind)))

    def _find(self, name: str) -> str | None:
        exact = self.scripts.get(name)
        if exact is not None:
            return exact
        wildcards = sorted(folder for folder in self.scripts if "_" in folder)
        return next((self.scripts[folder] for folder in wildcards if _matches(folder, name)), None)


def library_of(files: Mapping[str, str]) -> ScriptLibrary:
    """Return the library of a catalogue given as relative paths and texts; only health scripts count."""
    return ScriptLibrary({path.removesuffix(_FILE): text for path, text in files.items() if path.endswith(_FILE)})


def read_catalogue(folder: Path) -> dict[str, str]:
    """Read the health scripts of an unpacked catalogue: relative path → text."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("health.lua")}


def _matches(folder: str, name: str) -> bool:
    pattern = "".join("[^/]*" if part == "_" else re.escape(part) for part in re.split("(_)", folder))
    return re.fullmatch(pattern, name) is not None
