"""Commands in comments, end to end: who gives them, what they do to the cluster, and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, says
from tests.github_server.job import comment_job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.scene import JobRan, Scene
    from tests.github_server.state import IssueComment, PullRequest

pytestmark = pytest.mark.xdist_group("chatops")

EVERYTHING = "diff\nrefresh\nhelp\nsync"


@pytest.fixture
def proposed(scene: Scene) -> PullRequest:
    """A pull request that paints the deployed application blue."""
    scene.add("web", config_map("web", colour="red"))
    says(scene.deploy(), ExitCode.OK)
    return scene.propose({"web/manifests.yaml": config_map("web", colour="blue")})


def comment(
    scene: Scene, pull: PullRequest, body: str, *, author: str = "octocat", **inputs: str
) -> tuple[JobRan, IssueComment, list[IssueComment]]:
    """Comment, run the job that the comment starts, and return it with the comment and the answers."""
    asked = scene.github.state.add_comment(pull.number, body, author=author)
    job = comment_job(scene.github, asked, scene._next(), run_id=1000 + scene.runs)
    scene.github.state.tokens[job.environ["INPUT_GITHUB-TOKEN"]].permissions["checks"] = "write"
    ran = scene.run(job, pull=pull, inputs={"chatops_allow": EVERYTHING} | inputs)
    answers = [each for each in scene.github.state.comments_of(pull.number) if each.id > asked.id]
    return ran, asked, answers


def colour(scene: Scene) -> str:
    found: str = scene.get("v1/configmaps/web")["data"]["colour"]
    return found


def reactions(asked: IssueComment) -> list[str]:
    return [reaction for _, reaction in asked.reactions]


def test_a_diff_is_of_the_pull_requests_head_and_writes_nothing(scene: Scene, proposed: PullRequest) -> None:
    ran, asked, [answer] = comment(scene, proposed, "/gitops diff")
    says(ran, ExitCode.OK, "1 application will change")
    assert "-  colour: red\n+  colour: blue" in answer.body
    assert reactions(asked) == ["eyes", "rocket"]
    assert colour(scene) == "red"
    assert ran.outputs["command"] == "diff"


def test_a_preview_whose_comments_may_sync_shows_the_command_to_copy(scene: Scene, proposed: PullRequest) -> None:
    command = f"<code>/gitops sync {proposed.head_sha[:7]}</code>"
    [without] = scene.preview(proposed).comments
    assert command not in without.body
    [shown] = scene.preview(proposed, chatops_allow=EVERYTHING).comments
    assert command in shown.body


def test_a_sync_names_the_commit_and_applies_the_head(scene: Scene, proposed: PullRequest) -> None:
    ran, asked, [answer] = comment(scene, proposed, f"/gitops sync {proposed.head_sha[:7]} web")
    says(ran, ExitCode.OK, "1 application was synced")
    assert colour(scene) == "blue"
    assert "✅ 1 application was synced" in answer.body
    assert reactions(asked) == ["eyes", "rocket"]


def test_a_sync_of_a_commit_that_is_not_the_head_any_more_is_answered(scene: Scene, proposed: PullRequest) -> None:
    ran, asked, [answer] = comment(scene, proposed, "/gitops sync 1234567")
    says(ran, ExitCode.OK)
    assert "is `" + proposed.head_sha[:7] + "` now, not `1234567`" in answer.body
    assert reactions(asked) == ["-1"]
    assert colour(scene) == "red"


def test_by_default_a_comment_changes_nothing(scene: Scene, proposed: PullRequest) -> None:
    ran, _, [answer] = comment(
        scene, proposed, f"/gitops sync {proposed.head_sha[:7]}", chatops_allow="diff\nrefresh\nhelp"
    )
    says(ran, ExitCode.OK)
    assert "`sync` is not among the commands that this repository allows" in answer.body
    assert colour(scene) == "red"


@pytest.mark.parametrize("author", ["stranger", "somebody-who-reads"])
def test_people_without_write_access_get_a_reaction_and_no_run(
    scene: Scene, proposed: PullRequest, author: str
) -> None:
    scene.github.state.permissions["somebody-who-reads"] = "read"
    ran, asked, answers = comment(scene, proposed, f"/gitops sync {proposed.head_sha[:7]}", author=author)
    says(ran, ExitCode.OK, "commands are for people with write access")
    assert (answers, reactions(asked), colour(scene)) == ([], ["-1"], "red")


def test_a_fork_waits_for_the_approval_of_its_commit(scene: Scene) -> None:
    scene.add("web", config_map("web", colour="red"))
    says(scene.deploy(), ExitCode.OK)
    pull = scene.propose({"web/manifests.yaml": config_map("web", colour="blue")}, fork="somebody/shop")
    _, asked, [answer] = comment(scene, pull, "/gitops diff")
    assert "comes from a fork, and nobody with write access approved" in answer.body
    assert reactions(asked) == ["-1"]

    scene.github.state.permissions["maintainer"] = "admin"
    pull.reviews.append(("maintainer", "APPROVED", pull.head_sha))
    ran, asked, [answer] = comment(scene, pull, "/gitops diff")
    says(ran, ExitCode.OK, "1 application will change")
    assert reactions(asked) == ["eyes", "rocket"]


def test_settings_are_those_of_the_base_also_where_a_command_syncs(scene: Scene, proposed: PullRequest) -> None:
    hiding = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata:\n"
        "  resource.exclusions: |\n    - {apiGroups: ['*'], kinds: ['*'], clusters: ['*']}\n"
    )
    pull = scene.propose(
        {"argocd-cm.yaml": hiding, "web/manifests.yaml": config_map("web", colour="green")}, branch="b"
    )
    ran, _, _ = comment(scene, pull, f"/gitops sync {pull.head_sha}")
    says(ran, ExitCode.OK, "1 application was synced")
    assert colour(scene) == "green"
    assert proposed.number != pull.number


def test_help_and_wrong_words_are_answered_with_what_is_allowed(scene: Scene, proposed: PullRequest) -> None:
    _, asked, [answer] = comment(scene, proposed, "/gitops help")
    assert answer.body == (
        "I take these commands from people with write access:\n\n- `/gitops help`\n- `/gitops diff [application …]`\n"
        "- `/gitops refresh [hard] [application …]`\n- `/gitops sync <commit> [application …]`\n"
    )
    assert reactions(asked) == ["eyes"]
    ran, asked, [answer] = comment(scene, proposed, "/gitops sync --prune")
    says(ran, ExitCode.OK)
    assert answer.body.startswith("I take words of letters, digits")
    assert reactions(asked) == ["-1"]


@pytest.mark.parametrize("body", ["Looks good.", "> /gitops sync", ""])
def test_other_comments_do_nothing(scene: Scene, proposed: PullRequest, body: str) -> None:
    ran, asked, answers = comment(scene, proposed, body)
    says(ran, ExitCode.OK, "The comment gives no command.")
    assert (answers, reactions(asked)) == ([], [])


def test_an_application_that_is_not_there_is_answered_and_a_red_run(scene: Scene, proposed: PullRequest) -> None:
    ran, asked, [answer] = comment(scene, proposed, "/gitops diff shop")
    says(ran, ExitCode.USAGE)
    assert "there is no application 'shop'" in answer.body
    assert reactions(asked) == ["eyes", "confused"]


def test_what_the_run_masks_is_in_no_answer_and_in_no_check(
    scene: Scene, proposed: PullRequest, tmp_path: Path
) -> None:
    key = "0123456789abcdef0123456789abcdef"
    ran, _, [answer] = comment(
        scene, proposed, f"/gitops diff {key}", cache_dir=str(tmp_path / "cache"), cache_key=key, checks="on"
    )
    says(ran, ExitCode.USAGE)
    assert "there is no application '***'" in answer.body
    [check] = scene.github.state.recorded("checks")
    assert check["output"]["title"].startswith("there is no application '***'")
    assert key not in f"{answer.body}{check}"


def test_a_refresh_is_a_diff_that_takes_nothing_from_the_cache(scene: Scene, proposed: PullRequest) -> None:
    ran, asked, [answer] = comment(scene, proposed, "/gitops refresh hard web")
    says(ran, ExitCode.OK, "1 application will change")
    assert "-  colour: red\n+  colour: blue" in answer.body
    assert reactions(asked) == ["eyes", "rocket"]


def test_a_rollback_goes_back_to_what_was_synced_before(scene: Scene, proposed: PullRequest) -> None:
    scene.write({"web/manifests.yaml": config_map("web", colour="green")})
    says(scene.deploy(), ExitCode.OK)
    assert colour(scene) == "green"
    command = f"/gitops rollback {proposed.head_sha[:7]} web"
    ran, asked, [answer] = comment(scene, proposed, command, chatops_allow="rollback")
    says(ran, ExitCode.OK)
    assert colour(scene) == "red"
    assert "✅ 1 application was synced" in answer.body
    assert reactions(asked) == ["eyes", "rocket"]
    ran, asked, [answer] = comment(scene, proposed, f"{command} x", chatops_allow="rollback")
    assert "is no number of an operation" in answer.body
    assert reactions(asked) == ["eyes", "confused"]


def test_an_action_is_run_on_the_object_that_is_named_and_says_what_it_wrote(
    scene: Scene, proposed: PullRequest
) -> None:
    scene.write({"web/server.yaml": deployment("server")})
    says(scene.deploy(), ExitCode.OK)
    pull = scene.propose({"README.md": "Words.\n"}, branch="words")
    command = f"/gitops actions run {pull.head_sha[:7]} web restart Deployment server {scene.namespace}"
    ran, asked, [answer] = comment(scene, pull, command, chatops_allow="actions")
    says(ran, ExitCode.OK)
    assert "restart" in answer.body
    template = scene.get("apps/v1/deployments/server")["spec"]["template"]
    assert "kubectl.kubernetes.io/restartedAt" in template["metadata"]["annotations"]
    assert reactions(asked) == ["eyes", "rocket"]
    assert proposed.number != pull.number
