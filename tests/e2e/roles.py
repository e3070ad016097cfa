"""The roles of ``examples/rbac`` on the test cluster, as the examples' users have them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from tools.cluster import Cluster

RBAC = Path(__file__).parents[2] / "examples" / "rbac"
FILES = ("cluster-wide/preview.yaml", "cluster-wide/deployer.yaml", "custom-resources.yaml")
NAMESPACE = "gitops-system"


def role_tokens(cluster: Cluster) -> dict[str, str]:
    """Return a token for ``preview`` and one for ``deployer``, whose rights are granted if they are not yet."""
    try:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        cluster.request("POST", "/api/v1/namespaces", body)
    except RequestRefused as error:
        if error.status != 409:
            raise
    for file in FILES:
        _kubectl(cluster, "apply", "--server-side", "--force-conflicts", "--filename", str(RBAC / file))
    tokens = {role: _token(cluster, role) for role in ("preview", "deployer")}
    _wait_for_policy(cluster)
    return tokens


def _token(cluster: Cluster, role: str) -> str:
    return _kubectl(cluster, "create", "token", f"gitops-action-{role}", "--namespace", NAMESPACE)


def _wait_for_policy(cluster: Cluster) -> None:
    """Write as ``preview`` until the policy refuses: the API server takes a moment to know it."""
    user = f"system:serviceaccount:{NAMESPACE}:gitops-action-preview"
    for _ in range(300):
        probe = ["create", "configmap", "probe", "--namespace", NAMESPACE, "--as", user]
        done = subprocess.run(_command(cluster, *probe), capture_output=True, text=True, check=False)
        if "only make dry runs" in done.stderr:
            return
        time.sleep(0.1)
    raise AssertionError(f"the policy did not take effect: {done.stderr}")


def _kubectl(cluster: Cluster, *arguments: str) -> str:
    return subprocess.run(_command(cluster, *arguments), check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def _command(cluster: Cluster, *arguments: str) -> list[str]:
    return [cluster.kubectl, "--kubeconfig", str(cluster.kubeconfig()), *arguments]
