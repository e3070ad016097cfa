"""Syncs on a real API server with real controllers and simulated nodes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.application.application import Application, Automated, Destination, SyncPolicy
from gitops_action.comparison.compare import compare
from gitops_action.health.assess import assess
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.annotations import HOOK, HOOK_DELETE_POLICY, SYNC_WAVE
from gitops_action.resource.tracking import Tracking
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.perform import sync
from gitops_action.sync.refuse import is_needed
from tests.sync.example import RealClock, brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.comparison.model import Comparison
    from gitops_action.ports import Cluster as Port
    from gitops_action.resource.resource import JsonObject
    from gitops_action.sync.model import OperationResult
    from tools.cluster import Cluster

_POD = "gitops-action.test/pod"
_JOB = "gitops-action.test/job"


@pytest.fixture
def api(cluster: Cluster) -> Iterator[ApiServer]:
    server = ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect())
    yield server
    server.close()


class Shop:
    """One application in one namespace: targets in, comparison and sync out."""

    def __init__(self, api: Port, namespace: str, *sync_options: str) -> None:
        self.api = api
        self.namespace = namespace
        self.application = Application(
            name=f"shop-{namespace}",
            destination=Destination(namespace=namespace),
            sync_policy=SyncPolicy(sync_options=sync_options, automated=Automated(allow_empty=True)),
        )
        self.tracking = Tracking(instance=self.application.name, namespace=namespace)
        self.lines: list[str] = []
        self.inventory: tuple[ResourceKey, ...] | None = None

    def compare(self, *targets: JsonObject) -> Comparison:
        placed = [Resource(target).with_namespace(_namespace_of(target, self.namespace)) for target in targets]
        compared = compare(self.application, placed, self.tracking, self.api, inventory=self.inventory, parallelism=8)
        self.inventory = tuple(row.key for row in compared.resources)
        return compared

    def sync(self, *targets: JsonObject, stop: threading.Event | None = None, **options: Any) -> OperationResult:
        quick = {"timeout": 20.0, "wave_delay": 0.0, "degraded_grace": 1.0}
        return sync(
            self.compare(*targets),
            self.api,
            assess=assess,
            options=SyncOptions(**(quick | options)),
            progress=self.lines.append,
            clock=RealClock(),
            stop=stop or threading.Event(),
        )

    def get(self, api_version: str, kind: str, name: str) -> Resource | None:
        found = self.api.catalog().kinds[api_version, kind]
        return self.api.get(found, namespace=self.namespace if found.namespaced else "", name=name)


@pytest.fixture
def shop(api: ApiServer, namespace: str) -> Shop:
    return Shop(api, namespace)


def test_hooks_waves_and_health_in_order_and_the_second_sync_writes_nothing(shop: Shop) -> None:
    targets = [
        _job("migrate", {HOOK: "PreSync", HOOK_DELETE_POLICY: "HookSucceeded"}),
        _config_map("settings", {SYNC_WAVE: "-1"}),
        _deployment("web"),
        _job("smoke", {HOOK: "PostSync"}),
    ]
    result = shop.sync(*targets)
    assert (result.phase, result.message) == (OperationPhase.SUCCEEDED, "successfully synced (no more tasks)")
    assert brief(result) == [
        "PreSync Job/migrate: Synced, Succeeded",
        "Sync ConfigMap/settings: Synced, Succeeded",
        "Sync Deployment/web: Synced, Succeeded",
        "PostSync Job/smoke: Synced, Succeeded",
    ]
    assert result.health is not None
    assert result.health.code == "Healthy"
    order = [row.finished for row in result.resources]
    assert order == sorted(order)
    smoke = shop.get("batch/v1", "Job", "smoke")
    assert smoke is not None
    assert not smoke.metadata.get("finalizers")
    migrate = shop.get("batch/v1", "Job", "migrate")
    assert migrate is None or migrate.is_terminating
    again = shop.compare(*targets)
    assert not is_needed(again)
    writes = [row for row in again.resources if row.status not in ("Synced", "")]
    assert writes == []


def test_a_failed_hook_ends_the_sync_before_anything_else_and_says_why(shop: Shop) -> None:
    targets = [
        _job("migrate", {HOOK: "PreSync"}, pod={_JOB: "fail"}),
        _config_map("settings"),
        _job("tell", {HOOK: "SyncFail"}),
    ]
    result = shop.sync(*targets)
    assert result.phase is OperationPhase.FAILED
    words = "one or more synchronization tasks completed unsuccessfully, reason: Job has reached"
    assert result.message.startswith(words)
    assert [row.hook_phase for row in result.resources] == ["Failed", None, "Succeeded"]
    assert shop.get("v1", "ConfigMap", "settings") is None
    assert "Likely cause: container main failed (exit code 1)." in result.causes[0]


def test_what_does_not_get_healthy_in_time_is_explained(shop: Shop) -> None:
    nowhere = _deployment("nowhere")
    nowhere["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    kinds = ("crash-loop", "image-pull-error", "never-ready")
    result = shop.sync(*(_deployment(kind, pod={_POD: kind}) for kind in kinds), nowhere, timeout=4.0)
    assert result.timed_out
    assert result.health is not None
    assert result.health.code == "Progressing"
    likely = [line.removeprefix("  Likely cause: ") for text in result.causes for line in text.splitlines()[1:2]]
    assert [sentence.split(":")[0] for sentence in likely[2:]] == [
        "container main runs, but its readiness probe does not succeed",
        f"pod {_pod_of(result.causes[3])} fits on no node",
    ]
    assert likely[:2] == [
        "container main keeps crashing (CrashLoopBackOff, exit code 1).",
        'image "registry.invalid/web:1" of container main cannot be pulled (ImagePullBackOff).',
    ]
    assert "cannot open /etc/app/config.yaml" in result.causes[0]


def _pod_of(cause: str) -> str:
    return next(line.split()[1].rstrip(":") for line in cause.splitlines() if line.startswith("  Pod "))


def test_prune_a_custom_resource_and_its_definition_and_a_new_namespace(api: ApiServer, namespace: str) -> None:
    group = f"{namespace}.example.com"
    # In the background, for the garbage collector learns of a new kind only after half a minute.
    shop = Shop(api, f"{namespace}-new", "CreateNamespace=true", "PrunePropagationPolicy=background")
    widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": {"size": 1}}
    result = shop.sync(widget, _crd(group), _config_map("settings"))
    assert result.phase is OperationPhase.SUCCEEDED, result
    assert [row.key.kind for row in result.resources] == [
        "Namespace",
        "ConfigMap",
        "CustomResourceDefinition",
        "Widget",
    ]
    result = shop.sync(_crd(group), prune=True)
    assert [(row.key.kind, row.message) for row in result.resources if row.code == "Pruned"] == [
        ("ConfigMap", "pruned"),
        ("Widget", "pruned"),
    ]
    assert shop.get("v1", "ConfigMap", "settings") is None
    crd = ResourceKey("apiextensions.k8s.io", "CustomResourceDefinition", "", f"widgets.{group}")
    api.delete(api.catalog().kinds["apiextensions.k8s.io/v1", "CustomResourceDefinition"], crd)
    api.delete(api.catalog().kinds["v1", "Namespace"], ResourceKey("", "Namespace", "", shop.namespace))


def test_a_change_that_the_server_refuses_is_made_by_force(shop: Shop) -> None:
    shop.sync(_deployment("web"))
    changed = _deployment("web")
    changed["spec"]["selector"]["matchLabels"] = {"app": "other"}
    changed["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    result = shop.sync(changed)
    assert (result.phase, result.message) == (OperationPhase.FAILED, "one or more objects failed to apply (dry run)")
    changed["metadata"]["annotations"] = {"argocd.argoproj.io/sync-options": "Force=true"}
    result = shop.sync(changed)
    assert result.phase is OperationPhase.SUCCEEDED
    assert result.resources[0].message == "deployment.apps/web replaced"


def test_fields_of_kubectl_that_left_git_go_with_the_first_sync_syn_32(cluster: Cluster, shop: Shop) -> None:
    path = f"/api/v1/namespaces/{shop.namespace}/configmaps?fieldManager=kubectl-client-side-apply"
    cluster.request("POST", path, {**_config_map("settings"), "data": {"colour": "blue", "old": "yes"}})
    assert shop.sync(_config_map("settings")).phase is OperationPhase.SUCCEEDED
    live = shop.get("v1", "ConfigMap", "settings")
    assert live is not None
    assert live.object["data"] == {"colour": "blue"}


def test_a_stop_during_a_hook_deletes_it_and_ends_within_a_second(shop: Shop) -> None:
    stop = threading.Event()
    hook = _job("migrate", {HOOK: "PreSync"}, pod={_JOB: "hang"})
    comparison = shop.compare(hook, _config_map("settings"))

    def progress(line: str) -> None:
        if line.startswith("waiting for completion of hook"):
            stop.set()

    result = sync(
        comparison,
        shop.api,
        assess=assess,
        options=SyncOptions(timeout=20.0),
        progress=progress,
        clock=RealClock(),
        stop=stop,
    )
    assert result.message == "Operation terminated"
    assert result.finished - result.started < 2.0
    assert shop.get("v1", "ConfigMap", "settings") is None


def _namespace_of(target: JsonObject, namespace: str) -> str:
    return "" if target["kind"] in ("CustomResourceDefinition", "Namespace") else namespace


def _config_map(name: str, annotations: dict[str, str] | None = None) -> JsonObject:
    metadata = {"name": name, "annotations": annotations or {}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": "blue"}}


def _deployment(name: str, *, pod: dict[str, str] | None = None) -> JsonObject:
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels, "annotations": pod or {}},
        "spec": {"containers": [{"name": "main", "image": "registry.invalid/web:1"}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def _job(name: str, annotations: dict[str, str], *, pod: dict[str, str] | None = None) -> JsonObject:
    template = {
        "metadata": {"annotations": pod or {}},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "registry.invalid/job:1"}]},
    }
    metadata = {"name": name, "annotations": annotations}
    spec = {"backoffLimit": 0, "template": template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _crd(group: str) -> JsonObject:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    spec = {
        "group": group,
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": spec,
    }
