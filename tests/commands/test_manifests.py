"""The manifest cache of a run: a hit only where everything is the same, never what a pull request could plant."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.cli import main
from gitops_action.commands.cache_directory import anew, for_sync
from gitops_action.commands.evaluate import render_one
from gitops_action.commands.reporting import report_of
from gitops_action.commands.session import Ports, Session, open_session
from gitops_action.errors import ApplicationError, UsageError
from gitops_action.github.events import Event
from gitops_action.inputs import parse
from gitops_action.ports import ApiCatalog, ApiKind
from gitops_action.report.model import Mode
from tests.github_server.checkout import git

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.ports import Command, Completed
    from gitops_action.rendering.context import Rendered
    from tests.conftest import Tools

KEY = "0123456789abcdef" * 2
_CHART = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/values.yaml": "replicas: 1\n",
    "web/templates/all.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n"
        "data: {replicas: '{{ .Values.replicas }}', version: '{{ .Capabilities.KubeVersion }}'}\n"
    ),
}
_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {password: hunter2}\n"


def _application(spec: str = "source: {path: web}", annotations: str = "{}") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: web, namespace: argocd, annotations: {annotations}}}\n"
        f"spec: {{{spec}, destination: {{namespace: shop}}}}\n"
    )


@dataclass
class _Clock:
    time: float = 1_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class _Counting:
    """The real process, and which programs it ran."""

    ran: list[str] = field(default_factory=list)

    def run(self, command: Command) -> Completed:
        self.ran.append(command.argv[0].rpartition("/")[2])
        return SubprocessProcess().run(command)


@dataclass
class Shelf:
    """A repository, and a cache beside it."""

    root: Path
    cache: Path
    clock: _Clock = field(default_factory=_Clock)

    def write(self, **files: str | None) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)

    def commit(self, **files: str | None) -> None:
        self.write(**files)
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message=Change")

    def session(self, *, event: str = "", **inputs: str) -> Session:
        texts = {"working-directory": str(self.root), "cache-dir": str(self.cache), "cache-key": KEY}
        texts |= {name.replace("_", "-"): text for name, text in inputs.items()}
        ports = Ports(
            process=_Counting(), workflow=connect_workflow({}, io.StringIO()), clock=self.clock, environment={}
        )
        given = parse({name: text for name, text in texts.items() if text})
        return open_session(given, Event(name=event, verb="diff"), ports)

    def render(
        self, catalog: ApiCatalog | None = None, session: Session | None = None, **inputs: str
    ) -> tuple[int, Rendered]:
        """Return how often Helm ran for the application ``web``, and what was rendered."""
        session = session or self.session(**inputs)
        scratch = self.root.parent / "scratch"
        scratch.mkdir(exist_ok=True)
        rendered = render_one(session.applications[0], session, catalog, str(scratch))
        process: Any = session.ports.process
        return process.ran.count("helm"), rendered

    def entries(self) -> list[Path]:
        return sorted(path for path in self.cache.rglob("*") if path.is_file() and path.name != ".gitignore")


@pytest.fixture
def shelf(tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("PATH", str(tools.bin), prepend=":")
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    made = Shelf(root, tmp_path / "cache")
    made.commit(**_CHART, **{"apps/web.yaml": _application()})
    return made


def _catalog(version: str = "v1.37.2", *, namespaced: bool = True) -> ApiCatalog:
    kind = ApiKind(group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=namespaced)
    return ApiCatalog(git_version=version, kinds={("v1", "ConfigMap"): kind}, preferred={kind.group_kind: kind})


def test_what_was_rendered_before_needs_no_child_process_and_is_the_same(shelf: Shelf) -> None:
    cold, first = shelf.render()
    warm, second = shelf.render()
    assert (cold, warm) == (1, 0)
    assert first == second
    assert [target.origin for target in first.targets] == [target.origin for target in second.targets]


def test_a_commit_that_touches_nothing_of_the_application_hits(shelf: Shelf) -> None:
    shelf.render()
    shelf.commit(**{"README.md": "words", "apps/other.txt": "more"})
    assert shelf.render()[0] == 0


@pytest.mark.parametrize(
    "files",
    [
        {"web/values.yaml": "replicas: 2\n"},
        {"web/templates/new.yaml": "# nothing\n"},
        {"web/templates/all.yaml": None, "web/templates/b.yaml": _CHART["web/templates/all.yaml"]},
        {"apps/web.yaml": _application("source: {path: web, helm: {releaseName: other}}")},
        {"apps/web.yaml": _application("project: default, source: {path: web, helm: {values: 'a: 1'}}")},
    ],
)
def test_any_change_of_what_it_is_rendered_from_misses_committed_or_not(
    shelf: Shelf, files: dict[str, str | None]
) -> None:
    shelf.render()
    shelf.write(**files)
    assert shelf.render()[0] == 1


def test_a_dirty_tree_leaves_nothing_that_the_commit_would_be_taken_for(shelf: Shelf) -> None:
    shelf.write(**{"web/values.yaml": "replicas: 7\n"})
    assert shelf.render()[1].targets[0].object["data"]["replicas"] == "7"
    shelf.write(**{"web/values.yaml": "replicas: 1\n"})
    assert shelf.render()[1].targets[0].object["data"]["replicas"] == "1"


def test_another_cluster_version_or_kind_misses_and_the_same_hits(shelf: Shelf) -> None:
    assert [shelf.render(_catalog())[0] for _ in range(2)] == [1, 0]
    assert shelf.render(_catalog("v1.38.0"))[0] == 1
    assert shelf.render(_catalog(namespaced=False))[0] == 1


def test_a_source_that_uses_the_revision_is_rendered_at_every_commit(shelf: Shelf) -> None:
    parameter = "source: {path: web, helm: {parameters: [{name: replicas, value: $ARGOCD_APP_REVISION}]}}"
    shelf.commit(**{"apps/web.yaml": _application(parameter)})
    assert [shelf.render()[0] for _ in range(2)] == [1, 0]
    shelf.commit(**{"README.md": "words"})
    assert shelf.render()[0] == 1


def test_the_annotation_manifest_generate_paths_narrows_no_key(shelf: Shelf) -> None:
    narrow = _application(annotations="{argocd.argoproj.io/manifest-generate-paths: /elsewhere}")
    shelf.commit(**{"apps/web.yaml": narrow})
    shelf.render()
    shelf.commit(**{"web/values.yaml": "replicas: 2\n"})
    assert shelf.render()[1].targets[0].object["data"]["replicas"] == "2"


def test_after_a_day_it_is_rendered_again(shelf: Shelf) -> None:
    shelf.render()
    shelf.clock.time += 23 * 3600
    assert shelf.render()[0] == 0
    shelf.clock.time += 3600
    assert shelf.render()[0] == 1


def test_a_hard_refresh_renders_and_replaces_what_was_there(shelf: Shelf) -> None:
    shelf.render()
    session = shelf.session()
    assert shelf.render(session=replace(session, manifests=anew(session.manifests)))[0] == 1
    assert shelf.render()[0] == 0


def test_the_annotation_refresh_hard_renders_each_time_and_normal_does_not(shelf: Shelf) -> None:
    for word, runs in (("hard", [1, 1]), ("normal", [1, 0])):
        shelf.commit(
            **{"apps/web.yaml": _application(annotations=f"{{argocd.argoproj.io/refresh: {word}}}"), "web/x": word}
        )
        assert [shelf.render()[0] for _ in range(2)] == runs


def test_sources_that_failed_three_times_are_not_tried_for_an_hour_unless_they_change(shelf: Shelf) -> None:
    shelf.commit(**{"web/templates/all.yaml": "{{ fail `broken` }}"})
    words, processes = [], []
    for _ in range(4):
        session = shelf.session()
        with pytest.raises(ApplicationError) as caught:
            shelf.render(session=session)
        words.append(caught.value.summary)
        process: Any = session.ports.process
        processes.append(process.ran.count("helm"))
    assert processes == [1, 1, 1, 0]
    assert words[3] == f"Manifest generation error (cached): {words[0]}"
    shelf.commit(**{"web/templates/all.yaml": _CHART["web/templates/all.yaml"]})
    assert shelf.render()[0] == 1


def test_a_secret_is_kept_sealed_or_not_at_all(shelf: Shelf) -> None:
    shelf.commit(**{"web/templates/all.yaml": _SECRET})
    assert [shelf.render()[0] for _ in range(2)] == [1, 0]
    assert all(b"hunter2" not in path.read_bytes() for path in shelf.entries())
    own = Shelf(shelf.root, shelf.cache.parent / "own")
    assert [own.render(cache_key="")[0] for _ in range(2)] == [1, 1]
    assert own.entries() == []


def test_an_entry_made_with_another_key_is_not_believed(shelf: Shelf) -> None:
    shelf.render()
    [mine] = shelf.entries()
    theirs = Shelf(shelf.root, shelf.cache.parent / "theirs")
    theirs.render(cache_key="f" * 32)
    mine.write_bytes(theirs.entries()[0].read_bytes())
    session = shelf.session()
    assert shelf.render(session=session)[0] == 1
    assert session.manifests is not None
    assert session.manifests.store.problems == (
        "an entry is damaged or not ours (not sealed by this `cache-key`): its application is rendered again",
    )


def test_in_a_workflow_a_folder_without_a_key_is_not_used_and_a_note_says_so(shelf: Shelf) -> None:
    for event in ("pull_request", "push", "schedule"):
        session = shelf.session(event=event, cache_key="")
        assert session.manifests is None
        assert "cache-dir is not used: without the input cache-key nobody could tell who wrote what is in it" in (
            session.notes
        )


def test_a_sync_believes_only_what_is_sealed(shelf: Shelf) -> None:
    assert for_sync(shelf.session().manifests) is not None
    assert for_sync(shelf.session(cache_key="").manifests) is None
    assert for_sync(None) is None


def test_without_a_key_a_folder_of_the_checkout_or_one_that_others_write_to_is_not_used(shelf: Shelf) -> None:
    inside = shelf.session(cache_key="", cache_dir=str(shelf.root / ".cache"))
    assert inside.manifests is None
    assert inside.notes[-1].endswith("it has to lie outside of the checkout, and nobody else may write to it")
    shelf.cache.mkdir()
    shelf.cache.chmod(0o777)
    assert shelf.session(cache_key="").manifests is None


def test_a_folder_of_the_checkout_is_used_with_a_key_and_makes_no_tree_dirty(shelf: Shelf) -> None:
    inside = str(shelf.root / ".cache")
    assert [shelf.render(cache_dir=inside)[0] for _ in range(2)] == [1, 0]
    assert shelf.session(cache_dir=inside).head.dirty == ()


def test_a_link_in_the_checkout_leads_the_cache_nowhere(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (shelf.root / ".cache").symlink_to(tmp_path / "victim")
    session = shelf.session(cache_dir=str(shelf.root / ".cache"))
    assert session.manifests is None
    assert session.notes[-1].endswith("is not used: a link of the checkout leads it elsewhere")


def test_a_key_that_can_be_guessed_and_one_without_a_folder_are_refused(shelf: Shelf) -> None:
    with pytest.raises(UsageError, match="cache-key is shorter than 32 characters"):
        shelf.session(cache_key="secret")
    with pytest.raises(UsageError, match="cache-key has no meaning without cache-dir"):
        shelf.session(cache_dir="")


def test_a_folder_that_cannot_be_used_is_a_note_and_the_run_goes_on(shelf: Shelf) -> None:
    shelf.cache.write_text("a file")
    session = shelf.session()
    assert len(shelf.render(session=session)[1].targets) == 1
    assert session.manifests is not None
    assert session.manifests.store.problems == (
        "it cannot be read (Not a directory)",
        "it cannot be written (Not a directory)",
    )


def test_each_application_is_rendered_twice_to_check_that_it_is_repeatable(shelf: Shelf) -> None:
    shelf.commit(**{"web/templates/all.yaml": _SECRET.replace("hunter2", "{{ randAlpha 9 }}")})
    runs, rendered = shelf.render(check_repeatable="true")
    assert (runs, [condition.message for condition in rendered.conditions]) == (
        2,
        ["two renderings of the same sources differ in Secret shop/web stringData.password"],
    )


def test_the_verb_refresh_compares_again(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--no-cluster", "--working-directory", str(shelf.root), "--cache-dir", str(shelf.cache))
    for hard in ((), ("--hard",)):
        assert main(["refresh", "web", *hard, *flags]) == 0
        assert "rendered, not compared with a cluster" in capsys.readouterr().out


def test_the_report_tells_how_many_renderings_the_cache_had(shelf: Shelf) -> None:
    shelf.render()
    session = shelf.session()
    shelf.render(session=session)
    report = report_of(session, mode=Mode.DIFF, applications=(), requests=0)
    assert (report.cache_hits, report.cache_misses) == (1, 0)
    session = shelf.session(cache_dir="", cache_key="")
    shelf.render(session=session)
    report = report_of(session, mode=Mode.DIFF, applications=(), requests=0)
    assert (report.cache_hits, report.cache_misses) == (0, 0)
    shelf.commit(**{"web/values.yaml": "replicas: 2\n"})
    session = shelf.session()
    shelf.render(session=session)
    report = report_of(session, mode=Mode.DIFF, applications=(), requests=0)
    assert (report.cache_hits, report.cache_misses) == (0, 1)
