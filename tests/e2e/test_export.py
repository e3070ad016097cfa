"""``export``: Argo CD's objects of a real cluster become files that a run reads, and nothing else does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import yaml

from gitops_action.errors import ExitCode
from tests.e2e.scene import says
from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.scene import Scene
    from tools.cluster import Cluster

REPOSITORY = "https://github.com/octo-org/shop.git"
PLURALS = {"Application": "applications", "ApplicationSet": "applicationsets", "AppProject": "appprojects"}


@pytest.fixture
def argocd(scene: Scene) -> Scene:
    """Return a scene whose cluster knows Argo CD's kinds; they stay, for other tests may use them by now."""
    for kind, plural in PLURALS.items():
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        names = {"kind": kind, "plural": plural, "singular": kind.lower()}
        crd = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.argoproj.io"},
            "spec": {"group": "argoproj.io", "names": names, "scope": "Namespaced", "versions": [version]},
        }
        try:
            scene.cluster.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
        except RequestRefused as error:
            if error.status != 409:
                raise
    for plural in PLURALS.values():
        _until_served(scene.cluster, f"/apis/argoproj.io/v1alpha1/namespaces/{scene.namespace}/{plural}")
    return scene


def _until_served(cluster: Cluster, path: str) -> None:
    for _ in range(600):
        try:
            cluster.request("GET", path)
        except RequestRefused as error:
            if error.status not in (404, 429):
                raise
            time.sleep(0.05)
        else:
            return
    raise AssertionError(path)


def put(scene: Scene, kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, **metadata},
        "spec": spec,
        "status": {"sync": {"status": "Synced"}},
        "operation": {"sync": {}},
    }
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{scene.namespace}/{PLURALS[kind]}"
    created: dict[str, Any] = scene.cluster.request("POST", path, body)
    return created


def application(scene: Scene, name: str, *, helm: object = None, **metadata: Any) -> dict[str, Any]:
    source = {"repoURL": REPOSITORY, "targetRevision": "main", "path": name} | ({"helm": helm} if helm else {})
    destination = {"server": "https://kubernetes.default.svc", "namespace": scene.namespace}
    return put(
        scene, "Application", name, {"project": "shop", "source": source, "destination": destination}, **metadata
    )


def fill(scene: Scene) -> None:
    """Put what a small installation of Argo CD holds into the namespace."""
    application(
        scene,
        "web",
        labels={"team": "a"},
        annotations={
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
            "argocd.argoproj.io/refresh": "hard",
            "notified.notifications.argoproj.io": "{}",
            "argocd.argoproj.io/sync-wave": "1",
        },
        finalizers=["resources-finalizer.argocd.argoproj.io"],
    )
    applicationset = put(
        scene,
        "ApplicationSet",
        "many",
        {
            "generators": [{"list": {"elements": [{"name": "one", "token": "{{.x}}"}]}}],
            "template": {"metadata": {"name": "{{name}}"}, "spec": {"project": "shop"}},
        },
    )
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "many", "controller": True}
    application(scene, "one", ownerReferences=[owner | {"uid": applicationset["metadata"]["uid"]}])
    tracking = {"argocd.argoproj.io/tracking-id": "web:argoproj.io/Application:argocd/child"}
    application(scene, "child", annotations=tracking)
    role = {"name": "ci", "policies": [], "jwtTokens": [{"iat": 1, "id": "x"}]}
    destination = {"server": "*", "namespace": "*"}
    put(scene, "AppProject", "shop", {"sourceRepos": ["*"], "destinations": [destination], "roles": [role]})
    data = {"resource.exclusions": "[]", "url": "https://argocd.example", "dex.config": "clientSecret: PLANTED"}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": data}
    scene.put("v1/configmaps", settings)


def test_what_is_exported_is_clean_and_read_by_a_run(argocd: Scene) -> None:
    fill(argocd)
    namespace = argocd.namespace
    ran = argocd.cli("export", "--from-cluster", namespace, "--output-dir", "argocd")
    says(
        ran,
        ExitCode.OK,
        "note: ApplicationSet many makes one, left out: --all exports them as well",
        "note: Application web makes child, left out",
        "note: argocd-cm: left out, for they mean nothing here: dex.config, url",
    )
    folder = argocd.git.path / "argocd"
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.yaml"))
    assert files == ["applications/web.yaml", "applicationsets/many.yaml", "argocd-cm.yaml", "projects/shop.yaml"]
    assert yaml.safe_load((folder / "applications/web.yaml").read_text()) == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "web",
            "labels": {"team": "a"},
            "annotations": {"argocd.argoproj.io/sync-wave": "1"},
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": "shop",
            "source": {"repoURL": REPOSITORY, "targetRevision": "main", "path": "web"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace},
        },
    }
    assert yaml.safe_load((folder / "projects/shop.yaml").read_text())["spec"]["roles"] == [
        {"name": "ci", "policies": []}
    ]
    assert yaml.safe_load((folder / "argocd-cm.yaml").read_text())["data"] == {"resource.exclusions": "[]"}
    assert "PLANTED" not in ran.log
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
    (argocd.git.path / "web").mkdir()
    (argocd.git.path / "web" / "a.json").write_bytes(orjson.dumps(manifest))
    says(argocd.cli("diff", "web"), ExitCode.DIFFERENT, f"tracking-id: web:/ConfigMap:{namespace}/web")


def test_everything_goes_to_stdout_without_a_folder(argocd: Scene) -> None:
    fill(argocd)
    ran = argocd.cli("export", "--from-cluster", argocd.namespace, "--all")
    names = [document["metadata"]["name"] for document in yaml.safe_load_all(ran.stdout)]
    assert names == ["child", "one", "web", "many", "shop", "argocd-cm"]


def test_files_of_another_content_are_not_overwritten(argocd: Scene) -> None:
    fill(argocd)
    flags = ("export", "--from-cluster", argocd.namespace, "--output-dir", "argocd")
    assert len(argocd.cli(*flags).stdout.splitlines()) == 4
    assert argocd.cli(*flags).stdout == ""
    changed = argocd.git.path / "argocd/applications/web.yaml"
    changed.write_text("mine")
    gone = argocd.git.path / "argocd/projects/shop.yaml"
    gone.unlink()
    says(argocd.cli(*flags), ExitCode.USAGE, "argocd/applications/web.yaml is there already, with another content")
    assert (changed.read_text(), gone.exists()) == ("mine", False)
    ran = argocd.cli(*flags, "--force")
    assert ran.stdout.splitlines() == ["argocd/applications/web.yaml", "argocd/projects/shop.yaml"]
    assert changed.read_text() != "mine"


def test_an_application_of_a_namespace_that_is_not_argo_cds_keeps_it(argocd: Scene) -> None:
    application(argocd, "web")
    ran = argocd.cli("export", "--from-cluster", argocd.namespace)
    assert yaml.safe_load(ran.stdout[4:])["metadata"] == {"name": "web", "namespace": argocd.namespace}


@pytest.mark.parametrize(
    ("helm", "place"),
    [
        ({"parameters": [{"name": "db.password", "value": "PLANTED"}]}, "spec.source.helm.parameters[db.password]"),
        ({"valuesObject": {"auth": {"apiToken": "PLANTED"}}}, "spec.source.helm.valuesObject.auth.apiToken"),
        ({"values": "auth:\n  password: PLANTED\n"}, "spec.source.helm.values"),
    ],
)
def test_a_credential_in_an_application_stays_where_it_is(argocd: Scene, helm: object, place: str) -> None:
    application(argocd, "web", helm=helm)
    application(argocd, "other", helm={"valuesObject": {"existingSecret": "db", "password": "$PASSWORD"}})
    flags = ("export", "--from-cluster", argocd.namespace)
    ran = argocd.cli(*flags)
    says(ran, ExitCode.APPLICATION, f"Application web is not exported: it seems to hold a credential in {place}")
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(ran.stdout)] == ["other"]
    assert "PLANTED" not in ran.log
    assert "PLANTED" in argocd.cli(*flags, "--with-credentials").stdout


def test_a_namespace_without_anything_of_argo_cd(argocd: Scene) -> None:
    ran = argocd.cli("export", "--from-cluster", argocd.namespace)
    says(ran, ExitCode.USAGE, f"namespace {argocd.namespace} of {argocd.cluster.server} holds nothing of Argo CD")


def test_who_may_not_read_is_told_the_rule(argocd: Scene) -> None:
    ran = argocd.cli("export", "--from-cluster", argocd.namespace, kubeconfig=argocd.cluster.kubeconfig("nobody"))
    says(ran, ExitCode.CLUSTER, "applications.argoproj.io is forbidden", 'resources: ["applications"]')


def test_the_folder_cannot_be_written(argocd: Scene, tmp_path: Path) -> None:
    fill(argocd)
    (tmp_path / "file").write_text("")
    ran = argocd.cli("export", "--from-cluster", argocd.namespace, "--output-dir", str(tmp_path / "file"))
    says(ran, ExitCode.USAGE, "cannot be written: ")
