"""Whether the files to be rendered are really there: submodules checked out, Git LFS files fetched.

In: the directories that a rendering reads. Out: nothing, or an ``ApplicationError`` that names the option of
actions/checkout. Rendering what is not there would look like a change that deletes everything.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.rendering.checkout import Checkout

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
_POINTER_SIZE = 1024
"""Git LFS itself takes nothing larger for a pointer."""


def require_complete(checkout: Checkout, directory: str) -> None:
    """Refuse a directory of which Git has not checked out everything."""
    require_submodules(checkout, directory)
    for path in _small_files(directory):
        require_content(checkout, path)


def require_content(checkout: Checkout, path: str) -> None:
    """Refuse a file that is only Git LFS's pointer; one that does not exist is its renderer's matter."""
    if Path(path).is_file():
        with Path(path).open("rb") as file:
            refuse_pointer(file.read(len(LFS_POINTER)), checkout.relative(path))


def require_submodules(checkout: Checkout, directory: str) -> None:
    """Refuse a directory that is in, or holds, a submodule without its files."""
    place = f"{checkout.relative(directory)}/"
    for submodule in checkout.missing_submodules:
        if place.startswith(f"{submodule}/") or f"{submodule}/".startswith(place) or place == "./":
            raise ApplicationError(
                f"the submodule {submodule} is not checked out", remedy="Set submodules: true for actions/checkout."
            )


def refuse_pointer(content: bytes, where: str) -> None:
    """Refuse a file that is only Git LFS's pointer to its content."""
    if content.startswith(LFS_POINTER):
        raise ApplicationError(
            f"{where} is a Git LFS pointer, its content is not checked out",
            remedy="Set lfs: true for actions/checkout.",
        )


def _small_files(directory: str) -> Iterator[str]:
    pending = [directory]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != ".git":
                        pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and entry.stat().st_size <= _POINTER_SIZE:
                    yield entry.path
