"""Kinds that are left alone (TRK-21, TRK-22)."""

from __future__ import annotations

import pytest

from gitops_action.application.settings import ResourceFilter
from gitops_action.comparison.exclusion import NOTHING_SET, ResourceExclusion
from gitops_action.resource import GroupKind

HERE = "https://here.example"
POD = GroupKind("", "Pod")
WEB = GroupKind("apps", "Deployment")


@pytest.mark.parametrize(
    ("kind", "excluded"),
    [
        (GroupKind("", "Event"), True),
        (GroupKind("events.k8s.io", "Event"), True),
        (GroupKind("metrics.k8s.io", "PodMetrics"), True),
        (GroupKind("coordination.k8s.io", "Lease"), True),
        (GroupKind("coordination.k8s.io", "LeaseCandidate"), False),
        (POD, False),
    ],
)
def test_trk21_some_kinds_are_always_left_alone(kind: GroupKind, *, excluded: bool) -> None:
    assert NOTHING_SET(kind) is excluded


@pytest.mark.parametrize(
    ("entry", "excluded"),
    [
        pytest.param(ResourceFilter(), True, id="an empty list means all"),
        pytest.param(ResourceFilter(api_groups=("app*",)), True, id="a glob"),
        pytest.param(ResourceFilter(api_groups=("",)), False, id="the core group"),
        pytest.param(ResourceFilter(kinds=("*",)), True, id="all kinds"),
        pytest.param(ResourceFilter(kinds=("Deploy*",)), False, id="kinds are no globs"),
        pytest.param(ResourceFilter(clusters=("https://*.example",)), True, id="this cluster"),
        pytest.param(ResourceFilter(clusters=("https://other",)), False, id="another cluster"),
    ],
)
def test_trk22_an_exclusion_speaks_of_groups_kinds_and_clusters(entry: ResourceFilter, *, excluded: bool) -> None:
    assert ResourceExclusion(exclusions=[entry], server=HERE)(WEB) is excluded


def test_trk22_with_any_inclusion_for_the_cluster_everything_else_is_left_alone() -> None:
    only_apps = ResourceExclusion(inclusions=[ResourceFilter(api_groups=("apps",))], server=HERE)
    assert (only_apps(WEB), only_apps(POD)) == (False, True)
    elsewhere = ResourceExclusion(inclusions=[ResourceFilter(clusters=("https://other",))], server=HERE)
    assert (elsewhere(WEB), elsewhere(POD)) == (False, False)


def test_trk22_an_exclusion_beats_an_inclusion() -> None:
    both = ResourceExclusion(exclusions=[ResourceFilter(kinds=("Pod",))], inclusions=[ResourceFilter()], server=HERE)
    assert (both(WEB), both(POD)) == (False, True)
