"""``knownTypeFields``: fields of custom kinds that hold what Kubernetes itself knows."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.application.comparison_settings import KnownType
from gitops_action.comparison.known_types import KnownTypes, unknown_types
from gitops_action.comparison.model import Hidden
from gitops_action.comparison.normalize import Normalizer
from tests.comparison.objects import named, parse


def normalized(type_: str, live: str, target: str, *, field: str = "spec.it", kind: str = "Gateway") -> Any:
    """Return both values after normalization, and what is hidden."""
    entries = (KnownType(group="example.com", kind="Gateway", field=field, type=type_),) if type_ else ()
    sides = [named("example.com/v1", kind, parse(side)) for side in (live, target)]
    found = Normalizer(known_types=KnownTypes(entries=entries))(
        sides[0].key, sides[0], sides[0].object, sides[1].object
    )
    return found.live.get("spec"), found.predicted.get("spec"), found.hidden


HIDDEN = (Hidden(rule="builtin:knownTypeFields", path="/spec/it"),)


@pytest.mark.parametrize(
    ("type_", "live", "target"),
    [
        ("core/Quantity", "1Gi", "1024Mi"),
        ("core/v1/ResourceList", "{cpu: 500m}", "{cpu: 0.5}"),
        ("core/v1/ResourceRequirements", "{limits: {cpu: 1}}", "{limits: {cpu: 1000m}, requests: {}}"),
        ("core/v1/EnvVar", "[{name: a, value: b}]", "[{name: a, value: b, valueFrom: null}]"),
        ("meta/v1/Duration", "1h30m0s", "90m"),
        ("meta/v1/Duration", "1.5s", "1500ms"),
        ("meta/v1/Duration", "100ms", "0.1s"),
        ("meta/v1/Duration", "0s", "'0'"),
    ],
)
def test_two_spellings_of_one_value_do_not_differ_and_are_told(type_: str, live: str, target: str) -> None:
    before, after, hidden = normalized(type_, f"spec: {{it: {live}}}", f"spec: {{it: {target}}}")
    assert before == after
    assert hidden == HIDDEN


@pytest.mark.parametrize(
    ("type_", "live", "target"), [("core/Quantity", "1Gi", "1025Mi"), ("meta/v1/Duration", "1h", "x")]
)
def test_two_values_differ(type_: str, live: str, target: str) -> None:
    before, after, hidden = normalized(type_, f"spec: {{it: {live}}}", f"spec: {{it: {target}}}")
    assert before != after
    assert hidden == ()


def test_a_path_goes_into_the_items_of_lists() -> None:
    live, target = "spec: {its: [{cpu: 1}, {cpu: 500m}]}", "spec: {its: [{cpu: 1000m}, {cpu: 0.5}]}"
    before, after, _ = normalized("core/Quantity", live, target, field="spec.its.cpu")
    assert before == after == {"its": [{"cpu": "1"}, {"cpu": "500m"}]}


def test_another_kind_is_left_alone_and_a_rollout_is_known() -> None:
    live, target = "spec: {it: 1Gi}", "spec: {it: 1024Mi}"
    assert normalized("core/Quantity", live, target, kind="Route")[2] == ()
    pod = "{template: {spec: {containers: [{name: a, resources: {limits: {cpu: %s}}}]}}}"
    sides = [named("argoproj.io/v1alpha1", "Rollout", parse(f"spec: {pod % cpu}")) for cpu in ("1", "1000m")]
    found = Normalizer()(sides[0].key, sides[0], sides[0].object, sides[1].object)
    assert found.live == found.predicted


def test_types_that_nobody_knows_are_named() -> None:
    entries = [KnownType(group="", kind="A", field="b", type=name) for name in ("core/v1/Nothing", "core/v1/Pod", "x")]
    assert unknown_types(entries) == ["core/v1/Nothing", "x"]


ENDPOINTS_LIVE = """
subsets:
- addresses: [{ip: 10.0.0.1}, {ip: 10.0.0.2}]
  ports: [{name: a, port: 80, protocol: TCP}, {name: b, port: 81, protocol: TCP}]
"""
ENDPOINTS_TARGET = """
subsets:
- {addresses: [{ip: 10.0.0.2}], ports: [{name: b, port: 81}, {name: a, port: 80}]}
- {addresses: [{ip: 10.0.0.1}], ports: [{name: a, port: 80, protocol: TCP}, {name: b, port: 81}]}
"""


def test_the_order_and_grouping_of_endpoints_do_not_matter_dif_9() -> None:
    live, target = (named("v1", "Endpoints", parse(side)) for side in (ENDPOINTS_LIVE, ENDPOINTS_TARGET))
    found = Normalizer()(live.key, live, live.object, target.object)
    assert found.live == found.predicted
    assert found.hidden == (Hidden(rule="builtin:endpointsOrder", path="/subsets"),)
    other = named("v1", "Endpoints", parse(ENDPOINTS_TARGET.replace("10.0.0.2", "10.0.0.3")))
    assert Normalizer()(live.key, live, live.object, other.object).hidden == ()
    strange = named("v1", "Endpoints", {"subsets": [1]})
    assert Normalizer()(strange.key, strange, strange.object, strange.object).live["subsets"] == [1]
