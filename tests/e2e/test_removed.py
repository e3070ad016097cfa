"""Applications that are gone from Git: told of, and deleted as their finalizers say where inputs ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from gitops_action.sync.lock import ApplicationLock
from tests.e2e.records import rewrite
from tests.e2e.scene import application, config_map, deployment, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

FINALIZER = "resources-finalizer.argocd.argoproj.io"
PRUNE = {"prune_applications": "true", "deployments": "off"}


def kept(name: str, **annotations: str) -> str:
    metadata = {"name": name, "annotations": annotations}
    return document({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "1"}})


def gone(scene: Scene, *manifests: str, finalizer: str = FINALIZER) -> Scene:
    """Sync an application with a finalizer, and remove it from Git."""
    app = application("web", scene.namespace)
    if finalizer:
        app = app.replace("namespace: argocd}", f"namespace: argocd, finalizers: [{finalizer}]}}", 1)
    scene.write({"apps/web.yaml": app, "web/manifests.yaml": "".join(manifests)})
    says(scene.deploy(deployments="off"), ExitCode.OK)
    scene.write({"apps/web.yaml": None, "README.md": "Without web.\n"})
    return scene


def records(scene: Scene) -> list[str]:
    found = scene.get("v1/secrets")["items"]
    return [each["metadata"]["name"] for each in found if each["type"] == "gitops-action/record"]


def names(scene: Scene) -> set[str]:
    return {each["metadata"]["name"] for each in scene.get("v1/configmaps")["items"]} - {"kube-root-ca.crt"}


def test_an_application_that_is_gone_is_told_of_and_its_objects_stay(scene: Scene) -> None:
    ran = gone(scene, config_map("settings", a="1")).deploy(deployments="off")
    says(ran, ExitCode.OK, "application web is gone from Git (apps/web.yaml); its 1 object stays in the cluster")
    assert (names(scene), len(records(scene))) == ({"settings"}, 1)


@pytest.mark.parametrize("finalizer", [FINALIZER, f"{FINALIZER}/background"])
def test_with_its_finalizer_its_objects_go_last_wave_first_and_then_its_record(scene: Scene, finalizer: str) -> None:
    """DEL-1, DEL-4."""
    gone(
        scene,
        config_map("settings", a="1"),
        config_map("late", wave="1", a="1"),
        deployment("web"),
        finalizer=finalizer,
    )
    ran = scene.deploy(None, **PRUNE)
    says(ran, ExitCode.OK)
    late, settings = (
        ran.log.index(f"web: ConfigMap {scene.namespace}/{name} deleted") for name in ("late", "settings")
    )
    assert late < settings
    assert (names(scene), records(scene), scene.get("apps/v1/deployments/web")) == (set(), [], None)
    [web] = ran.report["applications"]
    assert (web["operation_message"], web["exit_code"]) == ("deleted with 3 objects", ExitCode.OK)
    assert "web" not in scene.deploy(deployments="off").log


def test_without_a_finalizer_it_is_forgotten_and_its_objects_stay(scene: Scene) -> None:
    """DEL-1."""
    ran = gone(scene, config_map("settings", a="1"), finalizer="").deploy(None, **PRUNE)
    says(ran, ExitCode.OK, "forgotten; its objects stay, for it has no resources finalizer")
    assert (names(scene), records(scene)) == ({"settings"}, [])


def test_what_says_so_stays(scene: Scene) -> None:
    """DEL-3."""
    gone(
        scene,
        config_map("settings", a="1"),
        kept("database", **{"argocd.argoproj.io/sync-options": "Delete=false"}),
        kept("chart", **{"helm.sh/resource-policy": "keep"}),
    )
    says(scene.deploy(None, **PRUNE), ExitCode.OK, "kept (Delete=false)", "kept (helm.sh/resource-policy: keep)")
    assert names(scene) == {"database", "chart"}


def test_one_object_that_asks_for_confirmation_keeps_all(scene: Scene) -> None:
    """DEL-5."""
    asking = kept("database", **{"argocd.argoproj.io/sync-options": "Delete=confirm"})
    ran = gone(scene, config_map("settings", a="1"), asking).deploy(None, **PRUNE)
    says(ran, ExitCode.REFUSED, f"ConfigMap {scene.namespace}/database asks for confirmation (Delete=confirm)")
    assert names(scene) == {"settings", "database"}
    assert scene.deploy(None, confirm_prune="true", **PRUNE).code == ExitCode.OK
    assert names(scene) == set()


def test_the_prune_limit_holds_for_a_whole_application_too(scene: Scene) -> None:
    ran = gone(scene, *(config_map(f"settings-{n}", a="1") for n in range(12))).deploy(None, **PRUNE)
    says(ran, ExitCode.REFUSED, "web: not deleted, for that would delete 12 of 12 resources and the prune limit is 50%")
    assert len(names(scene)) == 12


def test_what_another_application_has_by_now_is_its_own(scene: Scene) -> None:
    gone(scene, config_map("settings", a="1"), config_map("moved", a="1"))
    scene.add("api", config_map("moved", a="1"))
    says(scene.deploy(None, adopt="all", **PRUNE), ExitCode.OK, "kept: it is tracked for api")
    assert names(scene) == {"moved"}


def test_while_another_application_fails_nothing_is_deleted(scene: Scene) -> None:
    gone(scene, config_map("settings", a="1"))
    scene.write({"apps/api.yaml": application("api", scene.namespace, path="nowhere")})
    says(scene.deploy(None, **PRUNE), ExitCode.APPLICATION, "application web is gone from Git")
    assert names(scene) == {"settings"}


def test_what_this_run_does_not_look_at_is_not_gone(scene: Scene) -> None:
    gone(scene, config_map("settings", a="1"))
    scene.write({"more/api.yaml": application("api", scene.namespace), "api/manifests.yaml": config_map("api", a="1")})
    for inputs in ({"applications": "more/*.yaml"}, {"apps": "api"}):
        assert "gone from Git" not in scene.deploy(None, **PRUNE, **inputs).log
    scene.write({"broken.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {}\n"})
    assert "gone from Git" not in scene.deploy(None, **PRUNE).log
    assert names(scene) == {"settings", "api"}


def test_another_repositorys_application_is_not_gone(scene: Scene) -> None:
    gone(scene, config_map("settings", a="1"))
    rewrite(scene, owner={"repository_id": 7, "repository": "github.com/other/shop", "path": "apps/web.yaml"})
    assert "gone from Git" not in scene.deploy(None, **PRUNE).log
    assert names(scene) == {"settings"}


def test_what_another_run_synced_while_the_lock_was_waited_for_stays(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have brought the application back: what was read before the lock is not acted upon under it."""
    gone(scene, config_map("settings", a="1"))
    take = ApplicationLock.take

    def after_another(lock: ApplicationLock) -> None:
        [name] = records(scene)
        record = scene.get(f"v1/secrets/{name}")
        record["metadata"]["annotations"] = {"synced": "again"}
        scene.put(f"v1/secrets/{name}", record, method="PUT")
        take(lock)

    monkeypatch.setattr(ApplicationLock, "take", after_another)
    ran = scene.deploy(None, **PRUNE)

    says(ran, ExitCode.REFUSED, "web: not deleted, for another run changed its record meanwhile")
    assert (names(scene), len(records(scene))) == ({"settings"}, 1)


def test_what_a_parent_renders_is_not_gone_because_the_parent_cannot_be_rendered(scene: Scene) -> None:
    parent = application("all", scene.namespace, path="all")
    child = application("web", scene.namespace).replace(
        "namespace: argocd}", f"namespace: argocd, finalizers: [{FINALIZER}]}}", 1
    )
    files = {
        "apps/all.yaml": parent,
        "all/kustomization.yaml": "resources: [web.yaml]\n",
        "all/web.yaml": child,
        "web/manifests.yaml": config_map("settings", a="1"),
    }
    # Only the parent is found in a file: its children are what it renders.
    only_parents = {"applications": "apps/*.yaml"}
    scene.write(files)
    says(scene.deploy(None, **PRUNE, **only_parents), ExitCode.OK)
    assert names(scene) == {"settings"}

    scene.write({"all/kustomization.yaml": "resources: [nowhere.yaml]\n"})
    says(scene.deploy(None, **PRUNE, **only_parents), ExitCode.APPLICATION)
    assert (names(scene), len(records(scene))) == ({"settings"}, 2)
