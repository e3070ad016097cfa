"""Comparisons against a real API server: its refusals, its policies, its rights, its schemas."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.display import describe
from gitops_action.errors import ApiError
from gitops_action.resource import Resource
from gitops_action.resource.annotations import COMPARE_OPTIONS
from tests.comparison.objects import resource, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.comparison.model import Comparison
    from gitops_action.resource.tracking import Tracking


@pytest.fixture
def application(namespace: str) -> Application:
    return Application(name="web", destination=Destination(namespace=namespace))


def _compared(
    api: ApiServer, application: Application, tracking: Tracking, targets: list[Resource], *, is_recorded: bool = True
) -> Comparison:
    inventory = [target.key for target in targets] if is_recorded else None
    return compare(application, targets, tracking, api, inventory=inventory, parallelism=4)


def _sync(api: ApiServer, comparison: Comparison) -> None:
    for row in comparison.resources:
        if row.kind and row.target:
            api.apply(row.kind, row.target)


def _methods(comparison: Comparison) -> Counter[str]:
    return Counter(f"{row.status}: {row.method}" for row in comparison.resources)


def test_one_of_everything_is_created_then_synced_with_one_list_a_kind_and_no_dry_run(
    api: ApiServer, application: Application, tracking: Tracking, targets: list[Resource]
) -> None:
    first = _compared(api, application, tracking, targets, is_recorded=False)
    assert _methods(first) == {"OutOfSync: not in the cluster": len(targets)}
    assert {row.refusal + row.unknown for row in first.resources} == {""}
    _sync(api, first)
    before = api.requests
    second = _compared(api, application, tracking, targets)
    kinds = {target.group_kind for target in targets}
    # The only custom object is not worth its CRD: it is dry-run.
    assert _methods(second) == {"Synced: owned-fields walk": len(targets) - 1, "Synced: server-side dry run": 1}
    assert (second.status, api.requests - before) == ("Synced", len(kinds) + 1)


def test_w6_many_custom_objects_are_decided_by_their_schema(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    text = "apiVersion: example.com/v1\nkind: Gateway\nmetadata: {name: g%d}\nspec: {routes: [{port: 1}]}"
    targets = [resource(text % number).with_namespace(namespace) for number in range(4)]
    _sync(api, _compared(api, application, tracking, targets))
    before = api.requests
    assert _methods(_compared(api, application, tracking, targets)) == {"Synced: owned-fields walk": 4}
    assert api.requests - before == 2


STATEFUL = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger}
spec:
  serviceName: ledger
  replicas: 0
  selector: {matchLabels: {app: ledger}}
  template: {metadata: {labels: {app: ledger}}, spec: {containers: [{name: app, image: x}]}}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}
"""


def test_an_immutable_field_is_a_refusal_with_the_servers_words_the_diff_and_a_remedy(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    target = resource(STATEFUL).with_namespace(namespace)
    _sync(api, _compared(api, application, tracking, [target]))
    changed = resource(STATEFUL.replace("20Gi", "50Gi")).with_namespace(namespace)
    comparison = _compared(api, application, tracking, [changed])
    [row] = comparison.resources
    assert (comparison.status, row.status, row.unknown) == ("OutOfSync", "OutOfSync", "")
    assert row.refusal.startswith('StatefulSet.apps "ledger" is invalid: ')
    assert "immutable" in row.refusal or "fields other than" in row.refusal
    assert "Force=true,Replace=true" in row.remedy
    assert describe(row).text == dedent("""\
        @@ spec.volumeClaimTemplates[data].spec.resources.requests @@
        -  storage: 20Gi
        +  storage: 50Gi
        """)


def test_a_field_that_does_not_exist_is_a_refusal(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    target = resource(STATEFUL.replace("replicas: 0", "replica: 0")).with_namespace(namespace)
    [row] = _compared(api, application, tracking, [target]).resources
    assert row.status == "OutOfSync"
    assert ".spec.replica: field not declared in schema" in row.refusal


def test_a_secret_shows_its_keys_and_a_refusal_none_of_its_values(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    text = """
        {apiVersion: v1, kind: Secret, metadata: {name: s}, immutable: true,
         stringData: {kept: a, changed: hunter2, gone: c}}
    """
    target = resource(text).with_namespace(namespace)
    _sync(api, _compared(api, application, tracking, [target]))
    changed = resource(text.replace("hunter2", "hunter3").replace("gone", "come")).with_namespace(namespace)
    [row] = _compared(api, application, tracking, [changed]).resources
    assert "immutable" in row.refusal
    assert describe(row).text == dedent("""\
        @@ data @@
        -  changed: "(old value)"
        +  changed: "(new value)"
        +  come: "(added)"
        -  gone: "(removed)"
           kept: "(unchanged)"
        """)


def test_a_value_that_cannot_be_decoded_is_a_refusal_and_is_not_repeated(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    text = "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: hunter2-is-no-base64}}"
    [row] = _compared(api, application, tracking, [resource(text).with_namespace(namespace)]).resources
    assert (row.status, row.unknown) == ("OutOfSync", "")
    assert "illegal base64 data" in row.refusal
    assert "hunter2" not in row.refusal


READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: ["", apps], resources: [configmaps, statefulsets], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: '1'}"


def test_without_the_right_to_patch_the_client_compares_and_says_what_only_the_server_knows_with_the_rule_to_add(
    api: ApiServer,
    connect: Callable[[str], ApiServer],
    application: Application,
    tracking: Tracking,
    namespace: str,
) -> None:
    for granted in resources(READER):
        api.apply(api.catalog().kinds[granted.api_version, granted.kind], granted.with_namespace(namespace))
    first = [resource(CONFIG.replace("name: c", f"name: {name}")).with_namespace(namespace) for name in "cdef"]
    _sync(api, _compared(api, application, tracking, first[:3]))
    changed = resource(CONFIG.replace("'1'", "'2'")).with_metadata(name="d", namespace=namespace)
    unsure = first[2].with_object({**first[2].object, "immutable": False})
    reader = connect("reader")
    comparison = _compared(reader, application, tracking, [first[0], changed, unsure, first[3]])
    reader.close()
    assert [(row.key.name, row.status.value, row.method.value) for row in comparison.resources] == [
        ("c", "Synced", "owned-fields walk"),
        ("d", "OutOfSync", "compared on the client"),
        ("e", "Unknown", "compared on the client"),
        ("f", "OutOfSync", "compared on the client"),
    ]
    _, different, unknown, _ = comparison.resources
    assert describe(different).text == '@@ data @@\n-  a: "1"\n+  a: "2"\n'
    assert unknown.unknown == ("compared on the client, where it cannot be known what the server makes of immutable")
    assert unknown.remedy == (
        f"Add to a Role in namespace {namespace}, bound to this user:\n"
        '- apiGroups: [""]\n  resources: ["configmaps"]\n  verbs: ["patch"]'
    )
    [condition] = comparison.conditions
    assert condition.message.startswith("3 objects were compared on the client: ")
    assert comparison.status == "Unknown"


def test_an_application_may_ask_not_to_be_dry_run(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    target = resource(CONFIG).with_namespace(namespace)
    _sync(api, _compared(api, application, tracking, [target]))
    asked = replace(application, annotations={COMPARE_OPTIONS: "ServerSideDiff=false"})
    changed = resource(CONFIG.replace("'1'", "'2'")).with_namespace(namespace)
    before = api.requests
    [row] = _compared(api, asked, tracking, [changed]).resources
    assert (row.status, row.method) == ("OutOfSync", "compared on the client")
    assert api.requests == before + 1


def test_a_kind_that_may_not_be_listed_is_said_so(
    connect: Callable[[str], ApiServer], application: Application, tracking: Tracking, namespace: str
) -> None:
    nobody = connect("nobody")
    comparison = _compared(nobody, application, tracking, [resource(CONFIG).with_namespace(namespace)])
    nobody.close()
    assert comparison.status == "Unknown"
    assert [row.status for row in comparison.resources] == ["Unknown"]
    assert "cannot list ConfigMap" in comparison.conditions[0].message


# --- admission -------------------------------------------------------------------------------------------------------


def _policy(kind: str, namespace: str, **spec: Any) -> list[Resource]:
    """Return a policy on this namespace's ConfigMaps, and its binding."""
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}]
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    matched = {"resourceRules": rules, "namespaceSelector": selector}
    binding: dict[str, Any] = {"policyName": f"{namespace}.example.com"}
    if kind == "ValidatingAdmissionPolicy":
        binding["validationActions"] = ["Deny"]
    version = "admissionregistration.k8s.io/v1"
    metadata = {"name": f"{namespace}.example.com"}
    return [
        Resource(
            {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": {"matchConstraints": matched, **spec}}
        ),
        Resource({"apiVersion": version, "kind": f"{kind}Binding", "metadata": metadata, "spec": binding}),
    ]


@pytest.fixture
def enforce(api: ApiServer) -> Iterator[Callable[[list[Resource], Callable[[], bool]], None]]:
    """Return what applies a policy and waits until it acts; policies go with the test."""
    applied: list[Resource] = []

    def enforced(policy: list[Resource], acts: Callable[[], bool]) -> None:
        for part in policy:
            api.apply(api.catalog().kinds[part.api_version, part.kind], part)
            applied.append(part)
        deadline = time.monotonic() + 20
        while not acts():
            assert time.monotonic() < deadline, "the policy does not act in time"
            time.sleep(0.1)

    yield enforced
    for part in applied:
        api.delete(api.catalog().kinds[part.api_version, part.kind], part.key)


def test_a_policy_that_denies_is_a_refusal(
    api: ApiServer,
    application: Application,
    tracking: Tracking,
    namespace: str,
    enforce: Callable[[list[Resource], Callable[[], bool]], None],
) -> None:
    config = resource(CONFIG).with_namespace(namespace)
    kind = api.catalog().kinds["v1", "ConfigMap"]
    _sync(api, _compared(api, application, tracking, [config]))
    probe = resource(CONFIG.replace("name: c", "name: probe").replace("'1'", "'2'")).with_namespace(namespace)

    def denies() -> bool:
        try:
            api.apply(kind, probe, dry_run=True)
        except ApiError:
            return True
        return False

    rule = {"expression": "!has(object.data) || object.data.a != '2'", "message": "two is not allowed"}
    enforce(_policy("ValidatingAdmissionPolicy", namespace, validations=[rule]), denies)
    changed = resource(CONFIG.replace("'1'", "'2'")).with_namespace(namespace)
    [row] = _compared(api, application, tracking, [changed]).resources
    assert (row.status, row.method) == ("OutOfSync", "server-side dry run")
    assert "two is not allowed" in row.refusal
    assert describe(row).text == '@@ data @@\n-  a: "1"\n+  a: "2"\n'


def test_w18_what_a_policy_adds_beside_us_is_no_difference(
    api: ApiServer,
    application: Application,
    tracking: Tracking,
    namespace: str,
    enforce: Callable[[list[Resource], Callable[[], bool]], None],
) -> None:
    config = resource(CONFIG).with_namespace(namespace)
    kind = api.catalog().kinds["v1", "ConfigMap"]
    _sync(api, _compared(api, application, tracking, [config]))
    expression = 'Object{metadata: Object.metadata{labels: {"injected": "yes"}}}'
    mutation = {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}
    policy = _policy(
        "MutatingAdmissionPolicy", namespace, mutations=[mutation], failurePolicy="Fail", reinvocationPolicy="Never"
    )
    probe = resource(CONFIG.replace("name: c", "name: probe")).with_namespace(namespace)
    enforce(policy, lambda: "injected" in api.apply(kind, probe, dry_run=True).labels)
    assert _methods(_compared(api, application, tracking, [config])) == {"Synced: owned-fields walk": 1}
    changed = resource(CONFIG.replace("'1'", "'2'")).with_namespace(namespace)
    ours = '@@ data @@\n-  a: "1"\n+  a: "2"\n'
    [row] = _compared(api, application, tracking, [changed]).resources
    assert describe(row).text == ours
    including = replace(application, annotations={COMPARE_OPTIONS: "IncludeMutationWebhook=true"})
    [row] = _compared(api, including, tracking, [changed]).resources
    assert describe(row).text == '@@ metadata.labels @@\n+  injected: "yes"\n' + ours


def test_trk12_an_object_is_compared_in_the_version_of_its_target(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    scale = "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}, maxReplicas: 3}"
    texts = [
        f"apiVersion: autoscaling/{version}\nkind: HorizontalPodAutoscaler\nmetadata: {{name: h-{version}}}\n{scale}"
        for version in ("v1", "v2")
    ]
    targets = [resource(text).with_namespace(namespace) for text in texts]
    _sync(api, _compared(api, application, tracking, targets))
    comparison = _compared(api, application, tracking, targets)
    assert comparison.status == "Synced"
    assert _methods(comparison) == {"Synced: owned-fields walk": 1, "Synced: server-side dry run": 1}


def test_data_that_is_one_value_is_emptied_w_9(
    api: ApiServer, application: Application, tracking: Tracking, namespace: str
) -> None:
    revision = "{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: a}, revision: 1, data: {a: b}}"
    first = resource(revision).with_namespace(namespace)
    _sync(api, _compared(api, application, tracking, [first]))
    emptied = resource(revision.replace("{a: b}", "{}")).with_namespace(namespace)
    [row] = _compared(api, application, tracking, [emptied]).resources
    assert row.status == "OutOfSync" or row.refusal
