"""Argo CD's ``ConfigManagementPlugin`` as a value: the commands that render a source.

In: the parsed document. Out: a ``Plugin``. Which plug-ins may run is decided elsewhere, by the workflow alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.reader import FieldReader
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.application.discovery import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """``init`` runs first, where there is one; ``generate`` prints the manifests. Both are argv lists."""

    name: str
    version: str = ""
    init: tuple[str, ...] = ()
    generate: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """The name by which a source calls it: with the version, where it has one."""
        return f"{self.name}-{self.version}" if self.version else self.name


def parse_plugin(document: Document) -> Plugin:
    """Return the plug-in that a document describes.

    Raises ``UsageError`` naming file and field where it is none.
    """
    problems: list[str] = []
    root = FieldReader(document.value, "", problems, [])
    spec = root.nested("spec")
    plugin = Plugin(
        name=root.nested("metadata").text("name"),
        version=spec.text("version"),
        init=_command(spec.nested("init")),
        generate=_command(spec.nested("generate")),
    )
    if document.value.get("kind") != "ConfigManagementPlugin":
        problems.insert(0, "kind is not ConfigManagementPlugin")
    elif not plugin.name or not plugin.generate:
        problems.append("metadata.name and spec.generate.command are required")
    if problems:
        raise UsageError(f"{document}: {problems[0]}", remedy="Write it as the plugin.yaml of Argo CD's sidecars.")
    return plugin


def _command(reader: FieldReader) -> tuple[str, ...]:
    return (*reader.texts("command"), *reader.texts("args"))
