from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.lua.catalogue import library_of, read_catalogue
from gitops_action.resource import GroupKind

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = library_of(
    {
        "apps/Deployment/health.lua": "exact",
        "apps/Deployment/actions/discovery.lua": "no health",
        "Node/health.lua": "core group",
        "_.crossplane.io/_/health.lua": "wildcard group",
        "sub.crossplane.io/_/health.lua": "wildcard kind",
        "sub.crossplane.io/Exact/health.lua": "exact in a group of wildcards",
        "operator.io/_/health.lua": "wildcard kind alone",
    }
)


@pytest.mark.parametrize(
    ("kind", "script"),
    [
        (GroupKind("apps", "Deployment"), "exact"),
        (GroupKind("", "Node"), "core group"),
        (GroupKind("sub.crossplane.io", "Exact"), "exact in a group of wildcards"),
        (GroupKind("sub.crossplane.io", "Bucket"), "wildcard group"),
        (GroupKind("a.b.crossplane.io", "Bucket"), "wildcard group"),
        (GroupKind("crossplane.io", "Bucket"), None),
        (GroupKind("operator.io", "Anything"), "wildcard kind alone"),
        (GroupKind("operatorXio", "Anything"), None),
        (GroupKind("", "Deployment"), None),
    ],
)
def test_the_folder_of_the_kind_comes_first_then_wildcards_in_sorted_order(kind: GroupKind, script: str | None) -> None:
    assert LIBRARY.health_script(kind) == script
    assert LIBRARY.health_script(kind) == script


def test_an_unpacked_catalogue_is_read_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "apps" / "Deployment"
    (folder / "actions").mkdir(parents=True)
    (folder / "health.lua").write_text("return {}")
    (folder / "actions" / "discovery.lua").write_text("return {}")
    assert read_catalogue(tmp_path) == {"apps/Deployment/health.lua": "return {}"}
