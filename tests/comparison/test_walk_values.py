"""Empty values, spellings, atomics, surprises and earlier tools: W-8 to W-21; see ``test_walk``."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.owned_fields import Doubt, surely_equal
from tests.comparison.objects import entry, named, owned_live
from tests.comparison.walking import is_equal, verdict

SPEC = ("spec: {replicas: 3}", "spec: {replicas: 3, paused: false}", "spec: {replicas: {}}")


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
