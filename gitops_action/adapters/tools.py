"""Find the programs that are not Python: helm, kustomize and the like, and the catalogue of Lua scripts.

In: a name. Out: an absolute path. Looks, in this order, into ``$GITOPS_ACTION_TOOLS``, into the container image's
folder, into the user's cache where ``tools/build.py`` puts what it builds, and on PATH. Never runs or downloads any.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gitops_action.errors import UsageError

_IMAGE = Path("/opt/gitops-action/tools")
_CATALOGUE = "catalogue"
_BUILD_SCRIPT = Path(__file__).parents[2] / "tools" / "build.py"


def find_tool(name: str) -> str:
    """Return the absolute path of a program; raise ``UsageError`` with the remedy where there is none."""
    for folder in _folders():
        if found := shutil.which(name, path=str(folder / "bin")):
            return str(Path(found).absolute())
    if found := shutil.which(name):
        return str(Path(found).absolute())
    raise UsageError(
        f"the program {name} is not installed", detail="Looked into: " + _looked_into(name), remedy=_remedy(name)
    )


def catalogue_dir() -> Path | None:
    """Return the folder of Argo CD's health and action scripts, or ``None`` where it is not installed."""
    folders = (folder / _CATALOGUE for folder in _folders())
    return next((folder for folder in folders if folder.is_dir()), None)


def _folders() -> list[Path]:
    """Return where tools are kept: each has a folder ``bin`` of programs and may have a folder ``catalogue``."""
    named = os.environ.get("GITOPS_ACTION_TOOLS")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [*([Path(named)] if named else []), _IMAGE, cache / "gitops-action" / "tools"]


def _looked_into(name: str) -> str:
    return ", ".join([*(str(folder / "bin" / name) for folder in _folders()), "PATH"])


def _remedy(name: str) -> str:
    if _BUILD_SCRIPT.is_file():
        return f"Run: python3 tools/build.py {name}"
    return f"Install {name} and put it on PATH, or name the folder that holds bin/{name} in GITOPS_ACTION_TOOLS."
