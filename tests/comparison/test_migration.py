"""Coming from kubectl, Helm and Argo CD: what a review says first, what a sync leaves, and what goes later."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.model import Comparison, SyncStatusCode
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.report.build import Findings, application_report
from gitops_action.report.comment import comment
from gitops_action.report.model import Mode
from gitops_action.resource.yaml_dump import dump
from gitops_action.sync.model import OperationPhase
from tests.comparison.objects import copied, resources
from tests.report.samples import a_report
from tests.sync.example import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.resource import Resource
    from gitops_action.resource.tracking import Tracking
    from tests.conftest import Tools
    from tools.cluster import Cluster

# Suspended, so that no controller writes while a test looks.
OBJECTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {team: shop}}
data: {colour: red, size: "7"}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: web}
spec:
  schedule: "0 3 * * *"
  suspend: true
  startingDeadlineSeconds: 60
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: app
            image: nginx
            env: [{name: A, value: "1"}, {name: B, value: "2"}]
            resources: {limits: {cpu: 1000m}}
"""
_PATHS = {"ConfigMap": "/api/v1", "Service": "/api/v1", "CronJob": "/apis/batch/v1"}


class Former:
    """The objects as another tool makes them, by its own program where there is one."""

    def __init__(self, api: ApiServer, cluster: Cluster, namespace: str, tools: Tools, scratch: Path) -> None:
        self._api, self._cluster, self._namespace, self._tools, self._scratch = api, cluster, namespace, tools, scratch
        self.targets = [each.with_namespace(namespace) for each in resources(OBJECTS)]
        self._file = scratch / "objects.yaml"
        self._file.write_text("---\n".join(dump(target.object) for target in self.targets))

    def kubectl(self, *flags: str) -> None:
        kubeconfig = str(self._cluster.kubeconfig("admin"))
        self._run("kubectl", "apply", *flags, "--kubeconfig", kubeconfig, "-f", str(self._file))

    def helm(self) -> None:
        chart = self._scratch / "chart"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text("{apiVersion: v2, name: web, version: 1.0.0}")
        (chart / "templates" / "objects.yaml").write_text(self._file.read_text())
        kubeconfig = str(self._cluster.kubeconfig("admin"))
        self._run("helm", "install", "web", str(chart), "--kubeconfig", kubeconfig, "-n", self._namespace)

    def argocd(self, tracking: Tracking, *, server_side: bool) -> None:
        """Make them as Argo CD does: its manager, and its annotation alone."""
        for target in self.targets:
            tracked = target.with_metadata(
                annotations={"argocd.argoproj.io/tracking-id": tracking.tracking_id(target.key)}
            )
            kind = self._api.catalog().kinds[target.api_version, target.kind]
            if not server_side:
                body = copied(tracked)
                body["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(body)
                place = f"{_PATHS[target.kind]}/namespaces/{self._namespace}/{kind.plural}"
                self._cluster.request("POST", f"{place}?fieldManager=argocd-controller", body)
                continue
            live = self._api.apply(kind, tracked)
            renamed = [{**each, "manager": "argocd-controller"} for each in live.metadata["managedFields"]]
            self._api.patch(kind, live.key, [{"op": "replace", "path": "/metadata/managedFields", "value": renamed}])

    def _run(self, tool: str, *arguments: str) -> None:
        environment = {"HOME": str(self._scratch), "PATH": "/nonexistent"}
        subprocess.run([str(self._tools.bin / tool), *arguments], check=True, capture_output=True, env=environment)


@pytest.fixture
def former(api: ApiServer, cluster: Cluster, namespace: str, tools: Tools, tmp_path: Path) -> Former:
    return Former(api, cluster, namespace, tools, tmp_path)


@pytest.fixture
def compared(api: ApiServer, tracking: Tracking, namespace: str) -> Callable[..., Comparison]:
    def compared(*targets: Resource) -> Comparison:
        application = Application(name="web", destination=Destination(namespace=namespace))
        return compare(application, targets, tracking, api, inventory=None, parallelism=2)

    return compared


FORMERS: dict[str, Callable[[Former, Tracking], None]] = {
    "kubectl apply": lambda former, _: former.kubectl(),
    "kubectl apply --server-side": lambda former, _: former.kubectl("--server-side"),
    "helm install": lambda former, _: former.helm(),
    "Argo CD": lambda former, tracking: former.argocd(tracking, server_side=False),
    "Argo CD, server-side": lambda former, tracking: former.argocd(tracking, server_side=True),
}
ADOPTED = (
    "Adopted, because they exist and belong to no application: "
    "`ConfigMap NAMESPACE/settings`, `Service NAMESPACE/web`, `CronJob NAMESPACE/web`"
)
MARKED = "3 objects get the marks of tracking, and nothing else changes in them."


@pytest.mark.parametrize("tool", FORMERS)
def test_w21_a_migration_is_a_line_then_ours_alone_and_what_leaves_git_goes(
    *,
    api: ApiServer,
    former: Former,
    compared: Callable[..., Comparison],
    tracking: Tracking,
    tool: str,
) -> None:
    FORMERS[tool](former, tracking)
    first = compared(*former.targets)
    text = _comment(first)
    assert "```diff" not in text
    line = MARKED if tool.startswith("Argo CD") else ADOPTED.replace("NAMESPACE", tracking.namespace)
    assert [each for each in text.splitlines() if "dopted" in each or "marks of" in each] == [line]

    assert run(first, api).phase is OperationPhase.SUCCEEDED
    again = compared(*former.targets)
    assert {(row.status, row.method) for row in again.resources} == {("Synced", "owned-fields walk")}
    for row in again.resources:
        assert row.live is not None
        managers = [each["manager"] for each in row.live.metadata["managedFields"]]
        assert managers == [MANAGER]

    fewer = [_with_less(target) for target in former.targets]
    assert run(compared(*fewer), api).phase is OperationPhase.SUCCEEDED
    [settings, job, _] = sorted(compared(*fewer).resources, key=lambda row: row.key.kind)
    assert settings.live is not None
    assert job.live is not None
    assert settings.live.object["data"] == {"colour": "red"}
    assert "startingDeadlineSeconds" not in job.live.object["spec"]
    assert "team" not in settings.live.labels


@pytest.mark.parametrize("tool", FORMERS)
def test_w21_what_left_git_before_the_first_sync_goes_with_it(
    *, api: ApiServer, former: Former, compared: Callable[..., Comparison], tracking: Tracking, tool: str
) -> None:
    FORMERS[tool](former, tracking)
    fewer = [_with_less(target) for target in former.targets]
    first = compared(*fewer)
    assert '-  size: "7"' in _comment(first)
    assert run(first, api).phase is OperationPhase.SUCCEEDED
    again = compared(*fewer)
    assert again.status is SyncStatusCode.SYNCED
    [settings] = [row.live for row in again.resources if row.key.kind == "ConfigMap"]
    assert settings is not None
    assert settings.object["data"] == {"colour": "red"}


@pytest.mark.parametrize("server_side", [True, False])
def test_what_only_argo_cds_annotation_tracks_is_found_at_once(
    api: ApiServer, former: Former, compared: Callable[..., Comparison], tracking: Tracking, server_side: bool
) -> None:
    extra = resources("{apiVersion: v1, kind: ConfigMap, metadata: {name: gone-from-git}, data: {a: b}}")[0]
    former.targets.append(extra.with_namespace(tracking.namespace))
    former.argocd(tracking, server_side=server_side)
    [row] = [row for row in compared(*former.targets[:-1]).resources if row.requires_pruning]
    assert (row.key.name, row.method) == ("gone-from-git", "not in Git")
    assert run(compared(*former.targets[:-1]), api, prune=True).phase is OperationPhase.SUCCEEDED
    assert not [row for row in compared(*former.targets[:-1]).resources if row.requires_pruning]


def _comment(comparison: Comparison) -> str:
    application = comparison.application
    found = Findings(application=application, revision="a" * 40, before=comparison, status=comparison.status)
    return comment(a_report(application_report(found, Mode.DIFF)), "<!-- header -->")


def _with_less(target: Resource) -> Resource:
    """Return the target without its label and some fields."""
    content = copied(target)
    content["metadata"].pop("labels", None)
    content.get("data", {}).pop("size", None)
    content.get("spec", {}).pop("startingDeadlineSeconds", None)
    return target.with_object(content)
