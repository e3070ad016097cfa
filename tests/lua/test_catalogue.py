from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.lua.catalogue import ScriptFolder, ScriptLibrary
from gitops_action.resource import GroupKind

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = ScriptLibrary(
    {
        "apps/Deployment": "exact",
        "Node": "core group",
        "_.crossplane.io/_": "wildcard group",
        "sub.crossplane.io/_": "wildcard kind",
        "sub.crossplane.io/Exact": "exact in a group of wildcards",
        "operator.io/_": "wildcard kind alone",
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
    (folder / "actions" / "discovery.lua").write_text("no health")
    (tmp_path / "Node").mkdir()
    (tmp_path / "Node" / "health.lua").write_text("core group")
    scripts = ScriptFolder(tmp_path)
    assert dict(scripts) == {"Node": "core group", "apps/Deployment": "return {}"}
    assert len(scripts) == 2
    assert [name in scripts for name in ("apps", "Pod", "../" + tmp_path.name + "/Node", "")] == [False] * 4
