"""A copy of a kustomization's roots, laid out as in their checkout, so that it can be edited.

In: the roots of a build and an empty folder. Out: the folder filled. The checkout is only read.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.rendering.checkout import Checkout
    from gitops_action.rendering.kustomization import Roots


def copy_roots(roots: Roots, checkout: Checkout, target: Path) -> None:
    """Copy the roots and what files are read beside them, and make the links by which some roots are reached."""
    for root in roots.directories:
        if any(root.startswith(f"{other.rstrip('/')}/") for other in roots.directories):
            continue  # copied with the root that it lies in
        ignore = shutil.ignore_patterns(".git")
        shutil.copytree(root, target / checkout.relative(root), symlinks=True, ignore=ignore, dirs_exist_ok=True)
    for file in roots.files:
        place = target / checkout.relative(file)
        if not os.path.lexists(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
    for link, real in roots.links.items():
        place = target / checkout.relative(link)
        if not os.path.lexists(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(os.path.relpath(target / checkout.relative(real), place.parent.resolve()))
