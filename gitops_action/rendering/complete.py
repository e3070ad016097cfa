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
DEPTH_LIMIT = 100
_POINTER_SIZE = 1024
"""Git LFS itself takes nothing larger for a pointer."""


def require_complete(checkout: Checkout, directory: str) -> None:
    """Refuse a directory of which Git has not checked out everything."""
    require_submodules(checkout, directory)
    for entry in regular_files(checkout, directory):
        if entry.stat().st_size <= _POINTER_SIZE:
            require_content(checkout, entry.path)


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
            if checkout.is_fetched:
                raise ApplicationError(
                    f"the submodule {submodule} is not fetched",
                    remedy="Give the submodule's repository its own source.",
                )
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


def regular_files(checkout: Checkout, directory: str) -> Iterator[os.DirEntry[str]]:
    """Yield all files below a directory; links inside the repository are followed, each directory once."""
    pending = [(directory, 0)]
    seen = {os.path.realpath(directory)}
    while pending:
        folder, depth = pending.pop()
        if depth > DEPTH_LIMIT:
            raise too_deep(checkout.relative(directory))
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink() and not _is_new(checkout, entry, seen):
                    continue
                if entry.is_dir():
                    if entry.name != ".git":
                        pending.append((entry.path, depth + 1))
                elif entry.is_file():
                    yield entry


def _is_new(checkout: Checkout, link: os.DirEntry[str], seen: set[str]) -> bool:
    real = os.path.realpath(link.path)
    if real in seen or not checkout.contains(real):
        return False
    if link.is_dir():
        seen.add(real)
    return True


def too_deep(where: str) -> ApplicationError:
    """Return the error for directories that nest deeper than anyone means them to."""
    return ApplicationError(f"{where} holds directories nested deeper than {DEPTH_LIMIT}")
