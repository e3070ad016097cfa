"""What the walk may call equal, W-1 to W-7; the truth of it is tried on a server in ``test_truth``."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.owned_fields import Doubt, Equal, surely_equal
from tests.comparison.objects import entry, named, owned_live, parse
from tests.comparison.walking import is_equal, verdict

SPEC = ("spec: {replicas: 3}", "spec: {replicas: 3, paused: false}", "spec: {replicas: {}}")


def test_an_object_of_ours_with_only_foreign_fields_besides_is_equal() -> None:
    assert verdict(*SPEC) == "equal"


# --- W-1: the entry --------------------------------------------------------------------------------------------------


def _with_entries(*entries: dict[str, Any]) -> bool:
    live = named("apps/v1", "Deployment", parse(SPEC[1])).with_metadata(managedFields=list(entries))
    return isinstance(surely_equal(named("apps/v1", "Deployment", parse(SPEC[0])), live), Equal)


OURS = entry("gitops-action", {"f:spec": {"f:replicas": {}}})


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([OURS], True, id="one apply entry of ours"),
        pytest.param([], False, id="stripped managedFields"),
        pytest.param([{**OURS, "manager": "kubectl"}], False, id="somebody else's"),
        pytest.param([{**OURS, "operation": "Update"}], False, id="an update of ours"),
        pytest.param([{**OURS, "subresource": "status"}], False, id="our status"),
        pytest.param([{**OURS, "apiVersion": "apps/v1beta1"}], False, id="another version"),
        pytest.param([OURS, {**OURS, "apiVersion": "apps/v1beta1"}], False, id="two versions"),
        pytest.param([OURS, {**OURS, "operation": "Update"}], True, id="an update of ours beside it"),
        pytest.param([OURS, {**OURS, "subresource": "status"}], True, id="our status beside it"),
    ],
)
def test_w1_needs_exactly_one_apply_entry_of_ours_in_the_targets_version(entries: list[Any], expected: bool) -> None:
    assert _with_entries(*entries) is expected


# --- W-2 to W-4: values and ownership --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "live"),
    [
        ("true", "1"),
        ("1", "true"),
        ("false", "0"),
        ("1", "1.5"),
        ("'1'", "1"),
        ("[1]", "[true]"),
        ("{a: 1}", "{a: true}"),
    ],
)
def test_w2_json_types_differ_whatever_python_thinks(target: str, live: str) -> None:
    assert not is_equal(f"spec: {{x: {target}}}", f"spec: {{x: {live}}}", "spec: {x: {}}")


def test_w2_an_integer_is_no_float() -> None:
    live = owned_live(named("apps/v1", "Deployment", {"spec": {"x": 1.0}}), {"f:spec": {"f:x": {}}})
    assert isinstance(surely_equal(named("apps/v1", "Deployment", {"spec": {"x": 1}}), live), Doubt)


@pytest.mark.parametrize("number", ["9007199254740993", "9223372036854775807"])
def test_w2_large_integers_are_exact(number: str) -> None:
    assert is_equal(f"spec: {{x: {number}}}", f"spec: {{x: {number}}}", "spec: {x: {}}")
    assert not is_equal(f"spec: {{x: {number}}}", f"spec: {{x: {int(number) - 1}}}", "spec: {x: {}}")


def test_w3_what_is_strictly_equal_is_equal_whoever_owns_it() -> None:
    assert is_equal(
        "spec: {replicas: 3, strategy: {type: Recreate}}", "spec: {replicas: 3, strategy: {type: Recreate}}", "{}"
    )


def test_w3_what_is_not_equal_and_not_ours_is_a_doubt() -> None:
    assert verdict("spec: {replicas: 3}", "spec: {replicas: 4}", "spec: {paused: {}}") == (
        "spec.replicas: a value that differs"
    )


def test_w4_a_field_of_an_earlier_apply_is_a_doubt_while_live_has_it() -> None:
    owned = "spec: {replicas: {}, paused: {}}"
    assert verdict("spec: {replicas: 3}", "spec: {replicas: 3, paused: true}", owned) == (
        "spec.paused: set by an earlier apply, and no longer in the target (W-4)"
    )
    assert is_equal("spec: {replicas: 3}", "spec: {replicas: 3}", owned)


# --- W-5, W-7: lists by key, and sets --------------------------------------------------------------------------------


def _containers(*names: str) -> str:
    return f"spec: {{containers: [{', '.join(f'{{name: {name}}}' for name in names)}]}}"


AB_OWNED = """
spec:
  containers:
    'k:{"name":"a"}': {.: {}, name: {}}
    'k:{"name":"b"}': {.: {}, name: {}}
"""


@pytest.mark.parametrize(
    ("target", "live", "expected"),
    [
        pytest.param("ab", "ab", True, id="the same order"),
        pytest.param("ab", "ba", False, id="another order"),
        pytest.param("ab", "xaybz", True, id="foreign items before, between and behind"),
        pytest.param("ab", "a", False, id="an item that live lacks"),
        pytest.param("a", "ab", False, id="an item that the target lost (W-4)"),
        pytest.param("a", "a", True, id="an item that both lost"),
        pytest.param("aab", "ab", False, id="twice in the target"),
        pytest.param("ab", "abb", False, id="twice in live"),
        pytest.param("abx", "abx", True, id="an item that is ours by value alone"),
    ],
)
def test_w5_items_by_key_keep_the_targets_order(target: str, live: str, expected: bool) -> None:
    assert is_equal(_containers(*target), _containers(*live), AB_OWNED, kind="v1/Pod") is expected


@pytest.mark.parametrize(
    ("target", "live", "expected"),
    [
        ("ab", "ab", True),
        ("ab", "ba", False),
        ("ab", "xayb", True),
        ("a", "ab", False),
        ("aa", "a", False),
        ("ab", "a", False),
    ],
)
def test_w5_members_of_a_set_keep_the_targets_order(target: str, live: str, expected: bool) -> None:
    owned = """metadata: {finalizers: {'v:"a"': {}, 'v:"b"': {}}}"""
    first, second = (f"metadata: {{finalizers: [{', '.join(side)}]}}" for side in (target, live))
    assert is_equal(first, second, owned) is expected


DNS_OWNED = """
spec:
  ports:
    'k:{"port":53,"protocol":"TCP"}': {.: {}, port: {}}
    'k:{"port":53,"protocol":"UDP"}': {.: {}, port: {}, protocol: {}}
"""
DNS = "spec: {ports: [{port: 53, protocol: TCP, nodePort: 1}, {port: 53, protocol: UDP, nodePort: 2}]}"


def test_w7_a_built_in_port_without_protocol_is_tcp() -> None:
    assert is_equal("spec: {ports: [{port: 53}, {port: 53, protocol: UDP}]}", DNS, DNS_OWNED, kind="v1/Service")


def test_w7_a_dropped_protocol_is_never_what_live_has() -> None:
    owned = """spec: {ports: {'k:{"port":53,"protocol":"UDP"}': {.: {}, port: {}, protocol: {}}}}"""
    live = "spec: {ports: [{port: 53, protocol: UDP}]}"
    assert not is_equal("spec: {ports: [{port: 53}]}", live, owned, kind="v1/Service")


# --- W-6: custom resources -------------------------------------------------------------------------------------------

ROUTES = """spec: {routes: {'k:{"port":1,"protocol":"TCP"}': {.: {}, port: {}, to: {}}}}"""
ROUTES_SCHEMA = """
properties:
  spec:
    type: object
    properties:
      routes:
        type: array
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [protocol, port]
        items:
          type: object
          properties: {port: {type: integer}, protocol: {type: string, default: TCP}, to: {type: string}}
"""
ROUTES_LIVE = "spec: {routes: [{port: 1, protocol: TCP, to: a}, {port: 2, protocol: TCP, to: foreign}], size: 1}"


def _routes(schema: str, target: str = "spec: {routes: [{port: 1, protocol: TCP, to: a}]}") -> bool:
    return is_equal(target, ROUTES_LIVE, ROUTES, kind="example.com/v1/Gateway", schema=schema)


def test_w6_ownership_of_a_custom_resource_is_believed_where_the_schema_says_the_same() -> None:
    assert _routes(ROUTES_SCHEMA)


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param("", id="no schema"),
        pytest.param(ROUTES_SCHEMA.replace("list-type: map", "list-type: atomic"), id="an atomic list now"),
        pytest.param(ROUTES_SCHEMA.replace("[protocol, port]", "[port]"), id="other keys now"),
        pytest.param(
            ROUTES_SCHEMA.replace("  spec:\n", "  spec:\n    x-kubernetes-map-type: atomic\n"), id="an atomic map now"
        ),
    ],
)
def test_w6_without_the_schemas_word_only_strictly_equal_values_are_equal(schema: str) -> None:
    assert not _routes(schema)
    assert _routes(schema, ROUTES_LIVE)


def test_w6_w7_the_default_of_a_custom_key_is_what_the_schema_says_now() -> None:
    without_protocol = "spec: {routes: [{port: 1, to: a}]}"
    assert _routes(ROUTES_SCHEMA, without_protocol)
    assert not _routes(ROUTES_SCHEMA.replace("default: TCP", "default: SCTP"), without_protocol)
    assert not _routes(ROUTES_SCHEMA.replace(", default: TCP", ""), without_protocol)


def test_w8_and_w9_are_for_built_in_kinds_only() -> None:
    schema = "properties: {spec: {properties: {args: {type: array}, labels: {type: object, additionalProperties: {}}}}}"
    for target, live in (("args: []", ""), ("args: null", ""), ("labels: {}", ""), ("labels: {}", "labels: {a: b}")):
        assert not is_equal(
            f"spec: {{x: 1, {target}}}", f"spec: {{x: 1, {live}}}", "spec: {x: {}}", "example.com/v1/Thing", schema
        )


def test_w14_metadata_of_a_custom_resource_follows_built_in_rules() -> None:
    assert is_equal(
        "metadata: {labels: {a: b}, annotations: {}}",
        "metadata: {labels: {a: b, foreign: c}}",
        "metadata: {labels: {a: {}}, annotations: {}}",
        kind="example.com/v1/Thing",
    )
