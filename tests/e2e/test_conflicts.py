"""Objects that are there already: whose they are decides, and nobody's work is taken by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, deployment, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

TRACKING = "argocd.argoproj.io/tracking-id"


def test_an_object_of_another_application_is_refused_and_named(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    scene.add("thief", config_map("settings", a="2"), config_map("own"))
    ran = scene.cli("sync", "thief")
    says(
        ran,
        ExitCode.REFUSED,
        "error: thief: refused",
        f"error: thief ConfigMap {scene.namespace}/settings: not ours to touch tracked by application web",
        "`adopt: all` takes them over",
        "SharedResourceWarning",
    )
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "1"}
    assert scene.get("v1/configmaps/own") is None
    says(scene.cli("diff", "thief"), ExitCode.REFUSED, "not ours to touch")


def test_adopt_all_takes_it_over_as_argo_cd_does(scene: Scene) -> None:
    scene.add("web", config_map("settings", a="1"))
    assert scene.cli("sync").code == ExitCode.OK
    scene.add("thief", config_map("settings", a="2"))
    says(scene.cli("diff", "thief", "--adopt", "all"), ExitCode.DIFFERENT, "adopted")
    says(scene.cli("sync", "thief", "--adopt", "all"), ExitCode.OK, "1 application was synced")
    taken = scene.get("v1/configmaps/settings")
    assert taken["metadata"]["annotations"][TRACKING] == f"thief:/ConfigMap:{scene.namespace}/settings"


def test_an_object_of_a_controller_is_refused(scene: Scene) -> None:
    scene.add("web", deployment("web"))
    assert scene.cli("sync").code == ExitCode.OK
    [replica_set] = scene.get("apps/v1/replicasets")["items"]
    name = replica_set["metadata"]["name"]
    taken = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": name},
        "spec": {key: replica_set["spec"][key] for key in ("selector", "template")},
    }
    scene.add("thief", document(taken))
    ran = scene.cli("sync", "thief")
    says(ran, ExitCode.REFUSED, f"error: thief ReplicaSet {scene.namespace}/{name}: not ours to touch", "Deployment")


def test_nobodys_object_is_adopted_with_a_line_that_says_so(scene: Scene) -> None:
    scene.put("v1/configmaps", {"metadata": {"name": "settings"}, "data": {"a": "1", "theirs": "stays"}})
    scene.add("web", config_map("settings", a="2"))
    ran = scene.cli("sync")
    says(ran, ExitCode.OK, f"warning: web ConfigMap {scene.namespace}/settings: adopted")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "2", "theirs": "stays"}


def test_more_than_half_of_an_application_is_not_deleted_at_once(scene: Scene) -> None:
    scene.add("web", *(config_map(f"settings-{number}") for number in range(12)))
    assert scene.cli("sync").code == ExitCode.OK
    scene.write({"web/manifests.yaml": config_map("settings-0")})
    says(scene.cli("sync"), ExitCode.REFUSED, "it would delete 11 of 12 resources", "raise `prune-limit`")
    assert scene.get("v1/configmaps/settings-11")
    says(scene.cli("sync", "--prune-limit", "11"), ExitCode.OK, "−11")
    assert scene.get("v1/configmaps/settings-11") is None


def test_what_leaves_git_and_is_not_pruned_is_never_called_deleted(scene: Scene) -> None:
    unpruned = application("web", scene.namespace).replace("prune: true", "prune: false")
    scene.add("web", config_map("settings"), config_map("old")).write({"apps/web.yaml": unpruned})
    assert scene.cli("sync").code == ExitCode.OK
    scene.write({"web/manifests.yaml": config_map("settings")})
    told = scene.cli("diff")
    says(told, ExitCode.DIFFERENT, "keeps what Git no longer has", "1 not pruned", "set syncPolicy.automated.prune")
    assert "deleted" not in told.log
    says(scene.cli("sync"), ExitCode.DIFFERENT, "not pruned")
    assert scene.get("v1/configmaps/old") is not None
    says(scene.cli("diff", "--prune"), ExitCode.DIFFERENT, f"ConfigMap {scene.namespace}/old deleted")
