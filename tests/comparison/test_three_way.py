"""The comparison on the client, in short YAML: what differs, what does not, and what only a server could tell."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.schema import Schema
from gitops_action.comparison.strict import same
from gitops_action.comparison.three_way import three_way
from tests.comparison.objects import named, parse

POD = "spec: {template: {spec: {containers: [%s]}}}"


def outcome(
    target: str, live: str, original: str = "", *, kind: str = "apps/v1/Deployment", schema: str = "", **how: Any
) -> Any:
    """Return ``same``, the doubts, or what live would become without what it has already."""
    api_version, _, name = kind.rpartition("/")
    before = named(api_version, name, parse(live)).object
    originals = [named(api_version, name, parse(original)).object] if original else []
    known = Schema(parse(schema)) if schema else None
    found = three_way(named(api_version, name, parse(target)).object, before, originals, schema=known, **how)
    if not same(found.predicted, before):
        return {key: value for key, value in found.predicted.items() if not same(value, before.get(key))}
    return list(found.doubts) or "same"


@pytest.mark.parametrize(
    ("target", "live"),
    [
        pytest.param("spec: {}", "spec: {replicas: 3}", id="what Git never set stays (DIF-14)"),
        pytest.param(
            POD % "{name: a, resources: {limits: {cpu: 0.5, memory: 1024Mi}}}",
            POD % "{name: a, resources: {limits: {cpu: 500m, memory: 1Gi}}}",
            id="quantities by meaning",
        ),
        pytest.param(
            POD % "{name: a}", POD % "{name: z}, {name: a, imagePullPolicy: Always}", id="items by their keys"
        ),
        pytest.param(
            POD % "{name: a, ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]}",
            POD
            % "{name: a, ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP, hostPort: 1}]}",
            id="ports by number and protocol (W-7)",
        ),
        pytest.param("metadata: {annotations: {}}", "metadata: {labels: {a: b}}", id="no annotations (DIF-16)"),
        pytest.param(
            "spec: {paused: false, template: {spec: {volumes: []}}}", "spec: {template: {spec: {}}}", id="W-8"
        ),
        pytest.param(
            "spec: {strategy: {type: RollingUpdate}}",
            "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}}",
            id="defaults below what Git sets (DIF-17)",
        ),
        pytest.param("status: {}", "status: {replicas: 1}", id="a status without content"),
    ],
)
def test_same(target: str, live: str) -> None:
    assert outcome(target, live) == "same"


@pytest.mark.parametrize(
    ("target", "live", "original", "becomes"),
    [
        pytest.param("spec: {replicas: 2}", "spec: {replicas: 3}", "", {"spec": {"replicas": 2}}, id="another value"),
        pytest.param(
            POD % "{name: a}, {name: b}",
            POD % "{name: b}, {name: a}",
            "",
            {"spec": {"template": {"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}}},
            id="another order (W-5)",
        ),
        pytest.param(
            "spec: {selector: {matchLabels: {a: b}}}",
            "spec: {selector: {matchLabels: {a: b, c: d}}}",
            "",
            {"spec": {"selector": {"matchLabels": {"a": "b"}}}},
            id="a selector is one value",
        ),
        pytest.param("spec: {}", "spec: {paused: true}", "spec: {paused: true}", {"spec": {}}, id="given up (DIF-14)"),
        pytest.param(
            "spec: {}",
            "spec: {replicas: 3}",
            "spec: {replicas: 3}",
            {"spec": {"replicas": 1}},
            id="given up, and back at the default (DIF-17)",
        ),
        pytest.param(
            POD % "{name: a}",
            POD % "{name: a}, {name: b}, {name: injected}",
            POD % "{name: a}, {name: b}",
            {"spec": {"template": {"spec": {"containers": [{"name": "a"}, {"name": "injected"}]}}}},
            id="an item given up, and one of somebody else's",
        ),
        pytest.param(
            "metadata: {finalizers: [b]}",
            "metadata: {finalizers: [x, a]}",
            "metadata: {finalizers: [a]}",
            {"metadata": {"name": "web", "namespace": "shop", "finalizers": ["x", "b"]}},
            id="members of a set",
        ),
        pytest.param("nonsense: 1", "{}", "", {"nonsense": 1}, id="a field that no kind has (DIF-4)"),
        pytest.param(
            "spec: {replicas: '2'}", "spec: {replicas: 2}", "", {"spec": {"replicas": "2"}}, id="another type (W-2)"
        ),
    ],
)
def test_different(target: str, live: str, original: str, becomes: Any) -> None:
    assert outcome(target, live, original) == becomes


@pytest.mark.parametrize(
    ("target", "live", "doubts"),
    [
        pytest.param(
            "spec: {replicas: null}", "spec: {replicas: 3}", ["/spec/replicas"], id="null over a value (W-10)"
        ),
        pytest.param(
            POD % "{name: a, resources: {limits: {cpu: '1e3'}}}",
            POD % "{name: a, resources: {limits: {cpu: 1k}}}",
            ["/spec/template/spec/containers/*/resources/limits/cpu"],
            id="a spelling that is not certain (W-11)",
        ),
        pytest.param("spec: {progressDeadlineSeconds: 0}", "spec: {}", ["/spec/progressDeadlineSeconds"], id="a zero"),
    ],
)
def test_only_a_server_could_tell(target: str, live: str, doubts: list[str]) -> None:
    assert outcome(target, live) == doubts
    assert outcome(target, live, trusting=True) not in ("same", doubts)


def test_claim_templates_have_what_the_server_added_dif_18() -> None:
    target = "spec: {volumeClaimTemplates: [{metadata: {name: a}, spec: {resources: {requests: {storage: 1Gi}}}}]}"
    live = """
        spec: {volumeClaimTemplates: [{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a,
        creationTimestamp: null, labels: {injected: "1"}}, spec: {volumeMode: Filesystem, resources: {requests:
        {storage: 1Gi}}}, status: {phase: Pending}}]}
    """
    assert outcome(target, live.replace('labels: {injected: "1"}', "x: null"), kind="apps/v1/StatefulSet") == "same"
    assert outcome(target, live, kind="apps/v1/StatefulSet") == ["/spec/volumeClaimTemplates"]


CUSTOM = "example.com/v1/Gateway"
SCHEMA = """
type: object
properties:
  spec:
    type: object
    properties:
      class: {type: string, default: standard}
      plain: {type: array, items: {type: object, properties: {a: {type: integer}, b: {type: integer, default: 1}}}}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
      routes:
        type: array
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [port]
        items: {type: object, properties: {port: {type: integer}, to: {type: string}}}
"""


def test_a_custom_kind_is_compared_by_its_schema_dif_19() -> None:
    live = "spec: {class: standard, plain: [{a: 1, b: 1}], routes: [{port: 1, to: x}]}"
    assert outcome("spec: {plain: [{a: 1}], routes: [{port: 1}]}", live, kind=CUSTOM, schema=SCHEMA) == "same"
    assert outcome("spec: {}", live, "spec: {class: other}", kind=CUSTOM, schema=SCHEMA) == "same"
    changed = outcome("spec: {plain: [{a: 1, b: 2}]}", live, kind=CUSTOM, schema=SCHEMA)
    assert changed["spec"]["plain"] == [{"a": 1, "b": 2}]
    free = outcome("spec: {free: {l: [{a: 1}]}}", "spec: {free: {l: [{a: 1, b: 2}]}}", kind=CUSTOM, schema=SCHEMA)
    assert free == {"spec": {"free": {"l": [{"a": 1}]}}}


def test_without_a_schema_what_live_has_besides_is_a_doubt_w_6() -> None:
    live = "spec: {class: standard, plain: [{a: 1, b: 1}]}"
    assert outcome("spec: {plain: [{a: 1}]}", live, kind=CUSTOM) == ["/spec", "/spec/plain"]
    assert outcome("spec: {class: standard, plain: [{a: 1, b: 1}]}", live, kind=CUSTOM) == "same"
    assert outcome("spec: {class: other}", live, kind=CUSTOM)["spec"]["class"] == "other"
    assert outcome("spec: {size: true}", "spec: {size: 1}", kind=CUSTOM) == {"spec": {"size": True}}
    assert outcome("spec: {a: null}", "spec: {}", kind=CUSTOM) == ["/spec/a"]
