from __future__ import annotations

from typing import Any

import pytest

from gitops_action.health.conditions import assess_conditions, is_custom
from gitops_action.resource import Resource


def condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({}, None),
        ({"conditions": [condition("Synced", "True")]}, None),
        ({"conditions": "none of ours"}, None),
        ({"conditions": [condition("Ready", "True")]}, "Healthy: from conditions: Ready=True"),
        ({"conditions": [condition("Ready", "False", "Down", "no pods")]},
         "Progressing: from conditions: Ready=False, Down: no pods"),
        ({"conditions": [condition("Ready", "Unknown")]}, "Progressing: from conditions: Ready=Unknown"),
        ({"conditions": [condition("Ready", "True"), condition("Stalled", "True", "Stuck")]},
         "Degraded: from conditions: Stalled=True, Stuck"),
        ({"conditions": [condition("Ready", "True"), condition("Reconciling", "True")]},
         "Progressing: from conditions: Reconciling=True"),
        ({"conditions": [condition("Reconciling", "False")]},
         "Healthy: from conditions: neither stalled nor reconciling"),
        ({"observedGeneration": 1, "conditions": [condition("Ready", "True")]},
         "Progressing: from conditions: generation 2 is not observed yet, 1 is"),
        ({"observedGeneration": 2, "conditions": [condition("Ready", "True")]}, "Healthy: from conditions: Ready=True"),
    ],
)  # fmt: skip
def test_stalled_reconciling_ready_and_the_observed_generation_decide(status: Any, expected: str | None) -> None:
    live = Resource({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"generation": 2}, "status": status})
    health = assess_conditions(live)
    assert (f"{health.code}: {health.message}" if health else None) == expected


@pytest.mark.parametrize(
    ("api_version", "custom"),
    [
        ("example.com/v1", True), ("cluster.x-k8s.io/v1", True), ("gateway.networking.k8s.io/v1", True),
        ("snapshot.storage.k8s.io/v1", True), ("argoproj.io/v1alpha1", True), ("v1", False), ("apps/v1", False),
        ("networking.k8s.io/v1", False), ("storage.k8s.io/v1", False), ("batch/v1", False),
    ],
)  # fmt: skip
def test_a_kind_that_kubernetes_does_not_bring_along_is_custom(api_version: str, custom: bool) -> None:
    assert is_custom(Resource({"apiVersion": api_version, "kind": "Widget"})) is custom
