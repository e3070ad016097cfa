"""The shipped example workflows, run as GitHub would run them: built image, real cluster, a fake GitHub."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.act import Act, Finished
from tests.e2e.action_image import base_image
from tests.github_server import payloads
from tests.github_server.checkout import GitRepository, checkout_branch, checkout_pull_request
from tests.github_server.job import merge_pull_request, open_pull_request, serve_repository
from tests.github_server.plugin import JOB_TOKEN

if TYPE_CHECKING:
    from tests.conftest import Tools
    from tests.e2e.docker_daemon import Docker
    from tests.github_server.server import GitHubServer
    from tests.github_server.state import PullRequest
    from tools.cluster import Cluster

pytestmark = [pytest.mark.container, pytest.mark.xdist_group("container")]

RUNNER = (1001, 1001)
"""User and group that the runner's files belong to."""
WORKFLOWS = Path(__file__).parents[2] / "examples" / "workflows"

APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: "{url}", targetRevision: main, path: web}}
  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
  syncPolicy: {{automated: {{prune: true}}}}
"""

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: web, image: "example.com/web:1"}}]}}
"""


class Repository:
    """One repository on the fake GitHub, and its workflows run by act."""

    def __init__(self, act: Act, github: GitHubServer, cluster: Cluster, namespace: str, folder: Path) -> None:
        self.act, self.github, self.cluster, self.namespace, self.folder = act, github, cluster, namespace, folder
        url = f"{github.url}/{github.state.full_name}.git"
        files = {
            "apps/web.yaml": APPLICATION.format(url=url, namespace=namespace),
            "web/deployment.yaml": DEPLOYMENT.format(replicas=1),
        }
        self.git = GitRepository.create(folder / "server", files)
        serve_repository(github, folder / "server")
        self._runs = 0

    def push(self) -> Finished:
        """Run the deploy workflow for the branch as it is."""
        workspace = self._workspace()
        after = checkout_branch(self.git, "main", workspace)
        payload = payloads.push(self.github.state, before="0" * 40, after=after)
        return self._run("deploy.yml", "push", payload, workspace, "DEPLOY_KUBECONFIG")

    def pull_request(self, replicas: int) -> tuple[PullRequest, Finished]:
        """Open a pull request that scales the Deployment, and run the preview workflow for it."""
        files = {"web/deployment.yaml": DEPLOYMENT.format(replicas=replicas)}
        self.git.commit(files, message="Scale", branch="scale", start="main")
        pull = open_pull_request(self.github, "scale")
        workspace = self._workspace()
        checkout_pull_request(self.git, pull.number, workspace)
        payload = payloads.pull_request(self.github.state, pull)
        return pull, self._run("preview.yml", "pull_request", payload, workspace, "PREVIEW_KUBECONFIG")

    def schedule(self) -> Finished:
        """Run the drift workflow."""
        workspace = self._workspace()
        checkout_branch(self.git, "main", workspace)
        return self._run("drift.yml", "schedule", {"schedule": "17 * * * *"}, workspace, "DEPLOY_KUBECONFIG")

    def comment(self, pull: PullRequest, body: str) -> Finished:
        """Comment on a pull request, and run the workflow for commands; its checkout is the default branch."""
        workspace = self._workspace()
        checkout_branch(self.git, "main", workspace)
        asked = self.github.state.add_comment(pull.number, body, author="octocat")
        payload = payloads.issue_comment(self.github.state, asked)
        return self._run("chatops.yml", "issue_comment", payload, workspace, "DEPLOY_KUBECONFIG")

    def ready_replicas(self) -> int:
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/web"
        return int(self.cluster.request("GET", path)["status"].get("readyReplicas", 0))

    @property
    def workspace(self) -> Path:
        """The workspace of the last run."""
        return self.folder / f"workspace-{self._runs}"

    def _workspace(self) -> Path:
        self._runs += 1
        return self.workspace

    def _hand_over(self) -> None:
        """Give the workspace to another user than root, who the container runs as; one who is not root is another."""
        for path in (self.workspace, *self.workspace.rglob("*")) if os.geteuid() == 0 else ():
            os.chown(path, *RUNNER, follow_symlinks=False)

    def _run(self, workflow: str, event: str, payload: dict[str, Any], workspace: Path, secret: str) -> Finished:
        self._hand_over()
        secrets = {"GITHUB_TOKEN": JOB_TOKEN, secret: self.cluster.kubeconfig().read_text()}
        return self.act.run(WORKFLOWS / workflow, event, payload, workspace, secrets)


@pytest.fixture
def act(docker: Docker, image: str, tools: Tools, github_server: GitHubServer, tmp_path: Path) -> Act:
    return Act(
        program=tools.path("act"),
        docker=docker,
        runner_image=base_image(docker),
        action_image=image,
        folder=tmp_path,
        github_url=github_server.url,
        repository=github_server.state.full_name,
    )


@pytest.fixture
def repository(act: Act, github_server: GitHubServer, cluster: Cluster, namespace: str, tmp_path: Path) -> Repository:
    return Repository(act, github_server, cluster, namespace, tmp_path)


def test_push_syncs_and_waits_and_a_pull_request_gets_its_difference_as_a_comment(repository: Repository) -> None:
    deployed = repository.push()
    assert deployed.succeeded, deployed.log
    assert deployed.outputs["operation-phase"] == "Succeeded"
    assert deployed.outputs["health-status"] == "Healthy"
    assert repository.ready_replicas() == 1, deployed.log

    pull, previewed = repository.pull_request(replicas=3)
    assert previewed.succeeded, previewed.log
    assert (previewed.outputs["sync-status"], previewed.outputs["out-of-sync"]) == ("OutOfSync", "1")
    [comment] = repository.github.state.comments_of(pull.number)
    assert "-  replicas: 1\n+  replicas: 3\n" in comment.body
    assert repository.ready_replicas() == 1, deployed.log

    merge_pull_request(repository.github, pull)
    merged = repository.push()
    assert merged.succeeded, merged.log
    assert repository.ready_replicas() == 3


def test_the_container_fetches_the_base_that_the_checkout_lacks(repository: Repository) -> None:
    _, previewed = repository.pull_request(replicas=3)
    report = json.loads((repository.workspace / previewed.outputs["report-json"]).read_text())
    assert (report["base"], report["notes"]) == (repository.git.resolve("main"), [])
    assert {path for path, status in repository.github.git_requests if status == 200} == {
        "/octo-org/shop/info/refs",
        "/octo-org/shop/git-upload-pack",
    }


def test_the_report_is_in_the_workspace_and_belongs_to_its_owner(repository: Repository) -> None:
    _, previewed = repository.pull_request(replicas=3)
    report = repository.workspace / previewed.outputs["report-json"]
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in (repository.workspace, report.parent, report)}
    assert len(owners) == 1


def test_drift_becomes_an_issue_and_a_command_of_a_comment_syncs_the_commit_it_names(repository: Repository) -> None:
    state = repository.github.state
    state.tokens[JOB_TOKEN].permissions["issues"] = "write"
    drifted = repository.schedule()
    assert drifted.succeeded, drifted.log
    assert drifted.outputs["sync-status"] == "OutOfSync"
    [issue] = state.recorded("issues")
    assert issue["title"].startswith("Drift: web on ")

    pull, _ = repository.pull_request(replicas=2)
    commanded = repository.comment(pull, f"/gitops sync {pull.head_sha[:7]}")
    assert commanded.succeeded, commanded.log
    assert repository.ready_replicas() == 2, commanded.log
