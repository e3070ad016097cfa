"""The config management plug-ins that a run may use: those that the input ``allow-plugins`` names.

In: the input, the checkout, and the base of a proposed change. Out: plug-ins by the name that sources call them by. A
change cannot say what is run in its own review: the base's definition is in force.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.application.discovery import Document
from gitops_action.application.plugin import Plugin, parse_plugin
from gitops_action.commands.base import Base, NoBase
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from gitops_action.commands.base import Checked
    from gitops_action.inputs import Inputs


def allowed_plugins(inputs: Inputs, checked: Checked, base: Base | NoBase | None) -> dict[str, Plugin]:
    """Return the plug-ins that the workflow allows; of a review without a readable base, none.

    Raises ``UsageError`` where the input or a definition cannot be used.
    """
    if isinstance(base, NoBase):
        return {}
    plugins: dict[str, Plugin] = {}
    for entry in inputs.allow_plugins:
        name, equals, file = entry.partition("=")
        if not equals or not name or not file:
            raise UsageError(
                f"input allow-plugins: {entry!r} has no file", remedy="Write `name=path/of/plugin.yaml` on each line."
            )
        text = base.history.read(file) if base is not None else _checked_out(checked.root, file)
        if text is None:
            place = "the base of this change" if base is not None else "the checkout"
            raise UsageError(
                f"input allow-plugins: {file} is not in {place}",
                remedy="Merge the definition of the plug-in before a change may use it.",
            )
        plugin = _plugin(file, text)
        if name not in (plugin.name, plugin.called):
            raise UsageError(
                f"input allow-plugins: {file} describes {plugin.called}, not {name}", remedy="Correct the name."
            )
        plugins[plugin.called] = plugin
    return plugins


def _checked_out(root: Path, file: str) -> bytes | None:
    path = Path(root, file).resolve()
    return path.read_bytes() if path.is_relative_to(Path(root).resolve()) and path.is_file() else None


def _plugin(file: str, text: bytes) -> Plugin:
    documents = load_documents(text, source=file)
    if len(documents) != 1 or not isinstance(documents[0][0], dict):
        raise UsageError(f"{file} is not one document", remedy="Write one ConfigManagementPlugin into it.")
    value, line = documents[0]
    return parse_plugin(Document(file=file, line=line, value=value))
