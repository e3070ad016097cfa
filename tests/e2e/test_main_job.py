"""The main job: a pull request's comment says what a merge will do, the merge does just that, drift is seen.

One story on the example repository, told by the jobs that a workflow would run: ``preview`` with the rights of the
example role of that name, ``deploy`` with those of ``deployer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.examples import example_files
from tests.e2e.roles import role_tokens
from tests.e2e.scene import says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.scene import JobRan, Scene

pytestmark = pytest.mark.xdist_group("examples")

KINDS = (
    "v1/services",
    "v1/configmaps",
    "v1/secrets",
    "v1/serviceaccounts",
    "apps/v1/deployments",
    "apps/v1/statefulsets",
    "batch/v1/cronjobs",
    "policy/v1/poddisruptionbudgets",
)
SECRETS = ("a-demo-session-key", "YS1kZW1vLXNlc3Npb24ta2V5", "demo-production-key", "demo-rotated-key")
PRODUCTION = "storefront/overlays/production/kustomization.yaml"


class Story:
    """The example's storefront and payments in namespaces of their own, and the jobs of two roles."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.shop, self.pay = scene.namespace, f"{scene.namespace}-pay"
        self.files = example_files({"shop": self.shop, "pay": self.pay}, apps=("storefront", "payments"))
        del self.files["storefront/overlays/staging/kustomization.yaml"]
        staging = self.files["apps/storefront.yaml"].index("---")
        self.files["apps/storefront.yaml"] = self.files["apps/storefront.yaml"][:staging]
        scene.write(self.files)
        self.tokens = role_tokens(scene.cluster)

    def deploy(self) -> JobRan:
        return self.scene.deploy(None, **self._as("deployer"))

    def inputs(self) -> dict[str, str]:
        return self._as("preview")

    def _as(self, role: str) -> dict[str, str]:
        ca = self.scene.cluster.ca_file.read_text()
        return {"server": self.scene.cluster.server, "ca": ca, "token": self.tokens[role], "kubeconfig": "unset"}

    def edited(self, path: str, *edits: tuple[str, str]) -> dict[str, str | None]:
        text = self.files[path]
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        return {path: text}


@pytest.fixture
def story(scene: Scene) -> Iterator[Story]:
    story = Story(scene)
    yield story
    scene.cluster.request("DELETE", f"/api/v1/namespaces/{story.pay}")


def test_pull_request_comment_merge_sync_and_drift(story: Story) -> None:
    scene = story.scene

    first = story.deploy()
    says(first, ExitCode.OK, "All 2 applications were synced")
    assert story_outputs(first) == ("sync", "Synced", "Healthy", "Succeeded", "true", "0")

    pull = scene.propose(
        story.edited(PRODUCTION, ("newTag: 2.7.3", "newTag: 2.8.0"))
        | story.edited("storefront/base/kustomization.yaml", ("  - service-legacy.yaml\n", ""))
        | story.edited("payments/values-production.yaml", ("replicas: 3", "replicas: 5"), ("production", "rotated"))
    )
    before = everything(story)
    seen = scene.preview(pull, None, **story.inputs())
    says(seen, ExitCode.OK, "All 2 applications will change")
    assert everything(story) == before, "a preview writes nothing"
    [comment] = seen.comments
    assert seen.outputs["comment-url"].endswith(f"#issuecomment-{comment.id}")
    assert story_outputs(seen)[:2] == ("diff", "OutOfSync")
    for text in (comment.body, seen.summary):
        assert "| `registry.example/storefront` | `2.7.3` | `2.8.0` | storefront |" in text
        assert f"Service <code>{story.shop}/storefront-legacy</code> · deleted" in text
        assert "deletes 1 Service" in text
        assert "-  replicas: 3\n+  replicas: 5\n" in text
    assert seen.report["pull_request"] == pull.number
    assert hidden(seen)

    again = scene.preview(pull, None, **story.inputs())
    assert [(one.id, one.number) for one in again.comments] == [(comment.id, pull.number)]
    assert again.comments[0].updated_at > comment.created_at

    scene.merge(pull)
    merged = story.deploy()
    says(merged, ExitCode.OK, "All 2 applications were synced", "storefront-legacy Pruned")
    assert story_outputs(merged) == ("sync", "Synced", "Healthy", "Succeeded", "true", "0")
    assert scene.get("v1/services/storefront-legacy") is None
    assert scene.get("apps/v1/deployments/payments", namespace=story.pay)["status"]["readyReplicas"] == 5
    assert hidden(merged)

    settled = everything(story)
    idle = story.deploy()
    says(idle, ExitCode.OK, "Nothing to sync: all 2 applications are already in sync")
    assert story_outputs(idle)[4] == "false"
    assert everything(story) == settled, "a sync without work writes nothing but its record"

    scale: dict[str, object] = {"spec": {"replicas": 1}}
    scene.cluster.request("PUT", *scaled(story, scale))
    docs: dict[str, str | None] = {"README.md": "No change to any manifest.\n"}
    drifted = scene.preview(scene.propose(docs, branch="docs"), None, **story.inputs())
    says(drifted, ExitCode.OK, "1 of 2 applications has drift", "- replicas: 1 + replicas: 4")
    assert drifted.outputs["out-of-sync"] == "1"

    healed = story.deploy()
    says(healed, ExitCode.OK, "1 of 2 applications was synced")
    assert scene.get("apps/v1/deployments/storefront")["spec"]["replicas"] == 4


def scaled(story: Story, scale: dict[str, object]) -> tuple[str, object]:
    path = f"/apis/apps/v1/namespaces/{story.shop}/deployments/storefront/scale"
    metadata = {"name": "storefront", "namespace": story.shop}
    return path, {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata} | scale


def story_outputs(ran: JobRan) -> tuple[str, ...]:
    names = ("command", "sync-status", "health-status", "operation-phase", "changed", "out-of-sync")
    return tuple(ran.outputs[name] for name in names)


def hidden(ran: JobRan) -> bool:
    """Whether no secret value, plain or encoded, can be read anywhere."""
    return not [secret for secret in SECRETS if secret in ran.shown]


def everything(story: Story) -> dict[str, str]:
    """Return the version of every object of both namespaces that a sync could write, records aside."""
    return {
        f"{kind} {namespace}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
        for namespace in (story.shop, story.pay)
        for kind in KINDS
        for item in (story.scene.get(kind, namespace=namespace) or {"items": []})["items"]
        if not item["metadata"]["name"].startswith("gitops-action.")
    }
