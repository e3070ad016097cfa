"""Argo CD's Secrets in a run: from a file that the workflow decrypts, or from the namespace where Argo CD has them."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gitops_action.adapters import http
from gitops_action.errors import ExitCode
from tests.adapters.api_server_stub import Answer, api_server
from tests.adapters.cloud_stand_in import CLIENT, TENANT, clouds
from tests.e2e.scene import application, config_map, deployment, document, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.scene import Scene
    from tools.cluster import Cluster

LABEL = "argocd.argoproj.io/secret-type"
LOCAL = "server: https://kubernetes.default.svc"


def secret(kind: str, title: str, namespace: str = "argocd", /, **fields: str) -> dict[str, Any]:
    metadata = {"name": title, "namespace": namespace, "labels": {LABEL: kind, "env": title}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": fields}


def cluster_secret(cluster: Cluster, name: str, namespace: str = "argocd", **fields: str) -> dict[str, Any]:
    found = yaml.safe_load(cluster.kubeconfig().read_text())["clusters"][0]["cluster"]
    tls = {"caData": found["certificate-authority-data"]}
    config = json.dumps({"bearerToken": cluster.token(), "tlsClientConfig": tls})
    whole = {"name": name, "server": cluster.server, "config": config} | fields
    return secret("cluster", name, namespace, **whole)


def add_to(scene: Scene, name: str, destination: str, more: str = "") -> None:
    """Add an application of one ConfigMap with another destination."""
    text = application(name, scene.namespace, more=more).replace(LOCAL, destination)
    scene.write({f"apps/{name}.yaml": text, f"{name}/manifests.yaml": config_map(name, a="1")})


def test_a_job_syncs_to_the_cluster_of_a_secret_and_needs_no_kubeconfig(scene: Scene) -> None:
    add_to(scene, "web", "name: prod")
    ran = scene.deploy(kubeconfig="unset", credentials=document(cluster_secret(scene.cluster, "prod")))
    says(ran, ExitCode.OK)
    assert scene.get("v1/configmaps/web")["data"] == {"a": "1"}
    assert scene.cluster.token() not in ran.shown
    assert f"::add-mask::{scene.cluster.token()}" in ran.stderr + ran.stdout


def test_a_decrypted_file_in_the_runners_folder_and_one_in_the_workspace(scene: Scene, tmp_path: Path) -> None:
    add_to(scene, "web", "name: prod")
    (tmp_path / "temp").mkdir()
    (tmp_path / "temp" / "clusters.yaml").write_text(document(cluster_secret(scene.cluster, "prod")))
    beside = {"RUNNER_TEMP": str(tmp_path / "temp")}
    for named in ("clusters.yaml", "/home/runner/work/_temp/clusters.yaml", str(tmp_path / "temp" / "clusters.yaml")):
        ran = scene.cli("diff", "--credentials", named, environ=beside)
        says(ran, ExitCode.DIFFERENT, "ConfigMap")


def test_a_file_that_git_tracks_says_not_who_we_are(scene: Scene) -> None:
    add_to(scene, "web", "name: prod")
    scene.write({"clusters.yaml": document(cluster_secret(scene.cluster, "prod"))})
    (scene.git.path / "link.yaml").symlink_to("clusters.yaml")
    for named in ("clusters.yaml", "./apps/../clusters.yaml", "link.yaml"):
        ran = scene.cli("diff", "--credentials", named)
        says(ran, ExitCode.USAGE, f"input credentials: {named} is a file of the repository, which a pull request can")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: [PLANTED", "input credentials: keys.yaml is not YAML that Kubernetes reads (line 2)"),
        ("sops: {}\nkind: Secret\n", "input credentials: keys.yaml is still encrypted"),
        ("apiVersion: v1\nkind: Secret\n", "input credentials holds no Secret with the label"),
        (None, "input credentials: keys.yaml cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used(scene: Scene, text: str | None, message: str) -> None:
    scene.add("web", config_map("web", a="1"))
    if text is not None:
        (scene.git.path / "keys.yaml").write_text(text)
    ran = scene.cli("diff", "--credentials", "keys.yaml")
    says(ran, ExitCode.USAGE, message)
    assert "PLANTED" not in ran.log


def test_a_secret_that_is_wrong_is_named_and_the_others_go_on(scene: Scene) -> None:
    add_to(scene, "web", "name: prod")
    wrong = secret("cluster", "torn", server="https://203.0.113.7", config='{"bearerToken": "PLANTED')
    both = document(wrong) + document(cluster_secret(scene.cluster, "prod"))
    ran = scene.deploy(kubeconfig="unset", credentials=both)
    says(ran, ExitCode.USAGE, "input credentials: Secret argocd/torn: field config is not JSON")
    assert scene.get("v1/configmaps/web")
    assert "PLANTED" not in ran.shown


def test_a_silent_cluster_and_a_dead_one_beside_a_live_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_FIRST_SECONDS", 0.5)
    monkeypatch.setattr(http, "_FIRST_READ_SECONDS", 1.0)
    for number in range(3):
        add_to(scene, f"a-lost-{number}", "name: silent")
        add_to(scene, f"b-gone-{number}", "name: dead")
        add_to(scene, f"c-live-{number}", "name: prod")
    with api_server(Answer(silent=True)) as server:
        others = [
            secret("cluster", "silent", name="silent", server=server.url),
            secret("cluster", "dead", name="dead", server="https://127.0.0.1:1"),
        ]
        whole = "".join(map(document, [*others, cluster_secret(scene.cluster, "prod")]))
        ran = scene.deploy(kubeconfig="unset", credentials=whole)
        asked = len(server.asked)
    says(ran, ExitCode.CLUSTER, "6 of 9 applications could not be compared, 3 were synced")
    assert [scene.get(f"v1/configmaps/c-live-{number}")["data"] for number in range(3)] == [{"a": "1"}] * 3
    assert asked == 3


def test_the_secrets_of_a_namespace_are_clusters_of_a_set(scene: Scene) -> None:
    for name in ("blue", "green"):
        found = cluster_secret(scene.cluster, name, scene.namespace, server=f"{scene.cluster.server}/{name}")
        scene.put("v1/secrets", found)
    generator = {"clusters": {"selector": {"matchLabels": {"env": "green"}}}}
    source = {"repoURL": "https://github.com/octo-org/shop.git", "targetRevision": "main", "path": "web"}
    template = {
        "metadata": {"name": "{{name}}"},
        "spec": {
            "project": "default",
            "source": source,
            "destination": {"name": "in-cluster", "namespace": scene.namespace},
        },
    }
    applicationset = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "web"},
        "spec": {"generators": [generator], "template": template},
    }
    scene.write({"set.yaml": document(applicationset), "web/manifests.yaml": config_map("web", a="1")})
    ran = scene.cli("diff", "--credentials-namespace", scene.namespace)
    says(ran, ExitCode.DIFFERENT, "green in-cluster")
    assert "blue" not in ran.log


def test_a_namespace_that_may_not_be_read_is_named_and_what_needs_none_of_it_goes_on(scene: Scene) -> None:
    scene.add("web", config_map("web", a="1"))
    add_to(scene, "far", "name: prod")
    kubeconfig = scene.cluster.kubeconfig("nobody")
    ran = scene.cli("diff", "--credentials-namespace", scene.namespace, kubeconfig=kubeconfig)
    says(
        ran,
        ExitCode.CLUSTER,
        f"input credentials-namespace: {scene.namespace} cannot be read: secrets is forbidden",
        "no cluster Secret and no context of the kubeconfig is destination prod",
        "2 applications could not be compared",
    )


def test_a_cluster_that_is_down_keeps_its_secrets_to_itself(scene: Scene, tmp_path: Path) -> None:
    add_to(scene, "web", "name: prod")
    content = yaml.safe_load(scene.cluster.kubeconfig().read_text())
    content["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    (tmp_path / "prod.yaml").write_text(document(cluster_secret(scene.cluster, "prod")))
    flags = ("--credentials-namespace", "argocd", "--credentials", str(tmp_path / "prod.yaml"))
    ran = scene.cli("sync", *flags, kubeconfig=tmp_path / "config")
    says(
        ran, ExitCode.CLUSTER, "input credentials-namespace: argocd cannot be read: the API server https://127.0.0.1:1"
    )
    assert scene.get("v1/configmaps/web")


def test_a_project_that_permits_only_its_own_clusters(scene: Scene) -> None:
    spec = {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]}
    project = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "shop"},
        "spec": {**spec, "permitOnlyProjectScopedClusters": True},
    }
    scene.write({"project.yaml": document(project)})
    for name, destination in (("mine", "name: own"), ("foreign", "name: other")):
        text = (
            application(name, scene.namespace).replace(LOCAL, destination).replace("project: default", "project: shop")
        )
        scene.write({f"apps/{name}.yaml": text, f"{name}/manifests.yaml": config_map(name, a="1")})
    own = cluster_secret(scene.cluster, "own", project="shop")
    other = cluster_secret(scene.cluster, "other", server=f"{scene.cluster.server}/other")
    ran = scene.deploy(kubeconfig="unset", credentials=document(own) + document(other))
    says(ran, ExitCode.USAGE, "do not match any of the allowed destinations in project 'shop'")
    assert scene.get("v1/configmaps/mine")
    assert not scene.get("v1/configmaps/foreign")


def test_only_the_namespaces_of_a_cluster_are_managed(scene: Scene) -> None:
    add_to(scene, "web", "name: prod")
    narrow = cluster_secret(scene.cluster, "prod", namespaces=f"other-{secrets.token_hex(3)}")
    ran = scene.deploy(kubeconfig="unset", credentials=document(narrow))
    says(ran, ExitCode.REFUSED, f'Namespace "{scene.namespace}" for ConfigMap "web" is not managed')
    assert not scene.get("v1/configmaps/web")


def test_a_token_that_ends_while_a_sync_waits_is_renewed_and_never_shown(scene: Scene) -> None:
    """A kubeconfig for AKS, whose program is not there: Entra's tokens end at once."""
    scene.add("web", deployment("web"))
    content = yaml.safe_load(scene.cluster.kubeconfig().read_text())
    program = {"apiVersion": "client.authentication.k8s.io/v1", "command": "kubelogin", "args": ["get-token"]}
    content["users"][0]["user"] = {"exec": program}
    with clouds() as services:
        services.issues, services.seconds = scene.cluster.token(), 0
        identity = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT}
        ran = scene.deploy(environ=services.environment(**identity), kubeconfig=yaml.safe_dump(content))
    says(ran, ExitCode.OK)
    assert (services.complaints, services.asked.count("entra") > 1) == ([], True)
    assert scene.cluster.token() not in ran.shown


def test_a_fork_gets_none_of_it(scene: Scene) -> None:
    add_to(scene, "web", "name: prod")
    pull = scene.propose({"web/manifests.yaml": config_map("web", a="2")}, fork="stranger/shop")
    ran = scene.preview(pull, kubeconfig="unset", credentials="", credentials_namespace="argocd")
    says(ran, ExitCode.OK)
    assert "no access to a cluster" in ran.summary
