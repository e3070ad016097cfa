"""The resource tree from end to end: what a Deployment brought about, with what ails it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment
from tests.sync.example import until

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

WAITING = "Waiting for rollout to finish: 0 of 1 updated replicas are available..."


def tree(scene: Scene) -> str:
    """Return the tree with namespace and generated names told plainly."""
    ran = scene.cli("status", "--output", "tree")
    assert scene.cli("diff", "--output", "tree").stdout == ran.stdout
    assert ran.code == ExitCode.OK, ran.log
    named = re.sub(r"web-[0-9a-f]{6,10}(-\w{5})?\b", lambda found: "POD" if found[1] else "SET", ran.stdout)
    return named.replace(scene.namespace, "shop")


def pulling_failed(scene: Scene) -> bool:
    pods = scene.get("v1/pods")["items"]
    return any(status["state"].get("waiting") for pod in pods for status in pod["status"].get("containerStatuses", ()))


def test_a_tree_shows_pods_below_their_replica_set_and_what_keeps_them_from_being_healthy(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="image-pull-error"), config_map("config", a="b"))
    assert scene.cli("sync", "--no-wait").code == ExitCode.OK
    until(lambda: pulling_failed(scene), within=20)

    shown = tree(scene)

    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[:4] == [
        "web  Synced  Progressing  Caused by apps/Deployment:shop/web",
        "├─ ConfigMap shop/config  Synced",
        f"└─ Deployment shop/web  Synced  Progressing  {WAITING}",
        "   └─ ReplicaSet SET  (revision 1)",
    ]
    assert re.fullmatch(r"      └─ Pod POD  Degraded  .*pull.*\(ready 0/1, node node-\d+\)", lines[4]), shown


def test_the_report_of_a_pull_request_holds_the_tree(scene: Scene) -> None:
    scene.add("web", deployment("web"))
    assert scene.cli("sync").code == ExitCode.OK

    ran = scene.preview(scene.propose({"web/manifests.yaml": deployment("web", replicas=2)}))

    nodes = ran.report["applications"][0]["tree"]
    deployed, replicas = f"apps/Deployment/{scene.namespace}/web", nodes[0]["id"]
    assert [(node["kind"], node["parent"]) for node in nodes] == [("ReplicaSet", deployed), ("Pod", replicas)]
    assert nodes[1]["health_status"] == "Healthy"
