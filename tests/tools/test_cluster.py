"""The test cluster is real Kubernetes: workloads get ready or fail on request, and users have only their rights."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from tools.cluster import Cluster

TESTDATA = Path(__file__).parent / "testdata"


def kubectl(cluster: Cluster, namespace: str, *words: str, stdin: str = "") -> str:
    argv = [cluster.kubectl, f"--kubeconfig={cluster.kubeconfig()}", f"--namespace={namespace}", *words]
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=True).stdout


def pod(name: str, **annotations: str) -> str:
    """Return a pod that may end, annotated with the test's switches."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "annotations": {f"gitops-action.test/{key}": value for key, value in annotations.items()},
            },
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example.com/app:1"}]},
        }
    )


def status_of(cluster: Cluster, namespace: str, name: str, awaited: str) -> dict[str, Any]:
    """Wait until a JSON path of the pod has a value, and return the pod's status."""
    kubectl(cluster, namespace, "wait", f"pod/{name}", f"--for=jsonpath={awaited}", "--timeout=20s")
    status: dict[str, Any] = json.loads(kubectl(cluster, namespace, "get", "pod", name, "-o", "json"))["status"]
    return status


def test_deployments_stateful_sets_daemon_sets_and_jobs_get_ready(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, namespace, "create", "-f", str(TESTDATA / "workloads.yaml"))
    for workload in ("deployment/web", "statefulset/db", "daemonset/agent"):
        kubectl(cluster, namespace, "rollout", "status", workload, "--timeout=20s")
    kubectl(cluster, namespace, "wait", "job/migrate", "--for=condition=Complete", "--timeout=20s")
    claims = json.loads(kubectl(cluster, namespace, "get", "pvc", "-o", "json"))["items"]
    assert {claim["metadata"]["name"]: claim["status"]["phase"] for claim in claims} == {
        "data-db-0": "Bound",
        "data-db-1": "Bound",
    }


def test_a_pod_that_is_never_ready_runs_without_its_ready_condition(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, namespace, "create", "-f", "-", stdin=pod("slow", pod="never-ready"))
    status = status_of(cluster, namespace, "slow", "{.status.phase}=Running")
    conditions = {condition["type"]: condition["status"] for condition in status["conditions"]}
    assert (conditions["Ready"], conditions["ContainersReady"]) == ("False", "False")


def test_a_pod_in_a_crash_loop_tells_its_exit_code_restarts_and_last_words(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, namespace, "create", "-f", "-", stdin=pod("broken", pod="crash-loop"))
    status = status_of(cluster, namespace, "broken", "{.status.phase}=Running")
    container = status["containerStatuses"][0]
    assert container["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert container["restartCount"] == 3
    assert container["lastState"]["terminated"]["exitCode"] == 1
    log = kubectl(cluster, namespace, "logs", "broken", "--previous", "--tail=1")
    assert log == "cannot open /etc/app/config.yaml: no such file or directory\n"


def test_a_pod_whose_image_cannot_be_pulled_waits_and_stays_pending(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, namespace, "create", "-f", "-", stdin=pod("typo", pod="image-pull-error"))
    path = "{.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff"
    status = status_of(cluster, namespace, "typo", path)
    assert status["phase"] == "Pending"
    assert status["containerStatuses"][0]["state"]["waiting"]["message"] == (
        'Back-off pulling image "example.com/app:1"'
    )


def test_a_pod_that_fails_ends_with_exit_code_1(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, namespace, "create", "-f", "-", stdin=pod("task", job="fail"))
    status = status_of(cluster, namespace, "task", "{.status.phase}=Failed")
    assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 1


def test_a_deleted_pod_is_gone_at_once(cluster: Cluster, namespace: str) -> None:
    kubectl(cluster, namespace, "create", "-f", "-", stdin=pod("task", job="hang"))
    status_of(cluster, namespace, "task", "{.status.phase}=Running")
    kubectl(cluster, namespace, "delete", "pod", "task", "--timeout=10s")
    assert kubectl(cluster, namespace, "get", "pods", "-o", "name") == ""


@pytest.mark.parametrize("user", ["reader", "preview", "deployer", "nobody"])
def test_users_have_no_rights_until_a_role_is_bound(cluster: Cluster, namespace: str, user: str) -> None:
    with pytest.raises(RequestRefused, match=f'User \\\\"{user}\\\\" cannot list resource'):
        cluster.request("GET", f"/api/v1/namespaces/{namespace}/configmaps", user=user)


def test_every_test_gets_an_empty_namespace(cluster: Cluster, namespace: str) -> None:
    assert kubectl(cluster, namespace, "get", "all,pvc", "-o", "name") == ""
