"""Clusters that are not there, refuse, or are not known well enough: what the reader of the log is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from gitops_action.errors import ClusterError, ExitCode
from tests.e2e.scene import application, config_map, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.scene import Scene


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """Return a scene with one application that would sync."""
    return scene.add("web", config_map("settings", a="1"))


def changed_kubeconfig(scene: Scene, path: Path, *, user: object = None, **cluster: object) -> Path:
    """Write the administrator's kubeconfig with another user or another cluster."""
    content = yaml.safe_load(scene.cluster.kubeconfig().read_text())
    content["clusters"][0]["cluster"] |= cluster
    if user is not None:
        content["users"][0]["user"] = user
    path.write_text(yaml.safe_dump(content))
    return path


def test_no_cluster_is_configured(shop: Scene) -> None:
    ran = shop.cli("diff", environ={"KUBECONFIG": ""})
    says(
        ran,
        ExitCode.CLUSTER,
        "error: no cluster is configured: there is neither input kubeconfig nor KUBECONFIG nor ~/.kube/config",
        "Set input kubeconfig (its content, from a secret), or server, ca and token.",
    )


def test_the_cluster_cannot_be_reached(shop: Scene, tmp_path: Path) -> None:
    nobody_listens = changed_kubeconfig(shop, tmp_path / "config", server="https://127.0.0.1:1")
    ran = shop.cli("diff", kubeconfig=nobody_listens)
    says(
        ran,
        ExitCode.CLUSTER,
        "error: web: ComparisonError the API server https://127.0.0.1:1 cannot be reached: 127.0.0.1:1: "
        "connection refused -> Is the cluster running, and is this still its port?",
        "1 application could not be compared",
    )


def test_one_cluster_that_is_down_does_not_hide_the_applications_of_another(shop: Scene, tmp_path: Path) -> None:
    two = yaml.safe_load(shop.cluster.kubeconfig().read_text())
    two["clusters"].append({"name": "down", "cluster": {"server": "https://127.0.0.1:1"}})
    two["contexts"].append({"name": "down", "context": {"cluster": "down", "user": two["users"][0]["name"]}})
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(two))
    lost = application("lost", shop.namespace, path="web").replace(
        "server: https://kubernetes.default.svc", "name: down"
    )
    shop.write({"apps/lost.yaml": lost})
    ran = shop.cli("sync", kubeconfig=path)
    says(ran, ExitCode.CLUSTER, "1 of 2 applications could not be compared, 1 was synced")
    assert shop.get("v1/configmaps/settings")


def test_the_credentials_are_wrong(shop: Scene, tmp_path: Path) -> None:
    path = changed_kubeconfig(shop, tmp_path / "config", user={"token": "PLANTED-wrong-token"})
    ran = shop.cli("diff", kubeconfig=path)
    says(
        ran,
        ExitCode.CLUSTER,
        f"error: web: ComparisonError the API server {shop.cluster.server} does not accept the credentials",
        "-> Has the token expired, or is it for another cluster?",
    )
    assert "PLANTED" not in ran.log


def test_the_certificate_is_not_trusted(shop: Scene) -> None:
    inputs = {"server": shop.cluster.server, "token": shop.cluster.token()}
    flags = [word for name, value in inputs.items() for word in (f"--{name}", value)]
    ran = shop.cli("diff", *flags)
    says(
        ran,
        ExitCode.CLUSTER,
        f"the API server {shop.cluster.server} cannot be reached: its certificate is not trusted by this machine's "
        "authorities",
        "-> The authority must be the one that signed this server's certificate",
    )


def test_the_kubeconfig_is_not_yaml(shop: Scene, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("clusters: [\nPLANTED-password: }")
    ran = shop.cli("diff", kubeconfig=path)
    says(ran, ExitCode.USAGE, "error:", "config", "YAML")
    assert "PLANTED" not in ran.log


def test_the_kubeconfig_wants_to_run_a_plug_in(shop: Scene, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    plug_in = {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": [str(mark)]}
    path = changed_kubeconfig(shop, tmp_path / "config", user={"exec": plug_in | {"interactiveMode": "Never"}})
    ran = shop.cli("diff", kubeconfig=path)
    says(
        ran,
        ExitCode.CLUSTER,
        "the program `touch`, which is not run here",
        "-> Write the kubeconfig with a token in it in a step before",
    )
    assert not mark.exists()


def test_loopback_in_a_container_is_explained(shop: Scene, tmp_path: Path) -> None:
    path = changed_kubeconfig(shop, tmp_path / "config", server="https://127.0.0.1:1")
    ran = shop.cli("diff", kubeconfig=path, environ={"GITOPS_ACTION_CONTAINER": "true"})
    says(
        ran,
        ExitCode.CLUSTER,
        "In a container action, loopback is the container itself and not the runner",
        "`docker run --network host`",
    )


def test_another_cluster_than_the_input_names_is_refused(shop: Scene) -> None:
    ran = shop.cli("sync", "--cluster-uid", "00000000-0000-0000-0000-000000000000")
    says(
        ran,
        ExitCode.REFUSED,
        f"{shop.cluster.server} is not the cluster that input cluster-uid names",
        "Check which kubeconfig the job got, or correct the input.",
    )
    assert shop.get("v1/configmaps/settings") is None


def test_a_destination_that_no_context_leads_to_lists_those_there_are(shop: Scene) -> None:
    lost = application("lost", shop.namespace, path="web").replace(
        "server: https://kubernetes.default.svc", "name: mars"
    )
    shop.write({"apps/lost.yaml": lost})
    ran = shop.cli("diff", "lost")
    says(ran, ExitCode.CLUSTER, "no context of the kubeconfig is destination mars -> Contexts there are: ")


def test_an_empty_secret_never_means_another_cluster(shop: Scene) -> None:
    ran = shop.deploy(kubeconfig="")
    says(ran, ExitCode.USAGE, "::error title=input kubeconfig is set but empty::", "Define the secret that feeds")
    assert "input kubeconfig is set but empty" in ran.summary
    assert shop.get("v1/configmaps/settings") is None


def test_a_namespace_that_the_user_may_not_touch_is_named_and_the_others_go_on(shop: Scene, limited: Path) -> None:
    elsewhere = application("elsewhere", "kube-public")
    shop.write({"apps/elsewhere.yaml": elsewhere, "elsewhere/cm.yaml": config_map("settings", a="1")})
    ran = shop.cli("sync", kubeconfig=limited)
    says(
        ran,
        ExitCode.APPLICATION,
        "1 of 2 applications could not be compared, 1 was synced",
        "error: elsewhere: ComparisonError Failed to load live state: cannot list ConfigMap in namespace kube-public: "
        'configmaps is forbidden: User "nobody" cannot list resource "configmaps"',
        "-> Give this user the verb list on configmaps in namespace kube-public",
        "error: elsewhere ConfigMap kube-public/settings: could not be compared",
    )
    assert "Missing" not in ran.log
    assert shop.get("v1/configmaps/settings")


@pytest.fixture
def limited(scene: Scene) -> Path:
    """Return the kubeconfig of a user who may do everything in the scene's namespace and nothing elsewhere."""
    role = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}], "metadata": {"name": "all"}}
    binding = {
        "metadata": {"name": "all"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "all"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user_of(scene, "nobody")}],
    }
    scene.put("rbac.authorization.k8s.io/v1/roles", role)
    scene.put("rbac.authorization.k8s.io/v1/rolebindings", binding)
    return scene.cluster.kubeconfig("nobody")


def user_of(scene: Scene, user: str) -> str:
    """Return the name that the API server knows a user of the test cluster by."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = scene.cluster.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review, user=user)
    return str(answer["status"]["userInfo"]["username"])


def test_a_sync_that_cannot_be_compared_afterwards_still_says_how_it_ended(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ClusterError("the API server went away")

    scene.add("web", config_map("web", colour="red"))
    monkeypatch.setattr("gitops_action.commands.syncer.compared", failing)
    ran = scene.deploy()
    says(ran, ExitCode.CLUSTER, "the API server went away")
    [found] = ran.report["applications"]
    assert (found["operation_phase"], found["sync_status"], found["health_status"]) == ("Succeeded", "Unknown", "")
    assert scene.get("v1/configmaps/web")["data"] == {"colour": "red"}
