"""What the walk may call equal, rule by rule; the truth of it is tried on a server in ``test_truth``."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.owned_fields import Doubt, Equal, surely_equal
from gitops_action.comparison.schema import Schema
from tests.comparison.objects import entry, named, owned_live, owns, parse


def verdict(
    target: str, live: str, owned: str, *others: dict[str, Any], kind: str = "apps/v1/Deployment", schema: str = ""
) -> str:
    """Return ``equal``, or the path and reason of the doubt."""
    api_version, _, name = kind.rpartition("/")
    answer = surely_equal(
        named(api_version, name, parse(target)),
        owned_live(named(api_version, name, parse(live)), owns(owned), *others),
        Schema(parse(schema)) if schema else None,
    )
    return "equal" if isinstance(answer, Equal) else f"{answer.path}: {answer.reason}"


def is_equal(target: str, live: str, owned: str, kind: str = "apps/v1/Deployment", schema: str = "") -> bool:
    return verdict(target, live, owned, kind=kind, schema=schema) == "equal"


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


# --- W-8 to W-10: empty values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("args: []", True),
        ("args: null", True),
        ("limits: {}", True),
        ("limits: null", True),
        ("hostNetwork: false", True),
        ("hostNetwork: null", True),
        ("minReadySeconds: 0", True),
        ("subPath: ''", True),
        ("args: {}", False),
        ("limits: []", False),
        ("hostNetwork: 0", False),
        ("hostUsers: false", False),
        ("storageClassName: ''", False),
        ("optional: false", False),
        ("rules: []", False),
        ("unheardOf: []", False),
        ("creationTimestamp: null", True),
        ("creationTimestamp: []", False),
    ],
)
def test_w8_empty_values_vanish_by_name_and_type(target: str, expected: bool) -> None:
    owned = f"spec: {{x: {{}}, {target.partition(':')[0]}: {{}}}}"
    assert is_equal(f"spec: {{x: 1, {target}}}", "spec: {x: 1}", owned) is expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param("spec: {template: {spec: {volumes: []}}}", True, id="an associative list in its place"),
        pytest.param("spec: {template: {volumes: []}}", False, id="in another place, which the server refuses"),
        pytest.param("metadata: {finalizers: []}\nspec: {template: {spec: {}}}", True, id="metadata"),
    ],
)
def test_w8_what_leaves_no_trace_in_the_ownership_vanishes_in_its_place_only(target: str, expected: bool) -> None:
    owned = "spec: {template: {spec: {x: {}}}}"
    assert is_equal(target, "spec: {template: {spec: {}}}", owned) is expected


def test_w8_a_name_inside_a_map_of_texts_is_data() -> None:
    assert not is_equal("data: {args: null}", "data: {}", "data: {args: {}}", kind="v1/ConfigMap")


@pytest.mark.parametrize(
    ("target", "live", "expected"),
    [
        pytest.param(
            "template: {spec: {securityContext: {}}}",
            "template: {spec: {securityContext: {runAsUser: 1}}}",
            True,
            id="granular",
        ),
        pytest.param("x: {emptyDir: {}}", "x: {emptyDir: {medium: Memory}}", True, id="emptyDir"),
        pytest.param("podSelector: {}", "podSelector: {matchLabels: {a: b}}", False, id="an atomic selector"),
        pytest.param("nodeSelector: {}", "nodeSelector: {a: b}", False, id="another atomic one"),
    ],
)
def test_w9_an_empty_map_over_a_filled_one_is_equal_for_granular_maps_only(
    target: str, live: str, expected: bool
) -> None:
    owned = "spec: {template: {spec: {securityContext: {}}}, x: {emptyDir: {}}, podSelector: {}, nodeSelector: {}}"
    assert is_equal(f"spec: {{{target}}}", f"spec: {{{live}}}", owned) is expected


def test_w9_empty_rules_are_stored_as_null() -> None:
    assert is_equal("rules: []", "rules: null", "{}", kind="rbac.authorization.k8s.io/v1/Role")
    assert not is_equal("other: []", "other: null", "{}", kind="rbac.authorization.k8s.io/v1/Role")


@pytest.mark.parametrize(
    ("target", "live", "expected"),
    [
        pytest.param("data: {a: null}", "data: {a: ''}", True, id="a map of texts"),
        pytest.param("data: {a: null}", "data: {a: x}", False, id="a map of texts with a value"),
        pytest.param("spec: {replicas: null}", "spec: {replicas: 1}", True, id="one replica"),
        pytest.param("spec: {replicas: null}", "spec: {replicas: 3}", False, id="three replicas become one"),
        pytest.param("spec: {paused: null}", "spec: {paused: true}", False, id="anything else"),
    ],
)
def test_w10_null_over_a_value(target: str, live: str, expected: bool) -> None:
    owned = "{data: {a: {}}, spec: {replicas: {}, paused: {}}}"
    assert is_equal(target, live, owned) is expected


# --- W-11 to W-13: spellings and atomics -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "live", "expected"),
    [
        ("1000m", "1", True),
        ("0.5", "500m", True),
        ("'1073741824'", "1Gi", False),
        ("'1e3'", "1k", False),
        ("1024Mi", "1Gi", True),
    ],
)
def test_w11_a_quantity_is_equal_by_its_canonical_text(target: str, live: str, expected: bool) -> None:
    owned = "spec: {resources: {limits: {cpu: {}}}}"
    limits = "spec: {resources: {limits: {cpu: VALUE}}}"
    assert is_equal(limits.replace("VALUE", target), limits.replace("VALUE", f"'{live}'"), owned) is expected
    assert not is_equal(f"spec: {{cpu: {target}}}", f"spec: {{cpu: '{live}'}}", "spec: {cpu: {}}")


@pytest.mark.parametrize("path", ["spec: {env: {value: VALUE}}", "metadata: {annotations: {target/value: VALUE}}"])
def test_w11_a_text_that_is_no_quantity_is_never_read_as_one(path: str) -> None:
    owned = "{spec: {env: {value: {}}}, metadata: {annotations: {target/value: {}}}}"
    assert not is_equal(path.replace("VALUE", "'1000m'"), path.replace("VALUE", "'1'"), owned)


def test_w8_an_annotation_is_data_whatever_its_name_ends_in() -> None:
    owned = "metadata: {annotations: {a: {}, example.com/value: {}}}"
    target = "metadata: {annotations: {a: b, example.com/value: ''}}"
    assert not is_equal(target, "metadata: {annotations: {a: b}}", owned)


def test_w12_an_earlier_apply_of_string_data_leaves_keys_that_nobody_removes() -> None:
    assert verdict("data: {a: eA==}", "data: {a: eA==}", "{data: {a: {}}, stringData: {b: {}}}", kind="v1/Secret") == (
        "stringData: an earlier apply sent stringData (W-12)"
    )


@pytest.mark.parametrize(
    ("kind", "target", "live", "owned", "expected"),
    [
        pytest.param(
            "apps/v1/Deployment",
            "spec: {valueFrom: {fieldRef: {fieldPath: a}}}",
            "spec: {valueFrom: {fieldRef: {fieldPath: a, apiVersion: v1}}}",
            "spec: {valueFrom: {fieldRef: {}}}",
            True,
            id="fieldRef",
        ),
        pytest.param(
            "apps/v1/Deployment",
            "spec: {valueFrom: {fieldRef: {fieldPath: a}}}",
            "spec: {valueFrom: {fieldRef: {fieldPath: a, apiVersion: v2}}}",
            "spec: {valueFrom: {fieldRef: {}}}",
            False,
            id="not the default",
        ),
        pytest.param(
            "networking.k8s.io/v1/NetworkPolicy",
            "spec: {ingress: [{ports: [{port: 1}], from: []}]}",
            "spec: {ingress: [{ports: [{port: 1, protocol: TCP}]}]}",
            "spec: {ingress: {}}",
            True,
            id="a port and an empty list",
        ),
        pytest.param(
            "networking.k8s.io/v1/NetworkPolicy",
            "spec: {ingress: [{ports: [{port: 1}]}]}",
            "spec: {ingress: [{ports: [{port: 1, protocol: TCP}]}, {}]}",
            "spec: {ingress: {}}",
            False,
            id="a foreign item inside an atomic",
        ),
        pytest.param(
            "rbac.authorization.k8s.io/v1/RoleBinding",
            "subjects: [{kind: User, name: a}, {kind: ServiceAccount, name: b, apiGroup: ''}]",
            "subjects: [{kind: User, name: a, apiGroup: rbac.authorization.k8s.io}, {kind: ServiceAccount, name: b}]",
            "subjects: {}",
            True,
            id="subjects",
        ),
        pytest.param(
            "rbac.authorization.k8s.io/v1/RoleBinding",
            "subjects: [{kind: ServiceAccount, name: a}]",
            "subjects: [{kind: ServiceAccount, name: a, apiGroup: rbac.authorization.k8s.io}]",
            "subjects: {}",
            False,
            id="a group that a service account never gets",
        ),
        pytest.param(
            "apps/v1/StatefulSet",
            "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: 1024Mi}}}}]}",
            "spec: {volumeClaimTemplates: [{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d}, "
            "spec: {resources: {requests: {storage: 1Gi}}, volumeMode: Filesystem}, status: {phase: Pending}}]}",
            "spec: {volumeClaimTemplates: {}}",
            True,
            id="claims",
        ),
    ],
)
def test_w13_atomics_are_equal_with_the_servers_defaults(
    kind: str, target: str, live: str, owned: str, expected: bool
) -> None:
    assert is_equal(target, live, owned, kind=kind) is expected


# --- W-14, W-19, W-20: input and surprises ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["uid", "resourceVersion", "generation", "selfLink", "managedFields", "creationTimestamp", "generateName"]
)
def test_w14_fields_of_the_server_in_the_target_are_a_doubt(field: str) -> None:
    target = named("apps/v1", "Deployment", {"metadata": {field: "x"}})
    live = owned_live(named("apps/v1", "Deployment", {}), {})
    assert surely_equal(target, live) == Doubt("the target sets fields of the server (W-14)", "metadata")


@pytest.mark.parametrize(
    ("target", "live", "owned"),
    [
        pytest.param(
            "spec: {containers: [text]}",
            "spec: {containers: [{name: a}]}",
            """spec: {containers: {'k:{"name":"a"}': {.: {}}}}""",
            id="an item that is no map",
        ),
        pytest.param("spec: {a: [[1]]}", "spec: {a: [[1]]}", "spec: {a: {v:1: {}}}", id="a list in a set"),
        pytest.param("spec: {a: {b: 1}}", "spec: {a: {b: 2}}", "spec: {a: 7}", id="a tree that is none"),
        pytest.param("spec: {a: [1]}", "spec: {a: [1, 2]}", "spec: {a: {'z:1': {}}}", id="an element that is none"),
    ],
)
def test_w20_what_surprises_the_walk_is_a_doubt(target: str, live: str, owned: str) -> None:
    assert not is_equal(target, live, owned)


def test_w20_numbers_beyond_64_bits_are_a_doubt() -> None:
    huge = {"spec": {"list": [2**70]}}
    live = owned_live(named("apps/v1", "Deployment", huge), {"f:spec": {"f:list": {}}})
    assert surely_equal(named("apps/v1", "Deployment", huge), live) == Doubt("not understood: TypeError (W-20)")


# --- W-16, W-21 ------------------------------------------------------------------------------------------------------


def test_w16_an_object_that_is_being_deleted_is_still_equal() -> None:
    live = "metadata: {deletionTimestamp: 2026-01-01T00:00:00Z}\nspec: {replicas: 3}"
    assert is_equal("spec: {replicas: 3}", live, "spec: {replicas: {}}")


HELM: dict[str, Any] = {"f:spec": {"f:replicas": {}, "f:paused": {}}}


def test_w21_a_field_that_an_earlier_tool_set_and_the_target_lacks_is_a_doubt() -> None:
    live = "spec: {replicas: 3, paused: true}"
    by_helm = entry("helm", HELM, operation="Update")
    assert verdict(SPEC[0], live, SPEC[2], by_helm) == (
        "spec.paused: set by an earlier GitOps tool, and not in the target (W-21)"
    )


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([entry("kube-controller-manager", HELM, operation="Update")], id="a controller's"),
        pytest.param([entry("helm", HELM, operation="Update", subresource="status")], id="of a subresource"),
        pytest.param([entry("helm", HELM, operation="Update"), entry("alice", HELM)], id="shared with a third manager"),
        pytest.param([entry("helm", {"f:spec": {"f:replicas": {}}}, operation="Update")], id="still in the target"),
    ],
)
def test_w21_what_others_own_or_the_target_has_is_no_difference(others: list[dict[str, Any]]) -> None:
    assert verdict(SPEC[0], "spec: {replicas: 3, paused: true}", SPEC[2], *others) == "equal"


def test_w21_the_last_applied_annotation_is_no_field_of_git() -> None:
    name = "kubectl.kubernetes.io/last-applied-configuration"
    kubectl = entry(
        "kubectl-client-side-apply", {"f:metadata": {"f:annotations": {f"f:{name}": {}}}}, operation="Update"
    )
    live = f"metadata: {{annotations: {{{name}: '{{}}'}}}}\nspec: {{replicas: 3}}"
    assert verdict(SPEC[0], live, SPEC[2], kubectl) == "equal"
