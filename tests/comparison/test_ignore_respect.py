"""``RespectIgnoreDifferences=true``: what a target takes from live (DIF-44 to DIF-46)."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.adapters.jq import JqQueries
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.application import IgnoreDifference
from gitops_action.application.comparison_settings import CompareOptions
from gitops_action.comparison.ignore_differences import IgnoreRules
from gitops_action.comparison.normalize import Normalizer
from gitops_action.comparison.respect import Respect
from gitops_action.resource.tracking import Tracking, TrackingMethod
from tests.comparison.objects import copied, entry, named, owns, parse

TRACKING = Tracking(instance="shop", namespace="shop", method=TrackingMethod.ANNOTATION)
QUERIES = JqQueries(process=SubprocessProcess())


def _respected(rule: IgnoreDifference, target: str, live: str, *managed: Any) -> Any:
    """Return the target's content as it is applied, without its tracking."""
    respect = Respect(normalizer=Normalizer(rules=IgnoreRules(entries=(rule,), queries=QUERIES)), tracking=TRACKING)
    ours = TRACKING.mark(named("apps/v1", "Deployment", parse(target)))
    there = named("apps/v1", "Deployment", parse(live)).with_metadata(uid="1", resourceVersion="7")
    there = there.with_metadata(managedFields=list(managed)) if managed else there
    before = copied(ours), copied(there)
    found = respect(ours, there)
    assert (copied(ours), copied(there)) == before
    assert TRACKING.owner(found) == "shop"
    return {name: value for name, value in found.object.items() if name not in {"apiVersion", "kind", "metadata"}}


def _pointer(*pointers: str) -> IgnoreDifference:
    return IgnoreDifference(group="apps", kind="Deployment", json_pointers=pointers)


def _jq(expression: str) -> IgnoreDifference:
    return IgnoreDifference(group="*", kind="*", jq_path_expressions=(expression,))


@pytest.mark.parametrize(
    ("rule", "target", "live", "applied"),
    [
        (
            _pointer("/spec/replicas"),
            "spec: {replicas: 2, a: 1}",
            "spec: {replicas: 5, a: 9}",
            "spec: {replicas: 5, a: 1}",
        ),
        (_pointer("/spec/replicas"), "spec: {a: 1}", "spec: {replicas: 5}", "spec: {replicas: 5, a: 1}"),
        (_pointer("/spec/replicas"), "spec: {replicas: 2}", "spec: {a: 1}", "spec: {}"),
        (_pointer("/spec/replicas"), "spec: {replicas: 2}", "spec: {replicas: 2}", "spec: {replicas: 2}"),
        (_pointer("/spec/a/b"), "spec: {c: 1}", "spec: {a: {b: 1, d: 2}}", "spec: {c: 1, a: {b: 1}}"),
        (_pointer("/status"), "spec: {a: 1}", "{spec: {a: 1}, status: {b: 1}}", "spec: {a: 1}"),
        (_pointer("/nothing"), "spec: {a: 1}", "spec: {a: 2}", "spec: {a: 1}"),
    ],
)
def test_dif_44_and_45_ignored_fields_are_lives_all_others_the_targets(
    rule: IgnoreDifference, target: str, live: str, applied: str
) -> None:
    assert _respected(rule, target, live) == parse(applied)


@pytest.mark.parametrize(
    ("rule", "target", "live", "applied"),
    [
        (
            _jq('.spec.c[] | select(.name == "app") | .image'),
            "spec: {c: [{name: new}, {name: app, image: 'a:1', x: 1}]}",
            "spec: {c: [{name: mesh}, {name: app, image: 'a:2', x: 2}]}",
            "spec: {c: [{name: new}, {name: app, image: 'a:2', x: 1}]}",
        ),
        (
            _jq('.spec.c[] | select(.name == "mesh")'),
            "spec: {c: [{name: app, image: 'a:1'}, {name: last}]}",
            "spec: {c: [{name: app, image: 'a:2'}, {name: mesh, image: m}]}",
            "spec: {c: [{name: app, image: 'a:1'}, {name: mesh, image: m}, {name: last}]}",
        ),
        (
            _jq('.spec.c[] | select(.name == "mesh")'),
            "spec: {c: [{name: mesh, image: old}, {name: app}]}",
            "spec: {c: [{name: mesh, image: new}, {name: app}]}",
            "spec: {c: [{name: mesh, image: new}, {name: app}]}",
        ),
        (
            _jq('.spec.c[] | select(.name == "mesh")'),
            "spec: {c: [{name: app}, {name: mesh}]}",
            "spec: {c: [{name: app}]}",
            "spec: {c: [{name: app}]}",
        ),
        (_pointer("/spec/args/1"), "spec: {args: [a, b]}", "spec: {args: [a, c]}", "spec: {args: [a, c]}"),
        (_pointer("/spec/args/1"), "spec: {args: [x, b]}", "spec: {args: [a, c]}", "spec: {args: [x, b]}"),
    ],
)
def test_dif_46_in_lists_what_no_rule_names_stays_the_targets(
    rule: IgnoreDifference, target: str, live: str, applied: str
) -> None:
    assert _respected(rule, target, live) == parse(applied)


def test_dif_32_what_a_manager_changed_stays_as_it_is_in_live() -> None:
    rule = IgnoreDifference(group="apps", kind="Deployment", managed_fields_managers=("hpa",))
    managed = entry("hpa", owns("spec: {replicas: {}, extra: {}}"), operation="Update")
    applied = _respected(rule, "spec: {replicas: 2, a: 1}", "spec: {replicas: 5, a: 2, extra: 1}", managed)
    assert applied == {"spec": {"replicas": 5, "a": 1}}


def test_who_an_object_is_and_whose_never_comes_from_live() -> None:
    respect = Respect(
        normalizer=Normalizer(rules=IgnoreRules(entries=(_pointer("/metadata", "/kind"),))), tracking=TRACKING
    )
    target = TRACKING.mark(named("apps/v1", "Deployment", {"metadata": {"labels": {"a": "1"}}}))
    live = named("apps/v1", "Deployment", {"metadata": {"uid": "1", "resourceVersion": "7", "annotations": {"b": "2"}}})

    found = respect(target, live)

    assert (found.key, TRACKING.owner(found)) == (target.key, "shop")
    assert set(found.metadata) == {"name", "namespace", "annotations"}
    assert found.annotations["b"] == "2"


def test_rules_of_an_aggregated_role_are_lives_where_they_are_ignored() -> None:  # DIF-8
    respect = Respect(normalizer=Normalizer(options=CompareOptions(ignore_aggregated_roles=True)), tracking=TRACKING)
    role: Any = {"aggregationRule": {"clusterRoleSelectors": []}}
    target = named("rbac.authorization.k8s.io/v1", "ClusterRole", {**role, "rules": []})
    live = named("rbac.authorization.k8s.io/v1", "ClusterRole", {**role, "rules": [{"verbs": ["get"]}]})
    assert respect(target, live).object["rules"] == [{"verbs": ["get"]}]
