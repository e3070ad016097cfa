"""What a run shows on GitHub beside its comment: check runs, deployments, the outcome on the merged pull request."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, document, edit, says
from tests.github_server.job import merge_group_job, merge_pull_request, push_job, schedule_job

if TYPE_CHECKING:
    from tests.e2e.scene import JobRan, Scene
    from tests.github_server.state import PullRequest

pytestmark = pytest.mark.xdist_group("github")

ALL = {
    "contents": "read",
    "pull-requests": "write",
    "checks": "write",
    "deployments": "write",
    "issues": "write",
}
INGRESS = document(
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "annotations": {"argocd.argoproj.io/ignore-healthcheck": "true"}},
        "spec": {
            "tls": [{"hosts": ["shop.example"]}],
            "rules": [
                {
                    "host": "shop.example",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": "web", "port": {"number": 80}}},
                            }
                        ]
                    },
                }
            ],
        },
    }
)


def deploy(scene: Scene, permissions: dict[str, str] | None = None, **inputs: str) -> JobRan:
    job = push_job(scene.github, scene._next(), run_id=1000 + scene.runs, permissions=permissions or ALL)
    return scene.run(job, inputs=inputs)


def checks(scene: Scene) -> list[tuple[str, str, str | None]]:
    return [(each["name"], each["status"], each["conclusion"]) for each in scene.github.state.recorded("checks")]


def preview_with_checks(scene: Scene, pull: PullRequest, **inputs: str) -> JobRan:
    job = scene.preview_job(pull)
    scene.github.state.tokens[job.environ["INPUT_GITHUB-TOKEN"]].permissions["checks"] = "write"
    return scene.run(job, pull=pull, inputs={"checks": "on"} | inputs)


def test_a_check_run_says_the_verdict_and_points_at_the_line_of_a_refusal(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    deploy(scene)
    wrong = document({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"colour": 5}})
    pull = scene.propose({"web/manifests.yaml": wrong})
    seen = preview_with_checks(scene, pull)
    says(seen, ExitCode.APPLICATION)
    assert checks(scene) == [("gitops diff (GitOps: .)", "completed", "failure")]
    [check] = scene.github.state.recorded("checks")
    assert check["head_sha"] == pull.head_sha
    assert check["details_url"] == "http" + check["details_url"].removeprefix("http")
    assert check["output"]["annotations_count"] == 1
    assert "would fail to sync" in check["output"]["title"]


def test_a_run_with_nothing_to_do_is_a_success_also_in_a_merge_queue(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    deploy(scene)
    pull = scene.propose({"README.md": "Words.\n"})
    says(preview_with_checks(scene, pull), ExitCode.OK)
    queued = merge_group_job(scene.github, pull, scene._next(), run_id=2000)
    scene.github.state.tokens[queued.environ["INPUT_GITHUB-TOKEN"]].permissions["checks"] = "write"
    says(scene.run(queued, inputs={"checks": "on"}), ExitCode.OK)
    assert [conclusion for _, _, conclusion in checks(scene)] == ["success", "success"]
    assert scene.github.state.recorded("checks")[1]["head_sha"] != pull.head_sha


def test_a_run_that_cannot_begin_fails_its_check_run(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    pull = scene.propose({"README.md": "Words.\n"})
    says(preview_with_checks(scene, pull, working_directory="nowhere"), ExitCode.USAGE)
    [check] = scene.github.state.recorded("checks")
    assert (check["conclusion"], check["output"]["title"]) == ("failure", "working directory nowhere does not exist")


def test_checks_that_the_token_may_not_write_are_a_warning_and_the_run_goes_on(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    pull = scene.propose({"README.md": "Words.\n"})
    seen = scene.preview(pull, checks="on")
    says(seen, ExitCode.OK)
    assert "::warning title=The check run could not be shown" in seen.log
    assert "checks: write" in seen.log


def test_a_sync_is_a_deployment_of_its_cluster_that_ends_with_the_address(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"), INGRESS)
    says(deploy(scene), ExitCode.OK)
    [made] = scene.github.state.recorded("deployments")
    assert made["environment"] == "in-cluster"
    states = scene.github.state.recorded("deployment_statuses")
    assert [status["state"] for status in states] == ["in_progress", "success"]
    assert states[1]["environment_url"] == "https://shop.example"

    says(deploy(scene), ExitCode.OK, "Nothing to sync")
    assert len(scene.github.state.recorded("deployments")) == 1, "what changes nothing deploys nothing"


def test_a_sync_that_fails_is_a_failed_deployment_and_one_an_application_where_asked_for(scene: Scene) -> None:
    scene.add("web", deployment("web", pod="never-ready"))
    says(deploy(scene, deployments="application", timeout="4s"), ExitCode.NOT_HEALTHY)
    [made] = scene.github.state.recorded("deployments")
    assert made["environment"] == "in-cluster/web"
    assert [status["state"] for status in scene.github.state.recorded("deployment_statuses")] == [
        "in_progress",
        "failure",
    ]


def test_a_job_with_an_environment_keeps_the_deployment_that_github_made(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    job = push_job(scene.github, scene._next(), run_id=4242, permissions=ALL)
    state = scene.github.state
    link = f"{job.environ['GITHUB_SERVER_URL']}/{state.full_name}/actions/runs/4242/job/1"
    made = state.record("deployments", deployment_of(scene, job.environ["GITHUB_SHA"]))
    state.record("deployment_statuses", status_of(scene, made, link))
    says(scene.run(job, inputs={}), ExitCode.OK)
    assert [each["environment"] for each in state.recorded("deployments")] == ["production"]


def deployment_of(scene: Scene, sha: str) -> dict[str, object]:
    return _made(scene, "deployments", {"ref": sha, "environment": "production"})


def status_of(scene: Scene, deployment: dict[str, object], link: str) -> dict[str, object]:
    body: dict[str, object] = {"state": "in_progress", "target_url": link, "log_url": link}
    return _made(scene, f"deployments/{deployment['id']}/statuses", body)


def _made(scene: Scene, path: str, body: dict[str, object]) -> dict[str, object]:
    """Let the server itself make a record, as GitHub does for a job with an environment."""
    token = scene.github.state.add_token("ghs_runner", deployments="write")
    request = urllib.request.Request(  # noqa: S310 - the fake GitHub
        f"{scene.github.url}/repos/{scene.github.state.full_name}/{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token.value}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - the fake GitHub
        made: dict[str, object] = json.load(answer)
    return made


def test_deployments_that_the_token_may_not_write_are_a_line_in_the_log(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    ran = deploy(scene, {"contents": "read"})
    says(ran, ExitCode.OK, "No deployment is shown on GitHub", "deployments: write")
    assert "::warning" not in ran.log


def test_the_merged_pull_request_is_told_what_became_of_it(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    deploy(scene)
    pull = scene.propose({"web/manifests.yaml": config_map("web", colour="blue")})
    merge_pull_request(scene.github, pull)
    says(deploy(scene), ExitCode.OK)
    [told] = scene.github.state.comments_of(pull.number)
    assert "✅ 1 application was synced" in told.body
    says(deploy(scene), ExitCode.OK)
    assert scene.github.state.comments_of(pull.number) == [told], "a run without news tells none"


def test_an_outcome_that_cannot_be_written_does_not_fail_the_deploy(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    pull = scene.propose({"web/manifests.yaml": config_map("web", colour="blue")})
    merge_pull_request(scene.github, pull)
    ran = deploy(scene, {"contents": "read"})
    says(ran, ExitCode.OK, "The outcome was not written to the pull request", "pull-requests: write")
    assert "::warning" not in ran.log


def drift(scene: Scene, permissions: dict[str, str] | None = None, **inputs: str) -> JobRan:
    job = schedule_job(scene.github, scene._next(), run_id=1000 + scene.runs, permissions=permissions or ALL)
    return scene.run(job, inputs=inputs)


def issues(scene: Scene) -> list[tuple[str, str]]:
    return [(issue["title"], issue["state"]) for issue in scene.github.state.recorded("issues")]


def test_drift_has_an_issue_as_long_as_it_is_there(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    deploy(scene)
    says(drift(scene), ExitCode.OK)
    assert issues(scene) == []

    edit(scene, "web", colour="blue")
    says(drift(scene, issue_labels="prod\nteam-shop"), ExitCode.OK)
    title = "Drift: web on in-cluster: 1 object"
    assert issues(scene) == [(title, "open")]
    [issue] = scene.github.state.recorded("issues")
    assert [label["name"] for label in issue["labels"]] == ["gitops-drift", "prod", "team-shop"]
    assert "-  colour: blue\n+  colour: red" in issue["body"]

    before = len(scene.github.requests)
    says(drift(scene), ExitCode.OK)
    assert not [each for each in scene.github.requests[before:] if each[0] in ("POST", "PATCH") and "issues" in each[1]]

    says(deploy(scene), ExitCode.OK)
    says(drift(scene), ExitCode.OK)
    assert issues(scene) == [(title, "closed")]
    edit(scene, "web", colour="blue")
    says(drift(scene), ExitCode.OK)
    assert issues(scene) == [(title, "open")]


def test_a_run_opens_no_more_issues_than_its_limit(scene: Scene) -> None:
    for name in ("one", "two", "three"):
        scene.add(name, config_map(name, colour="red"))
    ran = drift(scene, issue_limit="2")
    says(ran, ExitCode.OK, "1 applications drifted that got no issue")
    assert len(issues(scene)) == 2


def test_issues_that_the_token_may_not_write_are_a_warning(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    ran = drift(scene, {"contents": "read"})
    says(ran, ExitCode.OK)
    assert "::warning title=The drift could not be shown" in ran.log
    assert "issues: write" in ran.log


# --- the log ----------------------------------------------------------------------------------------------------------


def test_the_lines_of_each_application_are_folded_once_it_is_done_and_those_of_one_alone_are_not(scene: Scene) -> None:
    names = ("api", "web")
    for name in names:
        objects = [config_map(f"{name}-{wave}", wave=str(wave), a="1") for wave in (1, 2)]
        scene.add(name, *objects)
    ran = scene.deploy(wave_delay="0s")
    says(ran, ExitCode.OK)
    lines = ran.log.splitlines()
    for name in names:
        said = [f"Sync wave {wave}: configmap/{name}-{wave} created" for wave in (1, 2)]
        begin = lines.index(f"::group::{name}: Succeeded")
        assert lines[begin + 1 : begin + 4] == [*said, "::endgroup::"]
        assert [line for line in lines[:begin] if line.startswith(f"{name}: Sync")] == [
            f"{name}: {line}" for line in said
        ]

    scene.write({"apps/api.yaml": None, "api/manifests.yaml": None, "web/manifests.yaml": config_map("web-1", a="2")})
    assert "::group::" not in scene.deploy().log
