"""What tells one version of a program from another without running it: ours, and those that render."""

from __future__ import annotations

import hashlib
import os
import shutil
from functools import cache
from pathlib import Path

import gitops_action

_RENDERING = ("application", "rendering", "resource")
"""The packages whose code decides what a rendering gives."""


@cache
def program_identity(program: str) -> str:
    """Return the identity of a program: its real path, size and time; empty where there is none."""
    path = shutil.which(program)
    if path is None:
        return ""
    real = os.path.realpath(path)
    found = Path(real).stat()
    return f"{real} {found.st_size} {found.st_mtime_ns}"


@cache
def own_identity() -> str:
    """Return a digest of our own code as far as it renders: a version number may stand for many a commit."""
    root = Path(gitops_action.__file__).parent
    digest = hashlib.sha256(gitops_action.__version__.encode())
    for package in _RENDERING:
        for file in sorted((root / package).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
