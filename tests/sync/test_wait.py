"""When an application has come to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.sync.state import Seen
from gitops_action.sync.wait import (
    Standing,
    application_health,
    assessed_keys,
    standing,
    still_degraded,
    waiting_line,
)
from tests.sync.example import an, compare

if TYPE_CHECKING:
    from gitops_action.resource import Resource, ResourceKey

WEB = an("Deployment", "web")


def _seen(live: Resource | None, health: str) -> dict[ResourceKey, Seen]:
    code, _, message = health.partition(": ")
    status = HealthStatus(code=HealthStatusCode(code), message=message) if health else None
    return {WEB.key: Seen(live=live, health=status)}


@pytest.mark.parametrize(
    ("live", "health", "is_waited_for"),
    [
        (WEB, "Healthy", False),
        (WEB, "Suspended", False),
        (WEB, "", False),
        (None, "Missing", False),
        (WEB, "Progressing", True),
        (WEB, "Unknown", True),
        (WEB.with_annotations({"argocd.argoproj.io/ignore-healthcheck": "true"}), "Progressing", False),
        (
            an("Application", "child").with_object({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}),
            "Unknown",
            False,
        ),
    ],
)
def test_what_is_waited_for_hlt_12_hlt_13_hlt_15(live: Resource | None, health: str, is_waited_for: bool) -> None:
    found = standing([WEB.key], _seen(live, health), {}, now=0.0, grace=10.0)
    assert found == Standing(waiting=(WEB.key,) if is_waited_for else (), degraded=())


def test_a_degraded_object_is_waited_for_while_patience_lasts() -> None:
    seen = _seen(WEB, "Degraded")
    since = still_degraded({}, seen, 100.0)
    early = standing([WEB.key], seen, since, now=109.0, grace=10.0)
    assert early == Standing(waiting=(WEB.key,), degraded=(), look_again=110.0)
    late = standing([WEB.key], seen, since, now=110.0, grace=10.0)
    assert late == Standing(waiting=(), degraded=(WEB.key,))
    assert still_degraded(since, _seen(WEB, "Progressing"), 111.0) == {}
    assert still_degraded(since, seen, 111.0) == {WEB.key: 100.0}


def test_hooks_and_what_is_skipped_are_no_part_of_the_health_hlt_11() -> None:
    comparison = compare([WEB, an("ConfigMap", "skipped", hook="Skip")], [an("Job", "old", hook="PreSync")])
    assert assessed_keys(comparison) == (WEB.key,)


def test_the_application_is_as_healthy_as_its_worst_object_hlt_16_hlt_17() -> None:
    rows = compare([WEB, an("ConfigMap", "settings")]).resources
    seen = _seen(WEB, "Progressing: 1 of 3")
    expected = HealthStatus(code=HealthStatusCode.PROGRESSING, message="Caused by apps/Deployment:default/web")
    assert application_health(rows, seen) == expected
    assert application_health(rows, {}) == HealthStatus(code=HealthStatusCode.MISSING)


def test_the_line_for_waiting_names_at_most_five() -> None:
    names = [f"web-{number}" for number in range(7)]
    keys = [an("Deployment", name).key for name in names]
    health = HealthStatus(code=HealthStatusCode.PROGRESSING, message="1 of 3")
    seen = {key: Seen(live=WEB, health=health) for key in keys}
    line = waiting_line(keys, seen, 40)
    assert line.startswith("waiting for the health of 7 of 40: Deployment default/web-0 Progressing (1 of 3); ")
    assert line.endswith("web-4 Progressing (1 of 3); and 2 more")
