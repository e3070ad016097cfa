"""``doctor`` from end to end: what is there, what is missing, and that what it proposes is enough."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.commands.clusters import Clusters
from gitops_action.commands.doctor import Verdict, examine
from gitops_action.commands.session import Ports, open_session
from gitops_action.errors import ExitCode
from gitops_action.github.events import Event
from gitops_action.inputs import Inputs
from gitops_action.resource.yaml import load_documents
from tests.e2e.scene import config_map, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


def test_all_is_well_for_who_may_do_everything(scene: Scene) -> None:
    scene.add("web", config_map("web"))
    ran = scene.cli("doctor")
    says(
        ran,
        ExitCode.OK,
        "note event: none: this is no workflow run",
        "ok helm: v",
        "ok kustomize: v",
        "ok health scripts: ",
        f"ok cluster {scene.cluster.server}: Kubernetes v1.",
        "user admin has all 4 rights that it takes to compare",
        "rights that it takes to sync as well",
        "All that is needed is there.",
    )


def test_what_it_proposes_grants_all_that_is_missing_and_a_sync_needs_no_more(scene: Scene) -> None:
    scene.add("web", config_map("web"))
    nobody = scene.cluster.kubeconfig("nobody")

    ran = scene.cli("doctor", "--output", "json", kubeconfig=nobody)

    findings = orjson.loads(ran.stdout)
    missing = [each["message"].replace(scene.namespace, "shop") for each in findings if each["verdict"] == "missing"]
    assert (ran.code, "\n".join(missing).splitlines()) == (
        ExitCode.CLUSTER,
        [
            "user nobody lacks 4 of 4 rights that it takes to compare:",
            "- create, get, list, patch configmaps in namespace shop",
            "user nobody lacks 9 of 9 rights that it takes to sync as well:",
            "- delete, watch configmaps in namespace shop",
            "- create, get, patch secrets in namespace shop",
            "- create, delete, get, update leases.coordination.k8s.io in namespace shop",
        ],
    )
    for proposed, _ in load_documents(findings[-1]["remedy"], source="remedy"):
        kind = {"Role": "roles", "RoleBinding": "rolebindings"}[proposed["kind"]]
        scene.put(f"rbac.authorization.k8s.io/v1/{kind}", proposed)
    assert scene.cli("doctor", kubeconfig=nobody).code == ExitCode.OK
    assert scene.cli("sync", kubeconfig=nobody).code == ExitCode.OK


def test_rights_of_a_comparison_alone_are_asked_for_on_request(scene: Scene) -> None:
    scene.add("web", config_map("web"))
    ran = scene.cli("doctor", "--no-sync", kubeconfig=scene.cluster.kubeconfig("nobody"))
    says(ran, ExitCode.CLUSTER, "lacks 4 of 4 rights that it takes to compare", "1 thing is missing.")
    assert "to sync" not in ran.stdout


def test_a_cluster_that_cannot_be_reached_and_an_application_that_cannot_be_rendered_are_findings(scene: Scene) -> None:
    scene.add("web", config_map("web"))
    away = scene.folder / "away.kubeconfig"
    away.write_text(scene.cluster.kubeconfig().read_text().replace(scene.cluster.server, "https://127.0.0.1:1"))
    says(scene.cli("doctor", kubeconfig=away), ExitCode.CLUSTER, "missing application web:", "connection refused")
    says(scene.cli("doctor", "--no-cluster"), ExitCode.OK, "note cluster: none was looked for")

    scene.write({"web/manifests.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n"})
    says(scene.cli("doctor"), ExitCode.APPLICATION, "missing application web:", "web/manifests.yaml:4")


def test_what_keeps_a_run_from_starting_is_a_finding_too(scene: Scene) -> None:
    says(scene.cli("doctor", "absent"), ExitCode.USAGE, "missing start: there is no application 'absent'")
    says(scene.cli("doctor"), ExitCode.OK, "note applications: none was found")


@pytest.mark.parametrize("late", [-90.0, 90.0])
def test_clocks_that_differ_are_noted(scene: Scene, late: float, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(SystemClock):
        def now(self) -> float:
            return super().now() + late

    scene.add("web", config_map("web"))
    monkeypatch.chdir(scene.git.path)
    environment = scene.desk()
    ports = Ports(
        process=SubprocessProcess(),
        workflow=connect_workflow(environment, sys.stderr),
        clock=Wrong(),
        environment=environment,
    )
    session = open_session(Inputs(), Event(name="", verb=""), ports)
    notes = [each.message for each in examine(session, Clusters(session)) if each.verdict is Verdict.NOTE]
    assert [note for note in notes if note.startswith("its clock")] in (
        [f"its clock and this machine's differ by {seconds} s"] for seconds in (89, 90, 91)
    )


def test_a_workflow_shows_what_it_has_and_lacks_in_its_summary(scene: Scene) -> None:
    scene.add("web", config_map("web"))
    ran = scene.deploy(command="doctor")
    found = (
        "ok event: push of octo-org/shop, which means doctor",
        "ok github-token: writes as github-actions[bot]",
        "All that is needed is there.",
    )
    says(ran, ExitCode.OK, *found)
    assert "All that is needed is there." in ran.summary

    lacking = scene.deploy(command="doctor", kubeconfig=scene.cluster.kubeconfig("nobody").read_text())
    says(lacking, ExitCode.CLUSTER, "missing cluster", "kind: RoleBinding", "2 things are missing.")
    wrong = scene.deploy(command="doctor", github_token="expired", kubeconfig="no: kubeconfig")
    says(wrong, ExitCode.USAGE, "missing github-token:", "missing kubeconfig:")
