"""Selective sync: which objects the flags mean, and what becomes of the comparison."""

from __future__ import annotations

import pytest

from gitops_action.errors import UsageError
from gitops_action.resource import Resource, ResourceKey
from gitops_action.sync.selection import Selection, parse_selection, selected
from tests.fakes import FakeCluster
from tests.sync.example import an, brief, compare, run

WEB = an("Deployment", "web")
API = an("Deployment", "api", namespace="other")
SERVICE = an("Service", "web")
ROLE = an("ClusterRole", "web")
EVERYTHING = ["ClusterRole/web", "Deployment/api", "Deployment/web", "Service/web"]


def chosen(*resources: str, label: str = "", targets: tuple[Resource, ...] = (WEB, API, SERVICE, ROLE)) -> list[str]:
    found = selected(compare(targets), parse_selection(resources, label))
    return sorted(f"{row.key.kind}/{row.key.name}" for row in found.resources)


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ((), EVERYTHING),
        (("apps:Deployment:web",), ["Deployment/web"]),
        (("apps:Deployment:other/api",), ["Deployment/api"]),
        (("apps:Deployment:default/*",), ["Deployment/web"]),
        ((":Service:*", "*:ClusterRole:web"), ["ClusterRole/web", "Service/web"]),
        (("*:*:web", "!:Service:web"), ["ClusterRole/web", "Deployment/web"]),
        (("!apps:Deployment:*",), ["ClusterRole/web", "Service/web"]),
    ],
)
def test_resources_by_pattern_an_exclusion_wins(resources: tuple[str, ...], expected: list[str]) -> None:
    assert chosen(*resources) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("tier=web", ["ConfigMap/a"]),
        ("tier==web,canary", ["ConfigMap/a"]),
        ("tier!=web", ["ConfigMap/b", "ConfigMap/c"]),
        ("tier in (web, api)", ["ConfigMap/a", "ConfigMap/b"]),
        ("tier notin (web)", ["ConfigMap/b", "ConfigMap/c"]),
        ("tier", ["ConfigMap/a", "ConfigMap/b"]),
        ("!tier", ["ConfigMap/c"]),
        (" ! canary , tier ", ["ConfigMap/b"]),
    ],
)
def test_resources_by_label(label: str, expected: list[str]) -> None:
    labels: dict[str, dict[str, str]] = {"a": {"tier": "web", "canary": ""}, "b": {"tier": "api"}, "c": {}}
    targets = tuple(an("ConfigMap", name).with_metadata(labels=found) for name, found in labels.items())
    assert chosen(label=label, targets=targets) == expected


@pytest.mark.parametrize(
    ("resource", "label"), [("web", ""), ("apps:Deployment", ""), ("a:b:c/d/e", ""), ("", "a=b=c")]
)
def test_what_cannot_be_read_is_an_error(resource: str, label: str) -> None:
    with pytest.raises(UsageError, match=r"input (resource|label): "):
        parse_selection([resource] if resource else [], label)


def test_nothing_selected_is_an_error_cli_3() -> None:
    with pytest.raises(UsageError, match="shop: no resource is selected"):
        chosen("apps:Deployment:nowhere")


def test_a_selective_sync_runs_no_hooks_and_leaves_the_rest_alone_syn_48() -> None:
    cluster = FakeCluster()
    comparison = compare([an("Job", "before", hook="PreSync"), an("ConfigMap", "a"), an("ConfigMap", "b")])
    result = run(selected(comparison, parse_selection([":ConfigMap:b"], "")), cluster)
    assert brief(result) == ["Sync ConfigMap/b: Synced, Succeeded"]
    assert [found.name for found in cluster.objects("ConfigMap")] == ["b"]


def test_exactly_these_objects() -> None:
    key = ResourceKey("", "Service", "default", "web")
    found = selected(compare([WEB, SERVICE]), Selection(keys=frozenset({key})))
    assert [row.key for row in found.resources] == [key]
