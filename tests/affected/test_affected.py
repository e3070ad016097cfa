"""From changes to the applications that they touch, and on to the jobs of a matrix."""

from __future__ import annotations

import json

import pytest

from gitops_action.affected.affected import Affected, Changes, Reason, affected
from gitops_action.affected.application import SETTINGS, DependencyReader
from gitops_action.affected.dependencies import Dependencies, DocumentKey, Selection
from gitops_action.affected.documents import changed_documents
from gitops_action.affected.rules import ValueFileGlob
from gitops_action.affected.shards import matrix, shards, unique_names
from gitops_action.application.application import Application
from gitops_action.errors import UsageError
from tests.affected.memory_tree import MemoryTree, plain

_FILES = {"web/web.yaml": "", "db/db.yaml": ""}
_APPLICATIONS = (plain("web", "web"), plain("db", "db"))


def _affected(changes: Changes) -> list[str]:
    found = affected(_APPLICATIONS, changes, DependencyReader(MemoryTree(_FILES)).read)
    return [f"{each.application.name}: {'; '.join(map(str, each.reasons))}" for each in found]


def test_an_application_has_all_its_reasons_and_its_description_comes_first() -> None:
    changes = Changes(
        paths=("db/a.yaml", "web/a.yaml", "web/b.yaml", "z/web.yaml"),
        documents={DocumentKey("Application", "argocd", "web"): "z/web.yaml"},
    )

    assert _affected(changes) == [
        "web: z/web.yaml (its Application); web/a.yaml (a manifest of web); web/b.yaml (a manifest of web)",
        "db: db/a.yaml (a manifest of db)",
    ]


def test_settings_and_what_is_everywhere_touch_every_application() -> None:
    settings = Changes(paths=("argocd.yaml",), documents={SETTINGS: "argocd.yaml"})
    everywhere = Changes(paths=("out",), everywhere={"out": "a link that leads out of the repository"})

    assert _affected(settings) == [f"{name}: argocd.yaml (Argo CD's settings)" for name in ("web", "db")]
    assert _affected(everywhere) == [f"{name}: out (a link that leads out of the repository)" for name in ("web", "db")]


def test_a_project_touches_its_applications_alone() -> None:
    assert len(_affected(Changes(documents={DocumentKey("AppProject", "", "default"): "p.yaml"}))) == 2
    assert _affected(Changes(documents={DocumentKey("AppProject", "", "other"): "p.yaml"})) == []


def test_a_changed_path_above_a_dependency_counts_such_as_a_submodule_or_what_was_a_link() -> None:
    app = plain("web", "vendor/web/deploy")

    found = affected([app], Changes(paths=("vendor/web",)), DependencyReader(MemoryTree({})).read)

    assert found == (Affected(application=app, reasons=(Reason("vendor/web", "parameters of its source"),)),)


def test_a_submodule_below_a_directory_that_is_read_with_subdirectories_counts() -> None:
    dependencies = Dependencies(globs=(Selection(directory="web", rule=ValueFileGlob.of("**/*.yaml"), why="values"),))
    changes = Changes(paths=("web/vendor",), containers=frozenset({"web/vendor"}))

    assert affected([plain("web", "web")], changes, lambda _: dependencies)
    assert not affected([plain("web", "web")], Changes(paths=("web/vendor",)), lambda _: dependencies)


def test_gitattributes_say_how_the_files_beside_and_below_are_checked_out() -> None:
    assert [line.partition(":")[0] for line in _affected(Changes(paths=(".gitattributes",)))] == ["web", "db"]
    assert [line.partition(":")[0] for line in _affected(Changes(paths=("web/.gitattributes",)))] == ["web"]
    assert _affected(Changes(paths=("web/deep/.gitattributes",))) == []


def test_an_application_of_a_set_depends_on_what_the_caller_adds() -> None:
    of_set = Dependencies(
        documents={DocumentKey("ApplicationSet", "", "all"): "its ApplicationSet all"},
        globs=(Selection(directory="clusters", rule=ValueFileGlob.of("*.json"), why="a generator of all reads it"),),
    )
    reader = DependencyReader(MemoryTree(_FILES))

    found = affected(
        [plain("web", "web")], Changes(paths=("clusters/new.json",)), lambda app: reader.read(app) | of_set
    )

    assert [str(reason) for each in found for reason in each.reasons] == [
        "clusters/new.json (a generator of all reads it)"
    ]


_WEB = "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
_DB = "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: db, namespace: team}\n"
_CM = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\n"


def test_of_a_file_of_many_documents_only_the_edited_ones_count() -> None:
    before = (_WEB + _DB + _CM).encode()
    after = (_DB + _WEB + "spec: {project: shop}\n" + _CM).encode()

    assert changed_documents("a.yaml", before, after) == {DocumentKey("Application", "argocd", "web")}
    assert changed_documents("a.yaml", before, None) == {
        DocumentKey("Application", "argocd", "web"),
        DocumentKey("Application", "team", "db"),
        SETTINGS,
    }


def test_a_version_that_cannot_be_read_holds_no_documents() -> None:
    assert changed_documents("a.yaml", _CM.encode(), b"argocd-cm: [") == {SETTINGS}
    assert changed_documents("a.yaml", None, b"- argocd-cm\n--- argocd-cm") == frozenset()


def test_shards_are_balanced_and_the_same_whatever_the_order() -> None:
    names = ["e", "a", "d", "b", "c"]

    assert matrix(shards(names, 2)) == {
        "include": [
            {"shard": 1, "applications": "a b c", "count": 3},
            {"shard": 2, "applications": "d e", "count": 2},
        ]
    }
    assert shards(names, 2) == shards(sorted(names), 2)
    assert [len(job.applications) for job in shards(names, 256)] == [1, 1, 1, 1, 1]
    assert json.dumps(matrix(shards([], 3))) == '{"include": []}'


def test_a_name_that_two_applications_have_is_told_apart_by_its_file() -> None:
    first, second = Application(name="web", file="a.yaml"), Application(name="web", file="b.yaml", namespace="team")

    assert unique_names([first, plain("db", "db")], [first, second, plain("db", "db")]) == ("a.yaml:web", "db")


def test_a_files_name_that_a_shell_would_run_never_reaches_a_matrix() -> None:
    hostile = Application(name="web", file="$(id).yaml")

    with pytest.raises(UsageError, match="cannot stand in a matrix"):
        unique_names([hostile], [hostile, Application(name="web", namespace="team")])
