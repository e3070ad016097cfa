"""Sources that cannot be rendered: the reader is told which application, file and line, and the others go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, deployment, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

CHART = "apiVersion: v2\nname: broken\nversion: 0.1.0\n"


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """Return a scene with one application that is fine: every test sees it go on."""
    return scene.add("fine", config_map("settings", a="1"))


def broken(shop: Scene, files: dict[str, str | None], *, path: str = "broken") -> Scene:
    """Add an application ``broken`` with these files."""
    return shop.write({"apps/broken.yaml": application("broken", shop.namespace, path=path), **files})


def goes_on(shop: Scene, code: ExitCode, *texts: str) -> None:
    """Assert that a sync says this of the broken application, and that the other one was synced."""
    ran = shop.cli("sync")
    says(ran, code, "1 of 2 applications could not be compared, 1 was synced", "error: broken", *texts)
    assert shop.get("v1/configmaps/settings")


def test_a_source_path_that_does_not_exist(shop: Scene) -> None:
    broken(shop, {}, path="nowhere")
    goes_on(shop, ExitCode.APPLICATION, "nowhere", "does not exist")


@pytest.mark.parametrize("path", ["../outside", "web/../../outside", "/etc"])
def test_a_path_that_leaves_the_repository(path: str, shop: Scene) -> None:
    broken(shop, {}, path=path)
    goes_on(shop, ExitCode.APPLICATION, f"{path}: app path", "-> ", "relative to the ")


def test_a_symbolic_link_that_leaves_the_repository_stops_every_application_of_it(shop: Scene) -> None:
    outside = shop.folder / "outside.yaml"
    outside.write_text("PLANTED: outside")
    folder = shop.git.path / "broken"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(outside)
    broken(shop, {})
    ran = shop.cli("sync")
    says(
        ran,
        ExitCode.APPLICATION,
        "All 2 applications could not be compared",
        "repository contains out-of-bounds symlinks. file: broken/link.yaml "
        "-> Replace the link by the file, or by a relative link that stays inside the repository.",
    )
    assert "PLANTED" not in ran.log


def test_a_broken_chart(shop: Scene) -> None:
    broken(shop, {"broken/Chart.yaml": CHART, "broken/templates/web.yaml": "a: {{ .Values.missing.name }}\n"})
    goes_on(shop, ExitCode.APPLICATION, "templates/web.yaml:1", "nil pointer evaluating interface {}.name")


def test_a_broken_kustomization(shop: Scene) -> None:
    broken(shop, {"broken/kustomization.yaml": "resources: [missing.yaml]\n"})
    goes_on(shop, ExitCode.APPLICATION, "kustomize", "missing.yaml")


def test_broken_yaml_names_file_and_line(shop: Scene) -> None:
    broken(shop, {"broken/web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web\ndata: {}\n"})
    goes_on(shop, ExitCode.APPLICATION, "broken/web.yaml:4")


def test_a_broken_application_document_names_file_and_line(shop: Scene) -> None:
    shop.write({"apps/broken.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: [\n"})
    ran = shop.cli("sync")
    says(ran, ExitCode.USAGE, "apps/broken.yaml:4")
    assert shop.get("v1/configmaps/settings")


def test_an_unknown_field_of_an_application_is_a_warning_that_names_it(shop: Scene) -> None:
    text = application("broken", shop.namespace, path="fine").replace("project:", "porject: x\n  project:")
    shop.write({"apps/broken.yaml": text})
    ran = shop.cli("diff", "broken")
    says(ran, ExitCode.DIFFERENT, "warning: broken: UnsupportedFieldWarning apps/broken.yaml:6", "spec.porject")


def test_an_application_without_a_source_is_invalid_and_the_others_go_on(shop: Scene) -> None:
    shop.write({"apps/broken.yaml": application("broken", shop.namespace).replace("source:", "# source:")})
    ran = shop.cli("sync")
    says(ran, ExitCode.USAGE, "error: broken: InvalidSpecError", "source", "1 was synced")
    assert shop.get("v1/configmaps/settings")


def test_a_kind_that_the_cluster_does_not_know(shop: Scene) -> None:
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one"}}
    broken(shop, {"broken/thing.yaml": document(thing)})
    ran = shop.cli("sync")
    says(
        ran,
        ExitCode.APPLICATION,
        "1 of 2 applications failed to sync, 1 was synced",
        "error: broken: SyncError broken: not synced, for 1 resource could not be compared",
        f"error: broken Thing {shop.namespace}/one: could not be compared the cluster does not know the kind Thing of "
        "example.com/v1 -> Install its CustomResourceDefinition first, or add it to the application.",
    )
    assert shop.get("v1/configmaps/settings")


def test_two_objects_with_one_key_are_a_warning_and_the_last_wins(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"), config_map("settings", a="2"))
    ran = scene.cli("sync")
    says(ran, ExitCode.OK, "warning: web: RepeatedResourceWarning", "ConfigMap", "settings")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "2"}


def test_an_empty_render_never_prunes(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    scene.write({"web/manifests.yaml": "# nothing left\n"})
    for arguments in (("diff",), ("sync",), ("sync", "--prune")):
        ran = scene.cli(*arguments)
        says(ran, ExitCode.REFUSED, "error: web: refused", "allowEmpty")
        assert scene.get("v1/configmaps/settings")


def test_an_immutable_field_is_refused_before_the_first_change_and_in_the_preview(scene: Scene) -> None:
    scene.add("web", deployment("web"), config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    moved = deployment("web").replace('"matchLabels":{"app":"web"}', '"matchLabels":{"app":"moved"}')
    moved = moved.replace('"labels":{"app":"web"}', '"labels":{"app":"moved"}')
    scene.write({"web/manifests.yaml": moved + config_map("settings", a="2")})
    words = ("error: web Deployment", f"{scene.namespace}/web", "spec.selector", "field is immutable", "Replace=true")
    says(scene.cli("diff"), ExitCode.APPLICATION, "refused by the API server", *words)
    says(scene.cli("sync"), ExitCode.SYNC_FAILED, *words)
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "1"}


@pytest.mark.parametrize("kind", ["chart", "kustomization"])
def test_no_chart_and_no_kustomization_sees_a_credential(kind: str, scene: Scene) -> None:
    planted = {
        name: f"PLANTED-{name}"
        for name in (
            "GITHUB_TOKEN",
            "KUBECONFIG",
            "AWS_SECRET_ACCESS_KEY",
            "ACTIONS_RUNTIME_TOKEN",
            "INPUT_TOKEN",
            "SSH_AUTH_SOCK",
        )
    }
    planted["ARGOCD_ENV_SECRET"] = "PLANTED-env"
    files = {
        "chart": {
            "web/Chart.yaml": CHART,
            "web/templates/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n"
            '  files: {{ .Files.Get "/proc/self/environ" | quote }}\n'
            '  secrets: {{ lookup "v1" "Secret" "" "" | toJson | quote }}\n',
        },
        "kustomization": {
            "web/kustomization.yaml": "configMapGenerator:\n- name: settings\n  envs: [names]\n",
            "web/names": "".join(f"{name}\n" for name in planted),
        },
    }[kind]
    scene.write({"apps/web.yaml": application("web", scene.namespace), **files})
    ran = scene.cli("render", "--no-cluster", environ=planted)
    says(ran, ExitCode.OK, "kind: ConfigMap")
    assert "PLANTED" not in ran.log
