"""What a change brings about, as a consequence in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.comparison.danger import RECREATED, dangers
from gitops_action.comparison.danger_workloads import surroundings
from gitops_action.comparison.model import Method, ResourceComparison, SyncStatusCode
from tests.comparison.objects import named, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.resource import Resource

RBAC = "rbac.authorization.k8s.io/v1"
STATUSES = {True: SyncStatusCode.OUT_OF_SYNC, False: SyncStatusCode.SYNCED}


def row(live: Resource | None, target: Resource | None, *, differs: bool = True, **fields: Any) -> ResourceComparison:
    """Return the row of an object as it would be after the server's dry run."""
    shown = target or live
    assert shown is not None
    return ResourceComparison(
        key=shown.key,
        kind=None,
        target=target,
        live=live,
        predicted=target if live else None,
        status=STATUSES[differs],
        method=Method.DRY_RUN,
        requires_pruning=target is None,
        **fields,
    )


def said(change: ResourceComparison, *others: ResourceComparison, writing: str = "") -> tuple[str, ...]:
    return dangers(change, surroundings((change, *others)), writing=writing)


def workload(
    kind: str = "Deployment", *, image: str = "web:1", name: str = "web", replicas: int = 9, **more: Any
) -> Resource:
    """Return a workload whose pods all run and are ready."""
    spec = {
        "replicas": replicas,
        "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "app", "image": image, **more.pop("container", {})}]},
        },
        **more,
    }
    counts = {"currentNumberScheduled": replicas, "numberReady": replicas}
    status = counts if kind == "DaemonSet" else {"replicas": replicas, "readyReplicas": replicas}
    return named("apps/v1", kind, {"spec": spec, "status": status}, name=name)


def autoscaler(target: str = "web") -> Resource:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    return named("autoscaling/v2", "HorizontalPodAutoscaler", {"spec": {"scaleTargetRef": reference}})


# --- what runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_another_template_restarts_the_pods_that_live(kind: str) -> None:
    assert said(row(workload(kind), workload(kind, image="web:2"))) == ("restarts 9 pods",)


def test_the_recreate_strategy_restarts_them_all_at_once() -> None:
    target = workload(image="web:2", strategy={"type": "Recreate"})
    assert said(row(workload(), target)) == ("restarts 9 pods all at once",)


@pytest.mark.parametrize(
    "target",
    [
        workload(image="web:2", paused=True),
        workload(image="web:2", updateStrategy={"type": "OnDelete"}),
        workload(minReadySeconds=5),
    ],
)
def test_pods_that_nobody_replaces_do_not_restart(target: Resource) -> None:
    assert said(row(workload(), target)) == ()


def test_a_workload_without_pods_restarts_none() -> None:
    assert said(row(workload(replicas=0), workload(replicas=0, image="web:2"))) == ()


def test_a_new_workload_is_no_danger() -> None:
    assert said(row(None, workload())) == ()


def test_what_scales_to_zero_stops_its_pods_and_restarts_none() -> None:
    assert said(row(workload(), workload(replicas=0, image="web:2"))) == ("scales to 0 and stops 9 pods",)


def test_what_is_deleted_stops_its_pods() -> None:
    assert said(row(workload(replicas=1), None)) == ("stops 1 pod",)


def test_an_autoscaler_scales_back() -> None:
    change = row(workload(), workload(replicas=6))
    expected = ("scales 9 → 6 against its autoscaler",)
    assert said(change, row(autoscaler(), autoscaler(), differs=False)) == expected
    assert said(change, row(None, autoscaler())) == expected, "one that comes with the change"


def test_an_autoscaler_of_another_or_one_that_goes_scales_nothing_back() -> None:
    change = row(workload(), workload(replicas=6))
    assert said(change, row(autoscaler("other"), autoscaler("other"))) == ()
    assert said(change, row(autoscaler(), None)) == ()


SERVICE = named("v1", "Service", {"spec": {"selector": {"app": "web"}}})


def test_a_deleted_service_tells_the_ready_pods_that_it_still_selects() -> None:
    assert said(row(SERVICE, None), row(workload(), workload(), differs=False)) == (
        "takes a Service from 9 ready pods",
    )


def test_a_service_that_goes_with_its_pods_is_no_danger() -> None:
    assert said(row(SERVICE, None), row(workload(), None)) == ()
    assert said(row(SERVICE, None), row(workload(name="other"), workload(name="other"), differs=False)) == ()


READERS: list[tuple[str, dict[str, Any]]] = [
    ("Secret", {"envFrom": [{"secretRef": {"name": "web"}}]}),
    ("ConfigMap", {"envFrom": [{"configMapRef": {"name": "web"}}]}),
    ("Secret", {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "web", "key": "a"}}}]}),
    ("ConfigMap", {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "web", "key": "a"}}}]}),
]


@pytest.mark.parametrize(("kind", "container"), READERS)
def test_values_read_as_variables_stay_old_in_pods_that_do_not_restart(kind: str, container: dict[str, Any]) -> None:
    change = row(named("v1", kind, {"data": {"a": "b2xk"}}), named("v1", kind, {"data": {"a": "bmV3"}}))
    reader = workload("StatefulSet", name="ledger", container=container)
    restarted = workload("StatefulSet", name="ledger", container=container, image="web:2")

    assert said(change, row(reader, reader, differs=False)) == (
        "leaves running pods of StatefulSet ledger with the old value",
    )
    assert said(change, row(reader, restarted)) == ()
    assert said(change, row(workload(), workload(), differs=False)) == ()


def test_several_readers_are_counted() -> None:
    change = row(named("v1", "Secret", {"data": {"a": "b2xk"}}), named("v1", "Secret", {"data": {"a": "bmV3"}}))
    readers = [workload(name=name, container=READERS[0][1]) for name in ("a", "b")]
    others = [row(each, each, differs=False) for each in readers]
    assert said(change, *others) == ("leaves running pods of 2 workloads with the old value",)


def test_another_label_of_a_secret_changes_no_value() -> None:
    old, new = (named("v1", "Secret", {"metadata": {"labels": {"a": each}}}) for each in "12")
    reader = workload(container=READERS[0][1])
    assert said(row(old, new), row(reader, reader, differs=False)) == ()


# --- how it is written ----------------------------------------------------------------------------------------------


def test_what_is_written_by_force_says_so_first() -> None:
    assert said(row(workload(), workload(image="web:2")), writing=RECREATED) == (RECREATED, "restarts 9 pods")


def test_nothing_is_said_of_what_a_sync_does_not_touch() -> None:
    assert said(row(workload(), workload(image="web:2"), differs=False), writing=RECREATED) == ()
    assert said(row(workload(), workload(image="web:2"), obstacle="it is another application's")) == ()


# --- what guards ----------------------------------------------------------------------------------------------------


def role(*rules: str) -> Resource:
    return named(RBAC, "Role", {"rules": [parse(rule) for rule in rules]})


READ = "{apiGroups: [''], resources: [pods], verbs: [get, list]}"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{apiGroups: [''], resources: [pods, pods/exec], verbs: [get, list]}", "grants get pods/exec, list pods/exec"),
        ("{apiGroups: [''], resources: [pods], verbs: ['*']}", "grants * pods"),
        ("{apiGroups: [apps], resources: [pods], verbs: [get]}", "grants get pods.apps"),
        ("{apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch]}", "grants get *, list * and 1 more"),
        ("{nonResourceURLs: [/metrics], verbs: [get]}", "grants get /metrics"),
    ],
)
def test_a_role_that_allows_more_says_what(rule: str, expected: str) -> None:
    assert said(row(role(READ), role(rule))) == (expected,)


@pytest.mark.parametrize(
    "rule",
    [
        "{apiGroups: [''], resources: [pods], verbs: [get]}",
        "{apiGroups: [''], resources: [pods], verbs: [list, get], resourceNames: [web]}",
    ],
)
def test_a_role_that_allows_less_is_no_danger(rule: str) -> None:
    assert said(row(role(READ), role(rule))) == ()


def test_a_role_for_one_object_that_gets_all_objects_allows_more() -> None:
    assert said(row(role(READ.replace("}", ", resourceNames: [web]}")), role(READ))) == ("grants get pods, list pods",)


def test_a_new_role_is_told_only_where_it_knows_no_bounds() -> None:
    assert said(row(None, role(READ))) == ()
    everything = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"
    assert said(row(None, role(everything))) == ("grants * *",)


def test_a_role_with_thousands_of_rights_is_compared_by_its_rules() -> None:
    rule = {"apiGroups": ["a"], "resources": [f"r{n}" for n in range(400)], "verbs": ["get", "list", "watch"]}
    old, new = (named(RBAC, "ClusterRole", {"rules": rules}) for rules in ([rule], [rule, parse(READ)]))
    assert said(row(old, new)) == ("grants more rights",)
    assert said(row(old, old)) == ()


def binding(*names: str) -> Resource:
    subjects = [{"kind": "ServiceAccount", "namespace": "shop", "name": name} for name in names]
    return named(RBAC, "RoleBinding", {"roleRef": {"kind": "ClusterRole", "name": "admin"}, "subjects": subjects})


def test_a_binding_says_whom_it_gives_its_role() -> None:
    expected = ("gives ClusterRole admin to ServiceAccount shop/ci",)
    assert said(row(binding("web"), binding("web", "ci"))) == expected
    assert said(row(None, binding("ci"))) == expected
    assert said(row(None, binding("ci", "web"))) == ("gives ClusterRole admin to 2 more subjects",)
    assert said(row(binding("web", "ci"), binding("ci"))) == ()


def policy(text: str) -> Resource:
    return named("networking.k8s.io/v1", "NetworkPolicy", {"spec": parse(text)})


CLOSED = policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 80}]}]}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", ()),
        ("{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}", ("lets all traffic out",)),
        ("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]}", ("may let more traffic in",)),
        ("{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}]}", ("may let more traffic out",)),
        (
            "{podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress]}",
            ("restricts the traffic of other pods",),
        ),
    ],
)
def test_a_network_policy_says_what_it_may_let_through(text: str, expected: tuple[str, ...]) -> None:
    assert said(row(CLOSED, policy(text))) == expected


def test_a_network_policy_that_goes_restricts_nothing_any_more() -> None:
    assert said(row(CLOSED, None)) == ("no longer restricts traffic",)


def space(level: str) -> Resource:
    labels = {"pod-security.kubernetes.io/enforce": level} if level else {}
    return named("v1", "Namespace", {"metadata": {"labels": labels}}, name="shop", namespace="")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("restricted", "baseline", ("loosens Pod Security: restricted → baseline",)),
        ("baseline", "", ("no longer enforces Pod Security baseline",)),
        ("baseline", "restricted", ()),
        ("", "privileged", ()),
    ],
)
def test_a_namespace_whose_pods_may_do_more_says_so(before: str, after: str, expected: tuple[str, ...]) -> None:
    assert said(row(space(before), space(after))) == expected


# --- hostile objects ------------------------------------------------------------------------------------------------

KINDS = [
    *(("apps/v1", kind) for kind in ("Deployment", "StatefulSet", "DaemonSet")),
    *(("v1", kind) for kind in ("Service", "Secret", "ConfigMap", "Namespace")),
    *((RBAC, kind) for kind in ("Role", "ClusterRoleBinding")),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
]
SHAPES: list[Callable[[Any], Any]] = [
    lambda odd: {"spec": odd, "status": odd, "rules": odd, "subjects": odd, "data": odd, "roleRef": odd},
    lambda odd: {"spec": {"template": odd, "replicas": odd, "selector": odd, "policyTypes": odd, "ingress": odd}},
    lambda odd: {"rules": [odd], "subjects": [odd], "metadata": {"labels": odd}, "status": {"replicas": odd}},
    lambda odd: {"rules": [{"apiGroups": odd, "resources": odd, "verbs": odd}], "spec": {"scaleTargetRef": odd}},
    lambda odd: {"spec": {"template": {"spec": {"containers": [{"envFrom": [odd], "env": odd}]}}}},
]


@pytest.mark.parametrize("odd", [None, 7, 2**70, "text", [], [[]], {}, {"name": []}, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_objects_of_any_shape_are_judged_without_an_error(shape: Callable[[Any], Any], odd: Any) -> None:
    rows = [
        row(*sides)
        for version, kind in KINDS
        for sides in (
            (named(version, kind, shape(odd)), named(version, kind, shape("other"))),
            (workload(), named(version, kind, shape(odd))),
            (named(version, kind, shape(odd)), None),
        )
    ]
    around = surroundings(rows)
    for each in rows:
        assert all(isinstance(danger, str) for danger in dangers(each, around))
