"""Global projects add their rules to every project whose labels match."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.application.discovery import Document
from gitops_action.application.projects import Projects, read_projects
from gitops_action.application.settings import Settings, parse_settings
from gitops_action.commands.global_projects import with_global_projects
from gitops_action.errors import UsageError


def _settings(text: str) -> Settings:
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": {}}
    return parse_settings(Document(file="cm.yaml", line=1, value={**value, "data": {"globalProjects": text}}))


def _projects(**specs: dict[str, Any]) -> Projects:
    return read_projects(
        Document(
            file="p.yaml",
            line=1,
            value={
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "AppProject",
                "metadata": {"name": name, "labels": {"tier": "team"} if name != "base" else {}},
                "spec": spec,
            },
        )
        for name, spec in specs.items()
    )


MATCHING = "- {projectName: base, labelSelector: {matchLabels: {tier: team}}}\n"


def test_lists_are_put_together_and_the_global_one_stays_as_it_is() -> None:
    projects = _projects(
        team={"sourceRepos": ["https://a"], "destinations": [{"server": "*", "namespace": "shop"}]},
        base={
            "sourceRepos": ["https://b"],
            "destinations": [{"server": "*", "namespace": "tools"}],
            "clusterResourceBlacklist": [{"group": "", "kind": "Node"}],
            "syncWindows": [{"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["*"]}],
        },
    )
    found = with_global_projects(projects, _settings(MATCHING)).valid
    assert found["team"].source_repos == ("https://a", "https://b")
    assert [each.namespace for each in found["team"].destinations] == ["shop", "tools"]
    assert [each.kind for each in found["team"].cluster_resource_blacklist] == ["Node"]
    assert [each.kind for each in found["team"].sync_windows] == ["deny"]
    assert found["base"] == projects.valid["base"]


def test_a_project_that_permits_every_kind_is_narrowed_by_a_global_list() -> None:
    listed = {"namespaceResourceWhitelist": [{"group": "", "kind": "ConfigMap"}]}
    found = with_global_projects(_projects(team={}, base=listed), _settings(MATCHING)).valid
    assert [each.kind for each in found["team"].namespace_resource_whitelist or ()] == ["ConfigMap"]
    assert (
        with_global_projects(_projects(team={}, base={}), _settings(MATCHING))
        .valid["team"]
        .namespace_resource_whitelist
        is None
    )


def test_what_the_selector_does_not_match_and_projects_that_are_not_there_change_nothing() -> None:
    projects = _projects(team={}, base={"sourceRepos": ["https://b"]})
    for text in (MATCHING.replace("tier: team", "tier: other"), MATCHING.replace("base", "gone"), ""):
        assert with_global_projects(projects, _settings(text)) == projects


def test_a_setting_that_cannot_be_read_is_an_error_with_its_place() -> None:
    with pytest.raises(UsageError, match="setting globalProjects is no list of entries"):
        _settings("projectName: base")
    with pytest.raises(UsageError, match="setting globalProjects of argocd-cm"):
        with_global_projects(_projects(team={}, base={}), _settings(MATCHING.replace("tier: team", "tier: {a: b}")))
