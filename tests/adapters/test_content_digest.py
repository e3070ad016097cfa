"""One digest over what a rendering looks at: whatever changes there changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.content_digest import Content, ContentDigest
from gitops_action.adapters.work_tree import WorkTree
from gitops_action.affected.dependencies import Dependencies

if TYPE_CHECKING:
    from pathlib import Path


def digest(folder: Path, dependencies: Dependencies) -> Content:
    found = ContentDigest(WorkTree(root=str(folder), links={})).of(dependencies)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "dependencies",
    [
        Dependencies(files={"web/web.yaml": "named"}),
        Dependencies(directories={"web": "named"}),
        # What a kustomization names as a resource may be either.
        Dependencies(directories={"web/web.yaml": "named"}),
    ],
)
def test_a_file_counts_however_it_is_named(tmp_path: Path, dependencies: Dependencies) -> None:
    (tmp_path / "web").mkdir()
    absent = digest(tmp_path, dependencies)
    (tmp_path / "web" / "web.yaml").write_text("a: 1\n")
    before = digest(tmp_path, dependencies)
    (tmp_path / "web" / "web.yaml").write_text("apiVersion: argoproj.io/v1alpha1\n")
    after = digest(tmp_path, dependencies)
    assert len({absent.digest, before.digest, after.digest}) == 3
    assert (before.is_marked, after.is_marked) == (False, True)
