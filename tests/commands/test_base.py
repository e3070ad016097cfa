"""A change is judged by its base: it cannot loosen its own review."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.settings import ResourceFilter, Settings
from gitops_action.commands.base import base_commit
from gitops_action.commands.reporting import report_of
from gitops_action.commands.session import Ports, Session, open_session
from gitops_action.errors import UsageError
from gitops_action.github.events import Event, read_event
from gitops_action.inputs import from_environment, parse
from gitops_action.ports import Head
from gitops_action.report.model import Mode
from gitops_action.resource.tracking import TrackingMethod
from tests.e2e.scene import application, config_map, document
from tests.github_server.checkout import GitRepository, git
from tests.github_server.job import (
    merge_group_job,
    open_pull_request,
    pull_request_job,
    push_job,
    serve_repository,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.scene import Scene
    from tests.github_server.job import Job
    from tests.github_server.server import GitHubServer
    from tests.github_server.state import PullRequest

ALL = "- kinds: ['*']\n"
EVIL_HEALTH = {"resource.customizations.health.apps_Deployment": "return {status = 'Healthy'}"}
NO_JOBS = (ResourceFilter(kinds=("Job",)),)


def settings(**data: str) -> str:
    content = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": data}
    return document({**content, "data": {name.replace("__", "."): text for name, text in data.items()}})


def exclusions(text: str) -> str:
    return settings(resource__exclusions=text)


@dataclass
class Shop:
    """A repository on GitHub with one application, and jobs on it."""

    github: GitHubServer
    git: GitRepository
    folder: Path
    jobs: int = 0

    def write(self, files: Mapping[str, str | None]) -> None:
        self.git.commit(files, message="Change", branch="main")

    def propose(self, files: Mapping[str, str | None], *, fork: str = "") -> PullRequest:
        self.git.commit(files, message="Propose", branch="change", start="main")
        git(self.git.path, "checkout", "--quiet", "main")
        return open_pull_request(self.github, "change", fork=fork)

    def review(self, files: Mapping[str, str | None], **inputs: str) -> Session:
        """Return the session of a pull request that changes these files, checked out with depth 1."""
        return self.open(self.job(self.propose(files)), **inputs)

    def job(self, pull: PullRequest, **options: Any) -> Job:
        self.jobs += 1
        return pull_request_job(self.github, pull, self.folder / f"job-{self.jobs}", **options)

    def open(self, job: Job, *, base: str = "", **inputs: str) -> Session:
        environ = job.environ | {f"INPUT_{name.upper().replace('_', '-')}": text for name, text in inputs.items()}
        texts, _ = from_environment(environ)
        payload = orjson.loads(Path(environ["GITHUB_EVENT_PATH"]).read_bytes())
        event = read_event(environ, payload, command=texts.get("command", "auto"))
        ports = Ports(
            process=SubprocessProcess(),
            workflow=connect_workflow(environ, io.StringIO()),
            clock=SystemClock(),
            environment=environ,
        )
        texts["working-directory"] = str(job.workspace / texts.get("working-directory", "."))
        return open_session(parse(texts), event, ports, base=base)

    def forget(self) -> None:
        """Let the server forget every commit, as if the token could read none."""
        self.git.path.rename(self.folder / "moved")
        GitRepository.create(self.git.path, {"README.md": "Another repository.\n"})


@pytest.fixture
def shop(github_server: GitHubServer, tmp_path: Path) -> Shop:
    repository = GitRepository.create(tmp_path / "server", {"apps/web.yaml": application("web", "shop")})
    serve_repository(github_server, repository.path)
    return Shop(github=github_server, git=repository, folder=tmp_path)


# --- settings -------------------------------------------------------------------------------------------------------


def test_settings_that_a_pull_request_adds_take_no_effect_on_it(shop: Shop) -> None:
    session = shop.review({"argocd-cm.yaml": exclusions(ALL)})

    assert session.settings == Settings()
    assert session.notes == ("this change also edits the settings (argocd-cm.yaml); they take effect after the merge",)


def test_settings_that_a_pull_request_edits_stay_those_of_the_base(shop: Shop) -> None:
    shop.write({"argocd-cm.yaml": exclusions("- kinds: [Job]\n")})

    session = shop.review(
        {
            "argocd-cm.yaml": settings(
                resource__exclusions=ALL, application__resourceTrackingMethod="label", **EVIL_HEALTH
            )
        }
    )

    assert session.settings.exclusions == NO_JOBS
    assert session.settings.tracking_method is TrackingMethod.ANNOTATION_AND_LABEL
    assert session.settings.customizations == {}
    assert session.notes == ("this change also edits the settings (argocd-cm.yaml); they take effect after the merge",)


def test_settings_that_a_pull_request_deletes_or_moves_out_of_sight_stay_in_force(shop: Shop) -> None:
    shop.write({"config/templates/argocd-cm.yaml": exclusions("- kinds: [Job]\n")})
    note = "this change also edits the settings (config/templates/argocd-cm.yaml); they take effect after the merge"

    deleted = shop.review({"config/templates/argocd-cm.yaml": None})
    hidden = shop.review({"config/Chart.yaml": "name: hides-the-templates\n"})

    for session in (deleted, hidden):
        assert session.settings.exclusions == NO_JOBS
        assert session.notes == (note,)


def test_settings_that_a_pull_request_leaves_alone_are_no_news_wherever_they_move(shop: Shop) -> None:
    shop.write({"argocd-cm.yaml": exclusions("- kinds: [Job]\n")})

    session = shop.review({"argocd-cm.yaml": None, "settings/argocd-cm.yaml": exclusions("- kinds: [Job]\n")})

    assert (session.settings.exclusions, session.notes) == (NO_JOBS, ())


def test_the_file_of_input_settings_is_read_from_the_base_too(shop: Shop) -> None:
    shop.write({"a.yaml": exclusions("- kinds: [Job]\n"), "b.yaml": exclusions("- kinds: [Pod]\n")})

    session = shop.review({"a.yaml": exclusions(ALL)}, settings="./a.yaml")

    assert session.settings.exclusions == NO_JOBS


def test_settings_of_a_change_that_would_fail_after_the_merge_fail_now(shop: Shop) -> None:
    with pytest.raises(UsageError, match=r"resource\.exclusions is not a list of mappings"):
        shop.review({"argocd-cm.yaml": exclusions("everything")})
    with pytest.raises(UsageError, match="more than one ConfigMap argocd-cm"):
        shop.review({"a.yaml": exclusions(ALL), "b.yaml": exclusions(ALL)})


def test_a_merge_group_is_judged_by_the_commit_that_it_goes_onto(shop: Shop) -> None:
    pull = shop.propose({"argocd-cm.yaml": exclusions(ALL)})

    session = shop.open(merge_group_job(shop.github, pull, shop.folder / "queue"))

    assert (session.base, session.settings) == (pull.base_sha, Settings())
    assert list(session.base_applications) == [("argocd", "web")]


def test_pull_request_target_is_judged_by_the_base_of_the_event(shop: Shop) -> None:
    pull = shop.propose({"argocd-cm.yaml": exclusions(ALL)})

    session = shop.open(shop.job(pull, event="pull_request_target"))

    assert (session.base, session.settings) == (pull.base_sha, Settings())


def test_a_fork_is_judged_by_the_base_as_well(shop: Shop) -> None:
    session = shop.open(shop.job(shop.propose({"argocd-cm.yaml": exclusions(ALL)}, fork="somebody/shop")))

    assert session.settings == Settings()


@pytest.mark.parametrize("verb", ["diff", "refresh", "hard-refresh", "rollback", "action", "doctor"])
def test_whatever_else_is_done_with_a_pull_request_goes_by_its_base(shop: Shop, verb: str) -> None:
    session = shop.review({"argocd-cm.yaml": exclusions(ALL)}, command=verb)

    assert session.settings == Settings()
    assert session.base == session.head.parents[0]


@pytest.mark.parametrize("verb", ["sync", "drift"])
def test_what_reviews_nothing_goes_by_the_checked_out_commit(shop: Shop, verb: str) -> None:
    shop.write({"argocd-cm.yaml": exclusions(ALL)})

    session = shop.open(push_job(shop.github, shop.folder / "push"), command=verb)

    assert session.settings.exclusions == (ResourceFilter(kinds=("*",)),)
    assert (session.base, session.history, session.base_applications, session.notes) == ("", None, {}, ())
    assert shop.github.git_requests == []


# --- which commit ---------------------------------------------------------------------------------------------------

REVIEW = Event(name="pull_request", verb="diff", head_sha="head", base_sha="tip")


@pytest.mark.parametrize(
    ("event", "head", "expected"),
    [
        (REVIEW, Head(commit="merge", parents=("before", "head")), "before"),
        (REVIEW, Head(commit="head", parents=("older",)), "tip"),
        (REVIEW, Head(commit="merge", parents=("before", "another")), "tip"),
        (REVIEW, Head(commit="merge"), "tip"),
        (REVIEW, Head(commit="crafted", parents=("evil", "head")), "tip"),
        (
            Event(name="pull_request_target", verb="diff", head_sha="head", base_sha="tip"),
            Head(commit="merge", parents=("evil", "head")),
            "tip",
        ),
        (
            Event(name="merge_group", verb="diff", head_sha="merge", base_sha="queue"),
            Head(commit="merge", parents=("earlier", "merge")),
            "queue",
        ),
    ],
    ids=["test merge", "head alone", "of another head", "no parents", "pushed by the author", "target", "queue"],
)
def test_the_base_is_what_the_test_merge_went_onto_or_else_what_the_event_says(
    event: Event, head: Head, expected: str
) -> None:
    assert base_commit(event, head, "merge") == expected


def test_the_base_of_the_report_is_what_the_change_was_merged_onto_not_what_the_event_says(shop: Shop) -> None:
    pull = shop.propose({"web/a.yaml": config_map("a")})
    pull.base_sha = "0" * 40
    session = shop.open(shop.job(pull))

    report = report_of(session, mode=Mode.DIFF, applications=(), requests=0)

    assert report.base == session.base == shop.git.resolve("main")


def test_a_checkout_of_the_head_is_judged_by_the_events_base(shop: Shop) -> None:
    pull = shop.propose({"argocd-cm.yaml": exclusions(ALL)})
    job = shop.job(pull)
    git(job.workspace, "fetch", "--quiet", "--depth=1", f"file://{shop.git.path}", pull.head_sha)
    git(job.workspace, "checkout", "--quiet", pull.head_sha)

    session = shop.open(job)

    assert (session.head.commit, session.base, session.settings) == (pull.head_sha, pull.base_sha, Settings())


# --- no base --------------------------------------------------------------------------------------------------------


def test_without_a_base_the_defaults_are_in_force_and_a_note_says_why(shop: Shop) -> None:
    job = shop.job(shop.propose({"argocd-cm.yaml": exclusions(ALL)}))
    shop.forget()

    session = shop.open(job)

    assert session.settings == Settings()
    assert (session.history, session.base_applications) == (None, {})
    [note] = session.notes
    assert note.startswith(f"no base: commit {session.base} cannot be read: ")
    assert "The default settings are in force, not those in argocd-cm.yaml. Let actions/checkout fetch" in note
    assert "fetch-depth: 2" in note
    assert job.environ["INPUT_GITHUB-TOKEN"] not in note
    assert [(condition.type.value, condition.message) for condition in session.applications[0].conditions] == [
        (
            "DangerWarning",
            "compared by the default settings: whether argocd-cm.yaml is this change's own cannot be told",
        )
    ]


def test_without_a_base_and_without_settings_the_run_goes_on_with_a_note(shop: Shop) -> None:
    job = shop.job(shop.propose({"web/a.yaml": config_map("a")}))
    shop.forget()

    session = shop.open(job)

    assert [note.partition(":")[0] for note in session.notes] == ["no base"]
    assert [(each.name, each.conditions) for each in session.applications] == [("web", ())]


@pytest.mark.parametrize(
    "data",
    [
        {"application__resourceTrackingMethod": "label"},
        {"application__instanceLabelKey": "mine"},
        {"installationID": "two"},
    ],
    ids=["method", "label", "installation"],
)
def test_without_a_base_another_tracking_ends_the_run_for_it_could_hide_what_is_pruned(
    shop: Shop, data: dict[str, str]
) -> None:
    shop.write({"argocd-cm.yaml": settings(**data)})
    job = shop.job(shop.propose({"web/a.yaml": config_map("a")}))
    shop.forget()

    with pytest.raises(UsageError, match=r"nothing else vouches for how argocd-cm\.yaml:2 tracks objects") as caught:
        shop.open(job)
    assert "fetch-depth: 2" in caught.value.remedy


def test_with_depth_two_nothing_has_to_be_fetched(shop: Shop) -> None:
    shop.write({"argocd-cm.yaml": settings(application__resourceTrackingMethod="label")})
    job = shop.job(shop.propose({"argocd-cm.yaml": exclusions(ALL)}), depth=2)
    shop.forget()

    session = shop.open(job)

    assert session.settings == Settings(tracking_method=TrackingMethod.LABEL)
    assert shop.github.git_requests == []


def test_a_base_whose_settings_are_not_valid_counts_as_unreadable_so_that_they_can_be_repaired(shop: Shop) -> None:
    shop.write({"argocd-cm.yaml": exclusions("everything")})

    session = shop.review({"argocd-cm.yaml": exclusions(ALL)})

    assert session.settings == Settings()
    assert session.notes[0].startswith("no base: argocd-cm.yaml:2: resource.exclusions is not a list of mappings")


# --- applications ---------------------------------------------------------------------------------------------------


def conditions(session: Session) -> list[str]:
    return [condition.message for each in session.applications for condition in each.conditions]


def test_an_application_that_moves_to_another_project_or_destination_says_from_where(shop: Shop) -> None:
    moved = application("web", "prod").replace("project: default", "project: admins")

    session = shop.review({"apps/web.yaml": moved})

    assert conditions(session) == [
        "this change moves the project from default to admins",
        "this change moves the destination from in-cluster/shop to in-cluster/prod",
        "Application referencing project admins which does not exist",
    ]
    assert [condition.type.value for condition in session.applications[0].conditions] == [
        "DangerWarning",
        "DangerWarning",
        "InvalidSpecError",
    ]
    assert session.base_applications["argocd", "web"].destination.namespace == "shop"


def test_an_application_that_is_new_or_stays_where_it_is_moves_nowhere(shop: Shop) -> None:
    session = shop.review(
        {"apps/new.yaml": application("new", "prod"), "apps/web.yaml": None, "web.yaml": application("web", "shop")}
    )

    assert conditions(session) == []
    assert {each.name for each in session.applications} == {"new", "web"}


def test_on_the_command_line_the_base_is_what_the_user_names_and_the_settings_are_the_checked_out_ones(
    shop: Shop,
) -> None:
    shop.write({"argocd-cm.yaml": exclusions(ALL), "apps/web.yaml": application("web", "prod")})
    event, inputs = Event(name="", verb=""), parse({"working-directory": str(shop.git.path)})
    ports = Ports(
        process=SubprocessProcess(), workflow=connect_workflow({}, io.StringIO()), clock=SystemClock(), environment={}
    )

    session = open_session(inputs, event, ports, base="main~1")

    assert session.base == shop.git.resolve("main~1")
    assert session.settings.exclusions == (ResourceFilter(kinds=("*",)),)
    assert conditions(session) == ["this change moves the destination from in-cluster/shop to in-cluster/prod"]
    assert open_session(inputs, event, ports).base == ""
    with pytest.raises(UsageError, match="'nowhere' names no commit of this checkout"):
        open_session(inputs, event, ports, base="nowhere")


# --- the whole ------------------------------------------------------------------------------------------------------


def test_a_pull_request_that_excludes_every_kind_is_compared_all_the_same(scene: Scene) -> None:
    scene.add("web", config_map("a", key="1"))
    scene.deploy()

    ran = scene.preview(
        scene.propose({"argocd-cm.yaml": exclusions(ALL), "web/manifests.yaml": config_map("a", key="2")})
    )

    assert ran.outputs.get("sync-status") == "OutOfSync", ran.log
    assert ran.report["base"] == scene.git.resolve("main")
    assert ran.report["notes"] == [
        "this change also edits the settings (argocd-cm.yaml); they take effect after the merge"
    ]
    assert "take effect after the merge" in ran.comments[0].body
