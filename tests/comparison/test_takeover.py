"""First contact with objects of kubectl, Helm and Argo CD, on a real API server: what is predicted is what happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.display import describe
from gitops_action.comparison.model import Comparison, SyncStatusCode
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.comparison.prediction import comparable
from gitops_action.comparison.takeover import migration
from tests.comparison.objects import copied, resource, resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.resource import Resource
    from gitops_action.resource.tracking import Tracking
    from tools.cluster import Cluster

# Suspended, so that no controller writes while a test looks.
BEFORE = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: web}
spec:
  schedule: "0 3 * * *"
  suspend: true
  startingDeadlineSeconds: 60
  failedJobsHistoryLimit: 7
  jobTemplate:
    spec:
      template:
        metadata: {labels: {app: web, tier: old}}
        spec:
          restartPolicy: Never
          containers:
          - name: app
            image: nginx
            env: [{name: A, value: "1"}, {name: GONE, value: "2"}]
            securityContext: {runAsUser: 5}
"""
AFTER = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: web}
spec:
  schedule: "0 3 * * *"
  suspend: true
  jobTemplate:
    spec:
      template:
        metadata: {labels: {app: web}}
        spec:
          restartPolicy: Never
          containers: [{name: app, image: nginx, env: [{name: A, value: "1"}]}]
"""
DROPPED = """\
@@ metadata @@
+  annotations:
+    argocd.argoproj.io/tracking-id: web:batch/CronJob:NAMESPACE/web
+  labels:
+    argocd.argoproj.io/instance: web
@@ spec @@
-  failedJobsHistoryLimit: 7
+  failedJobsHistoryLimit: 1
-  startingDeadlineSeconds: 60
@@ spec.jobTemplate.spec.template.metadata.labels @@
-  tier: old
@@ spec.jobTemplate.spec.template.spec.containers[app] @@
-  securityContext:
-    runAsUser: 5
@@ spec.jobTemplate.spec.template.spec.containers[app].env @@
-  - name: GONE
-    value: "2"
"""


def _by_update(cluster: Cluster, namespace: str, manager: str) -> None:
    body = copied(resource(BEFORE).with_namespace(namespace))
    if manager == "kubectl-client-side-apply":
        body["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(body)}
    cluster.request("POST", f"/apis/batch/v1/namespaces/{namespace}/cronjobs?fieldManager={manager}", body)


def _by_apply(api: ApiServer, namespace: str, manager: str) -> None:
    """Apply as somebody else, by handing over what we applied."""
    kind = api.catalog().kinds["batch/v1", "CronJob"]
    live = api.apply(kind, resource(BEFORE).with_namespace(namespace))
    renamed = [{**entry, "manager": manager} for entry in live.metadata["managedFields"]]
    api.patch(kind, live.key, [{"op": "replace", "path": "/metadata/managedFields", "value": renamed}])


def _compare(api: ApiServer, namespace: str, tracking: Tracking, target: Resource) -> Comparison:
    application = Application(name="web", destination=Destination(namespace=namespace))
    return compare(application, [target], tracking, api, inventory=None, parallelism=2)


def _live(api: ApiServer, namespace: str) -> Resource:
    live = api.get(api.catalog().kinds["batch/v1", "CronJob"], namespace=namespace, name="web")
    assert live is not None
    return live


@pytest.mark.parametrize("manager", ["helm", "kubectl-client-side-apply", "argocd-controller"])
def test_w21_what_an_earlier_tool_set_and_git_dropped_is_shown_and_then_really_goes(
    api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking, manager: str
) -> None:
    if manager == "argocd-controller":
        _by_apply(api, namespace, manager)
    else:
        _by_update(cluster, namespace, manager)
    target = resource(AFTER).with_namespace(namespace)
    [row] = _compare(api, namespace, tracking, target).resources
    assert (row.status, row.adopts, row.refusal) == (SyncStatusCode.OUT_OF_SYNC, True, "")
    assert describe(row).text == DROPPED.replace("NAMESPACE", namespace)

    assert row.kind is not None
    assert row.target is not None
    assert row.predicted is not None
    operations = migration(_live(api, namespace), manager=MANAGER)
    api.patch(row.kind, row.key, list(operations))
    applied = api.apply(row.kind, row.target)
    assert comparable(applied, has_status=True) == comparable(row.predicted, has_status=True)
    [again] = _compare(api, namespace, tracking, target).resources
    assert (again.status, again.method) == (SyncStatusCode.SYNCED, "owned-fields walk")
    assert migration(_live(api, namespace), manager=MANAGER) == ()


def test_w21_a_prediction_writes_nothing(api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking) -> None:
    _by_update(cluster, namespace, "helm")
    before = _live(api, namespace)
    _compare(api, namespace, tracking, resource(AFTER).with_namespace(namespace))
    assert _live(api, namespace).resource_version == before.resource_version


def test_w21_what_a_third_manager_owns_too_stays(
    api: ApiServer, cluster: Cluster, namespace: str, tracking: Tracking
) -> None:
    _by_update(cluster, namespace, "helm")
    path = f"/apis/batch/v1/namespaces/{namespace}/cronjobs/web?fieldManager=alice"
    live = copied(_live(api, namespace))
    live["spec"]["startingDeadlineSeconds"] = 6
    cluster.request("PUT", path, live)
    [row] = _compare(api, namespace, tracking, resource(AFTER).with_namespace(namespace)).resources
    assert "startingDeadlineSeconds" not in describe(row).text
    assert "-  tier: old" in describe(row).text


PREVIEW = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: preview}
rules: [{apiGroups: [batch], resources: [cronjobs], verbs: [get, list, create, patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: preview}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: preview}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: preview}]
"""


def test_w21_a_prediction_needs_no_right_but_to_read_create_and_patch(
    api: ApiServer, connect: Callable[[str], ApiServer], cluster: Cluster, namespace: str, tracking: Tracking
) -> None:
    for granted in resources(PREVIEW):
        api.apply(api.catalog().kinds[granted.api_version, granted.kind], granted.with_namespace(namespace))
    _by_update(cluster, namespace, "helm")
    preview = connect("preview")
    [row] = _compare(preview, namespace, tracking, resource(AFTER).with_namespace(namespace)).resources
    preview.close()
    assert describe(row).text == DROPPED.replace("NAMESPACE", namespace)
