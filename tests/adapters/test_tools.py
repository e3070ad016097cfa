"""Programs are found in a fixed order of places; a missing one is a usage error with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.tools import catalogue_dir, find_tool
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def install(folder: Path, name: str) -> str:
    program = folder / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The places to look into, all empty: named by the environment, the cache, and PATH."""
    monkeypatch.setenv("GITOPS_ACTION_TOOLS", str(tmp_path / "named"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return {
        "named": tmp_path / "named",
        "cache": tmp_path / "cache/gitops-action/tools",
        "path": tmp_path / "path",
    }


def test_the_named_folder_wins_over_the_cache_and_the_cache_over_path(places: dict[str, Path]) -> None:
    on_path = install(places["path"], "helm")
    assert find_tool("helm") == on_path
    cached = install(places["cache"] / "bin", "helm")
    assert find_tool("helm") == cached
    named = install(places["named"] / "bin", "helm")
    assert find_tool("helm") == named


def test_a_missing_program_is_a_usage_error_that_names_the_command_to_run(places: dict[str, Path]) -> None:
    with pytest.raises(UsageError) as failure:
        find_tool("kustomize")
    assert str(failure.value) == (
        "the program kustomize is not installed\n"
        f"Looked into: {places['named']}/bin/kustomize, /opt/gitops-action/tools/bin/kustomize, "
        f"{places['cache']}/bin/kustomize, PATH\n"
        "Run: python3 tools/build.py kustomize"
    )


def test_the_catalogue_is_found_in_the_same_places_and_may_be_missing(places: dict[str, Path]) -> None:
    assert catalogue_dir() is None
    (places["cache"] / "catalogue").mkdir(parents=True)
    assert catalogue_dir() == places["cache"] / "catalogue"
    (places["named"] / "catalogue").mkdir(parents=True)
    assert catalogue_dir() == places["named"] / "catalogue"
