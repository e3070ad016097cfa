"""W-21: objects of which nobody is on record as the writer, on a real API server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.display import describe
from gitops_action.comparison.unowned import nothing_applied
from gitops_action.sync.model import OperationPhase
from tests.comparison.objects import copied, resource
from tests.sync.example import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.comparison.model import Comparison
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.tracking import Tracking
    from tools.cluster import Cluster

BEFORE = resource(
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: web, labels: {a: b}}, data: {kept: '1', gone: '2'}}"
)
AFTER = resource("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {kept: '1'}}")


def _made(cluster: Cluster, namespace: str, *, last_applied: bool = False, manager: str = "somebody") -> None:
    body: Any = copied(BEFORE.with_namespace(namespace))
    if last_applied:
        body["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(body)}
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    cluster.request("POST", f"{path}?fieldManager={manager}", body)


def _stripped(cluster: Cluster, api: ApiServer, namespace: str) -> Resource:
    """Take the record of its writers from the object."""
    kind = api.catalog().kinds["v1", "ConfigMap"]
    key = BEFORE.with_namespace(namespace).key
    return api.patch(kind, key, [{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}])


def _compared(
    api: ApiServer,
    tracking: Tracking,
    before: Callable[[ResourceKey], Resource | None] = nothing_applied,
) -> Comparison:
    namespace = tracking.namespace
    application = Application(name="web", destination=Destination(namespace=namespace))
    target = AFTER.with_namespace(namespace)
    return compare(application, [target], tracking, api, inventory=None, parallelism=2, applied_before=before)


def test_what_the_annotation_of_kubectl_tells_is_shown_and_goes(
    api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking
) -> None:
    _made(cluster, namespace, last_applied=True)
    _stripped(cluster, api, namespace)
    first = _compared(api, tracking)
    _shown_and_gone(first, api, tracking)


def test_what_our_record_tells_is_shown_and_goes(
    api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking
) -> None:
    _made(cluster, namespace)
    _stripped(cluster, api, namespace)
    first = _compared(api, tracking, lambda _: BEFORE)
    _shown_and_gone(first, api, tracking)


def test_what_another_manager_owns_stays(api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking) -> None:
    _made(cluster, namespace)
    [row] = _compared(api, tracking, lambda _: BEFORE).resources
    assert (row.given_up, "gone" in describe(row).text) == ((), False)


def test_where_nothing_is_known_the_application_says_so(
    api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking
) -> None:
    _made(cluster, namespace)
    [condition] = _compared(api, tracking).conditions
    assert (condition.type.value, condition.message) == (
        "UnseenFieldsWarning",
        "removed fields cannot be seen in ConfigMap web: no tool that applies manifests is on record as the writer",
    )
    assert run(_compared(api, tracking), api).phase is OperationPhase.SUCCEEDED
    assert _compared(api, tracking).conditions == ()


def _shown_and_gone(first: Comparison, api: ApiServer, tracking: Tracking) -> None:
    [row] = first.resources
    assert first.conditions == ()
    assert '-  gone: "2"' in describe(row).text
    assert "-  a: b" in describe(row).text
    assert run(first, api).phase is OperationPhase.SUCCEEDED
    [again] = _compared(api, tracking).resources
    assert again.live is not None
    assert (again.status, again.live.object["data"], "a" in again.live.labels) == ("Synced", {"kept": "1"}, False)
