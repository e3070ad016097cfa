"""Actions of resources from end to end: listed, run on the cluster, refused where they must not be run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
  resource.customizations.actions.ConfigMap: |
    discovery.lua: |
      return {paint = {params = {{name = "colour"}, {name = "coats", default = "2"}}}, copy = {}, fail = {}, lost = {}}
    definitions:
      - name: paint
        action.lua: |
          obj.data.colour = actionParams.colour
          obj.data.coats = actionParams.coats
          return obj
      - name: copy
        action.lua: |
          local copied = {apiVersion = "v1", kind = "ConfigMap", data = obj.data}
          copied.metadata = {name = obj.metadata.name .. "-copy", namespace = obj.metadata.namespace}
          obj.data.copied = "yes"
          return {{operation = "patch", resource = obj}, {operation = "create", resource = copied}}
      - name: fail
        action.lua: error("out of paint", 0)
"""
CRON_JOB = document(
    {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {
            "schedule": "0 3 * * *",
            "jobTemplate": {
                "spec": {
                    "template": {
                        "spec": {
                            "restartPolicy": "Never",
                            "containers": [{"name": "a", "image": "registry.example/a:1"}],
                        }
                    }
                }
            },
        },
    }
)


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """A Deployment, a CronJob and a ConfigMap with actions of its own, synced."""
    scene.write({"argocd-cm.yaml": SETTINGS})
    scene.add("web", deployment("web"), CRON_JOB, config_map("paint", colour="blue"))
    assert scene.cli("sync", "--no-wait").code == ExitCode.OK
    return scene


def run(scene: Scene, action: str, kind: str, *more: str) -> Any:
    return scene.cli("actions", "run", "web", action, "--kind", kind, *more)


def test_the_actions_of_an_application_are_listed_as_argo_cd_lists_them(shop: Scene) -> None:
    ran = shop.cli("actions", "list", "web")
    table = "\n".join(line.replace(shop.namespace, "shop").rstrip() for line in ran.stdout.splitlines())
    assert ran.code == ExitCode.OK
    assert [line.split() for line in table.splitlines()] == [
        ["GROUP", "KIND", "NAMESPACE", "NAME", "ACTION", "DISABLED", "PARAMETERS"],
        ["ConfigMap", "shop", "paint", "copy", "false"],
        ["ConfigMap", "shop", "paint", "fail", "false"],
        ["ConfigMap", "shop", "paint", "lost", "false"],
        ["ConfigMap", "shop", "paint", "paint", "false", "colour,coats"],
        ["apps", "Deployment", "shop", "web", "pause", "false"],
        ["apps", "Deployment", "shop", "web", "restart", "false"],
        ["apps", "Deployment", "shop", "web", "resume", "true"],
        ["apps", "Deployment", "shop", "web", "scale", "false", "replicas"],
        ["batch", "CronJob", "shop", "nightly", "create-job", "false"],
        ["batch", "CronJob", "shop", "nightly", "suspend", "false"],
    ]
    listed = shop.cli("actions", "list", "web", "--kind", "Deployment", "--output", "json")
    assert orjson.loads(listed.stdout)[-1] == {
        "group": "apps",
        "kind": "Deployment",
        "namespace": shop.namespace,
        "name": "web",
        "action": "scale",
        "disabled": False,
        "parameters": [{"name": "replicas", "default": None}],
        "displayName": "",
    }


def test_restart_scale_and_pause_patch_what_they_name_and_nothing_else(shop: Scene) -> None:
    before = shop.get("apps/v1/deployments/web")
    ran = run(shop, "restart", "Deployment")
    annotation = "/spec/template/metadata/annotations"
    says(ran, ExitCode.OK)
    assert ran.stdout.replace(shop.namespace, "shop").strip() in (
        f"Deployment shop/web: restart: patched {annotation}/kubectl.kubernetes.io~1restartedAt",
        f"Deployment shop/web: restart: patched {annotation}",
    )
    assert run(shop, "scale", "Deployment", "--param", "replicas=3").code == ExitCode.OK
    assert run(shop, "pause", "Deployment").code == ExitCode.OK
    after = shop.get("apps/v1/deployments/web")
    stamped = after["spec"]["template"]["metadata"].pop("annotations")
    assert list(stamped) == ["kubectl.kubernetes.io/restartedAt"]
    after["spec"]["template"]["metadata"].pop("creationTimestamp", None)
    before["spec"]["template"]["metadata"].pop("creationTimestamp", None)
    assert after["spec"] == {**before["spec"], "replicas": 3, "paused": True}

    says(run(shop, "pause", "Deployment"), ExitCode.REFUSED, "web: action pause is disabled in its present state")


def test_an_action_may_create_an_object_and_says_so_as_json(shop: Scene) -> None:
    ran = run(shop, "create-job", "CronJob", "--output", "json")
    assert ran.code == ExitCode.OK, ran.log
    [done] = orjson.loads(ran.stdout)
    [written] = done["written"]
    assert (done["action"], done["kind"], done["dryRun"]) == ("create-job", "CronJob", False)
    assert (written["kind"], written["operation"]) == ("Job", "create")
    owners = shop.get(f"batch/v1/jobs/{written['name']}")["metadata"]["ownerReferences"]
    assert [owner["name"] for owner in owners] == ["nightly"]


def test_a_dry_run_changes_nothing_and_parameters_have_defaults(shop: Scene) -> None:
    tried = run(shop, "paint", "ConfigMap", "--param", "colour=red", "--dry-run")
    assert tried.stdout == f"ConfigMap {shop.namespace}/paint: paint: patched /data/coats, /data/colour (dry run)\n"
    assert shop.get("v1/configmaps/paint")["data"] == {"colour": "blue"}
    assert run(shop, "paint", "ConfigMap", "--param", "colour=red").code == ExitCode.OK
    assert shop.get("v1/configmaps/paint")["data"] == {"colour": "red", "coats": "2"}
    again = run(shop, "paint", "ConfigMap", "--param", "colour=red")
    assert again.stdout == f"ConfigMap {shop.namespace}/paint: paint: unchanged\n"


def test_what_cannot_be_run_says_why_and_changes_nothing(shop: Scene) -> None:
    says(run(shop, "explode", "ConfigMap"), ExitCode.USAGE, "has no action explode Its actions are: copy, fail, lost,")
    says(run(shop, "paint", "ConfigMap"), ExitCode.USAGE, "action paint needs parameter colour")
    says(run(shop, "paint", "ConfigMap", "--param", "color=x"), ExitCode.USAGE, "has no parameter color")
    says(run(shop, "paint", "ConfigMap", "--param", "colour"), ExitCode.USAGE, "--param: write NAME=VALUE")
    says(run(shop, "fail", "ConfigMap"), ExitCode.APPLICATION, "action fail failed: out of paint")
    says(run(shop, "lost", "ConfigMap"), ExitCode.APPLICATION, "action lost has no script")
    says(run(shop, "restart", "Secret"), ExitCode.USAGE, "web has no such object in the cluster")
    scale = run(shop, "scale", "Deployment", "--param", "replicas=many")
    says(scale, ExitCode.APPLICATION, "action scale failed: invalid number: many")
    assert shop.get("v1/configmaps/paint")["data"] == {"colour": "blue"}


def test_one_refused_dry_run_ends_an_action_before_its_first_change(shop: Scene) -> None:
    shop.put("v1/configmaps", {"metadata": {"name": "paint-copy"}})
    says(run(shop, "copy", "ConfigMap"), ExitCode.CLUSTER, '"paint-copy" already exists')
    assert shop.get("v1/configmaps/paint")["data"] == {"colour": "blue"}


def test_several_objects_are_named_unless_all_are_meant(shop: Scene) -> None:
    shop.add("web", config_map("one"), config_map("two"))
    assert shop.cli("sync").code == ExitCode.OK
    says(run(shop, "paint", "ConfigMap", "--param", "colour=red"), ExitCode.USAGE, "2 objects of web are meant")
    every = run(shop, "paint", "ConfigMap", "--param", "colour=red", "--resource-name", "two")
    assert every.code == ExitCode.APPLICATION  # it has no data, and the script does not look
    says(every, ExitCode.APPLICATION, "attempt to index field 'data' (a nil value)")


def test_an_object_that_is_somebody_elses_is_not_touched(shop: Scene) -> None:
    foreign = {
        "metadata": {"annotations": {"argocd.argoproj.io/tracking-id": f"other:/ConfigMap:{shop.namespace}/paint"}}
    }
    live = shop.get("v1/configmaps/paint")
    live["metadata"]["annotations"] = foreign["metadata"]["annotations"]
    shop.put("v1/configmaps/paint", live, method="PUT")
    says(
        run(shop, "paint", "ConfigMap", "--param", "colour=red"),
        ExitCode.REFUSED,
        "is tracked for application other, not for web",
    )


def test_the_project_decides_what_an_action_may_create(scene: Scene) -> None:
    project = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "default"},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
            "namespaceResourceBlacklist": [{"group": "batch", "kind": "Job"}],
        },
    }
    scene.write({"project.yaml": document(project)}).add("web", CRON_JOB)
    assert scene.cli("sync").code == ExitCode.OK
    says(
        run(scene, "create-job", "CronJob"), ExitCode.REFUSED, "action create-job writes Job", "which is not permitted"
    )


def test_an_application_that_cannot_be_compared_has_no_actions(shop: Scene) -> None:
    shop.write({"web/manifests.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n"})
    says(shop.cli("actions", "list", "web"), ExitCode.APPLICATION, "web/manifests.yaml:4: while parsing")


def test_a_workflow_runs_an_action_with_parameters_and_shows_what_it_wrote(shop: Scene) -> None:
    ran = shop.deploy(command="action", apps="web", action="scale Deployment web replicas=3")
    says(ran, ExitCode.OK, f"Deployment {shop.namespace}/web: scale: patched /spec/replicas")
    assert "scale: patched /spec/replicas" in ran.summary
    assert shop.get("apps/v1/deployments/web")["spec"]["replicas"] == 3
    says(shop.deploy(command="action", apps="web", action="scale"), ExitCode.USAGE, "input action has 1 words")
