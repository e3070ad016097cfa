"""A user who may read and nothing else: differences are compared on the client, and every rendering says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, says
from tests.e2e.test_bad_cluster import user_of

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

WORDS = "compared on the client"


def may_read(scene: Scene) -> str:
    """Let user ``reader`` get and list in the scene's namespace; return the kubeconfig."""
    role = {
        "metadata": {"name": "read"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}],
    }
    binding = {
        "metadata": {"name": "read"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "read"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user_of(scene, "reader")}],
    }
    scene.put("rbac.authorization.k8s.io/v1/roles", role)
    scene.put("rbac.authorization.k8s.io/v1/rolebindings", binding)
    return scene.cluster.kubeconfig("reader").read_text()


def test_a_reader_sees_what_would_change_and_that_no_server_was_asked(scene: Scene) -> None:
    scene.add("web", deployment("web"), config_map("settings", a="1"))
    says(scene.cli("sync"), ExitCode.OK, "1 application was synced")
    kubeconfig = may_read(scene)
    quiet = scene.cli("diff", environ={"KUBECONFIG": str(scene.cluster.kubeconfig("reader"))})
    says(quiet, ExitCode.OK, "in sync")
    assert WORDS not in quiet.log

    manifests = deployment("web", image="registry.example/web:2") + config_map("settings", a="2") + config_map("new")
    pull = scene.propose({"web/manifests.yaml": manifests})
    ran = scene.preview(pull, kubeconfig=kubeconfig)
    [web] = ran.report["applications"]
    assert {(row["name"], row["sync_status"], row.get("method")) for row in web["resources"]} == {
        ("web", "OutOfSync", WORDS),
        ("settings", "OutOfSync", WORDS),
        ("new", "OutOfSync", WORDS),
    }
    [comment] = ran.comments
    assert "changed, +1 −1 · compared on the client" in comment.body
    assert WORDS in ran.summary
    text = scene.cli("diff", environ={"KUBECONFIG": str(scene.cluster.kubeconfig("reader"))})
    assert text.code == ExitCode.OK
    assert WORDS in ran.log
