"""Which health script a kind has: Argo CD's ``resource_customizations``, as a mapping of paths to texts.

In: the scripts that ship with Argo CD, keyed ``<group>/<Kind>``. Out: the one for a kind: the folder of its
name, else the first folder with ``_`` for ``*`` that matches, in order. Never runs a script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gitops_action.lua.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gitops_action.resource import GroupKind

_FILE: Final = "health.lua"


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


class ScriptFolder(Mapping[str, str]):
    """The health scripts of an unpacked catalogue, by folder; each is read when its kind is met."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: list[str] | None = None

    def __getitem__(self, name: str) -> str:
        """Return the script of ``<group>/<Kind>``, or of ``<Kind>``."""
        text = self.read(f"{name}/{_FILE}")
        if text is None:
            raise KeyError(name)
        return text

    def read(self, path: str) -> str | None:
        """Return a file of the catalogue, or ``None``."""
        if ".." in path.split("/"):
            return None
        try:
            return (self._folder / path).read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def __iter__(self) -> Iterator[str]:
        """Yield the folders of all scripts."""
        if self._names is None:
            paths = (*self._folder.glob(f"*/{_FILE}"), *self._folder.glob(f"*/*/{_FILE}"))
            self._names = sorted(path.parent.relative_to(self._folder).as_posix() for path in paths)
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many scripts there are."""
        return len(list(iter(self)))


def _matches(folder: str, name: str) -> bool:
    pattern = "".join("[^/]*" if part == "_" else re.escape(part) for part in re.split("(_)", folder))
    return re.fullmatch(pattern, name) is not None
