from __future__ import annotations

import pytest

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.health.aggregate import HealthRow, assess_application
from gitops_action.resource import Resource, ResourceKey

HOOK = {"argocd.argoproj.io/hook": "Sync"}
SKIP = {"argocd.argoproj.io/hook": "Skip"}
NOT_CHECKED = {"argocd.argoproj.io/ignore-healthcheck": "true"}
APPLICATION = ResourceKey("argoproj.io", "Application", "argocd", "shop")


def resource(name: str, health: str, annotations: dict[str, str], *, api_version: str, namespace: str) -> Resource:
    """An object that carries the health it will be found in."""
    metadata = {"name": name, "namespace": namespace, "annotations": annotations}
    kind = "Application" if api_version.startswith("argoproj.io") else "Deployment"
    return Resource({"apiVersion": api_version, "kind": kind, "metadata": metadata, "health": health})


def row(
    name: str,
    health: str = "Healthy",
    annotations: dict[str, str] | None = None,
    *,
    is_live: bool = True,
    is_target: bool = True,
    api_version: str = "apps/v1",
    namespace: str = "shop",
) -> HealthRow:
    found = resource(name, health, annotations or {}, api_version=api_version, namespace=namespace)
    return HealthRow(key=found.key, target=found if is_target else None, live=found if is_live else None)


def assess(live: Resource) -> HealthStatus | None:
    word = live.object["health"]
    if word == "none":
        return None
    if word == "error":
        return HealthStatus(code=HealthStatusCode.UNKNOWN, message="boom", error="why")
    return HealthStatus(code=HealthStatusCode(word))


def words(*rows: HealthRow) -> str:
    status = assess_application(rows, assess, application=APPLICATION).status
    return ": ".join(filter(None, [status.code, status.message]))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Healthy"),
        ([row("a"), row("b", "none")], "Healthy"),
        ([row("a", "")], "Healthy"),
        ([row("a", "Suspended"), row("b")], "Suspended: Caused by apps/Deployment:shop/a"),
        ([row("a", "Suspended"), row("b", "Progressing")], "Progressing: Caused by apps/Deployment:shop/b"),
        ([row("a", "Missing"), row("b", "Progressing")], "Missing: Caused by apps/Deployment:shop/a"),
        ([row("a", "Missing"), row("b", "Degraded")], "Degraded: Caused by apps/Deployment:shop/b"),
        ([row("a", "Unknown"), row("b", "Degraded")], "Unknown: Caused by apps/Deployment:shop/a"),
        ([row("a", "Degraded", is_target=False)], "Degraded: Caused by apps/Deployment:shop/a"),
    ],
)
def test_the_worst_health_is_the_applications_and_names_its_causes(rows: list[HealthRow], expected: str) -> None:
    """HLT-16, HLT-17: what awaits pruning counts too."""
    assert words(*rows) == expected


@pytest.mark.parametrize("annotations", [HOOK, SKIP])
def test_hooks_and_what_is_skipped_are_left_out(annotations: dict[str, str]) -> None:
    """HLT-11, HLT-14."""
    assert words(row("a", "Degraded", annotations)) == "Healthy"
    assert words(row("a", "Degraded", annotations, is_target=False)) == "Healthy"
    assert words(row("a", annotations=annotations, is_live=False), row("b")) == "Healthy"


def test_a_hook_that_is_not_there_yet_counts_as_missing() -> None:
    """HLT-14: a target alone is left out only for ``Skip``."""
    assert words(row("a", annotations=HOOK, is_live=False)) == "Missing"


def test_an_ignored_health_check_on_the_live_object_is_no_health_but_a_resource() -> None:
    """HLT-12."""
    found = assess_application([row("a", "Degraded", NOT_CHECKED), row("b", is_live=False)], assess)
    assert found.status == HealthStatus(code=HealthStatusCode.HEALTHY)
    assert found.rows == (None, HealthStatus(code=HealthStatusCode.MISSING))


def test_a_missing_object_is_missing_and_does_not_worsen_the_application() -> None:
    """HLT-13."""
    assert words(row("a", is_live=False), row("b")) == "Healthy"
    assert words(row("a", is_live=False), row("b", "Progressing")) == "Progressing: Caused by apps/Deployment:shop/b"


def test_an_application_of_which_nothing_is_live_is_missing_without_a_cause() -> None:
    """HLT-14, HLT-17."""
    assert words(row("a", is_live=False), row("b", is_live=False)) == "Missing"


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ("Missing", "Healthy"),
        ("Unknown", "Healthy"),
        ("Degraded", "Degraded: Caused by argoproj.io/Application:argocd/x"),
    ],
)
def test_a_child_application_counts_unless_it_is_missing_or_unknown(health: str, expected: str) -> None:
    """HLT-15."""
    assert words(row("x", health, api_version="argoproj.io/v1alpha1", namespace="argocd")) == expected


def test_the_application_that_manages_itself_does_not_count() -> None:
    """HLT-15."""
    assert words(row("shop", "Degraded", api_version="argoproj.io/v1alpha1", namespace="argocd")) == "Healthy"


def test_at_most_three_causes_are_named_and_the_rest_counted() -> None:
    """HLT-17: core group and empty namespace are left out with their separators."""
    rows = [row("a", "Degraded", api_version="v1", namespace=""), row("b", "Degraded"), row("c", "Degraded")]
    three = "Deployment:a, apps/Deployment:shop/b, apps/Deployment:shop/c"
    assert words(*rows) == f"Degraded: Caused by {three}"
    assert words(*rows, row("d", "Degraded"), row("e", "Degraded")) == f"Degraded: Caused by {three} and 2 more"


def test_an_assessment_that_failed_is_told_and_the_aggregate_stands() -> None:
    """HLT-18."""
    found = assess_application([row("a", "error"), row("b", "error"), row("c")], assess)
    assert found.status.code is HealthStatusCode.UNKNOWN
    assert found.error == (
        "error setting app health: failed to get resource health for "
        '"Deployment" with name "a" in namespace "shop": why (and 1 more)'
    )


def test_the_order_of_health_words_is_argo_cds() -> None:
    order = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"]
    assert [HealthStatusCode(word).rank for word in order] == [0, 1, 2, 3, 4, 5]
    assert HealthStatusCode.NONE.rank == 0
