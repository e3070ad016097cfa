"""App of apps: who renders whom, each once, and no further than it makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.application.application import Application, ConditionType, Source
from gitops_action.application.family import DEPTH_LIMIT, Family, follow
from gitops_action.application.parse import parse_application
from gitops_action.resource import Resource
from gitops_action.resource.resource import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.application.discovery import Document


def _app(name: str, path: str = "", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", **metadata},
        "spec": {"source": {"repoURL": "https://example.com/shop", "path": path or name}, "destination": {}},
    }


def _file(name: str, path: str = "") -> Application:
    return parse_application(_app(name, path), file=f"apps/{name}.yaml", line=1)


def _follow(files: Sequence[Application], renders: Mapping[str, Sequence[dict[str, Any] | Resource]]) -> Family:
    def documents(applications: Sequence[Application]) -> list[list[Resource]]:
        return [
            [each if isinstance(each, Resource) else Resource(each) for each in renders.get(application.name, ())]
            for application in applications
        ]

    def expand(sets: Sequence[Document]) -> list[Application]:
        names = [name for document in sets for name in document.value["spec"]["names"]]
        return [parse_application(_app(name), file=sets[0].file, line=sets[0].line) for name in names]

    return follow(files, documents, expand)


def _tree(family: Family) -> dict[str, str]:
    return {each.name: each.parent[1] if each.parent else "" for each in family.applications}


def _said(family: Family) -> dict[str, list[str]]:
    wrong = (ConditionType.INVALID_SPEC_ERROR, ConditionType.SHARED_RESOURCE_WARNING)
    said = {each.name: [one.message for one in each.conditions if one.type in wrong] for each in family.applications}
    return {name: messages for name, messages in said.items() if messages}


def test_who_is_only_rendered_stands_after_its_parent_and_at_its_parents_place() -> None:
    family = _follow([_file("root"), _file("other")], {"root": [_app("web"), _app("shop")], "web": [_app("cache")]})
    assert _tree(family) == {"root": "", "web": "root", "cache": "web", "shop": "root", "other": ""}
    assert {(each.file, each.line) for each in family.applications if each.parent} == {("apps/root.yaml", 1)}
    assert family.followed == {("Application", "argocd", name) for name in ("web", "shop", "cache")}


def test_a_file_that_is_rendered_too_counts_once_as_it_is_rendered_at_its_own_place() -> None:
    rendered = Resource(_app("web", "patched"), Origin("apps/web.yaml", 1))
    family = _follow([_file("root"), _file("web", "plain")], {"root": [rendered]})
    root, web = family.applications
    assert (root.parent, web.parent) == (None, ("argocd", "root"))
    assert (web.sources, web.file) == ((Source(repo_url="https://example.com/shop", path="patched"),), "apps/web.yaml")


def test_a_file_without_namespace_is_the_same_whatever_namespace_its_parent_gives_it() -> None:
    rendered = Resource(_app("web", namespace="gitops"), Origin("apps/web.yaml", 1))
    assert _tree(_follow([_file("root"), _file("web")], {"root": [rendered]})) == {"root": "", "web": "root"}


def test_an_application_may_render_itself() -> None:
    family = _follow([_file("root")], {"root": [_app("root"), _app("web")]})
    assert (_tree(family), _said(family)) == ({"root": "", "web": "root"}, {})


def test_applications_that_render_each_other_are_an_error_on_each() -> None:
    family = _follow([_file("a"), _file("b"), _file("c")], {"a": [_app("b")], "b": [_app("c")], "c": [_app("a")]})
    words = ["applications render each other in a circle: a → b → c → a"]
    assert _said(family) == {"a": words, "b": words, "c": words}


def test_what_is_rendered_deeper_than_the_limit_is_an_error_and_ends_there() -> None:
    renders = {f"a{level}": [_app(f"a{level + 1}")] for level in range(50)}
    family = _follow([_file("a0")], renders)
    assert len(family.applications) == DEPTH_LIMIT + 1
    assert _said(family) == {"a10": ["applications render one another more than 10 deep, down from a0"]}


def test_two_parents_of_one_application_are_named_and_the_first_counts() -> None:
    family = _follow([_file("a"), _file("b")], {"a": [_app("web")], "b": [_app("web")]})
    assert _tree(family) == {"a": "", "web": "a", "b": ""}
    assert _said(family) == {
        "web": ["both Application a and Application b render this one; the former's counts"],
    }


def test_rendered_sets_are_expanded_and_rendered_projects_are_kept() -> None:
    a_set = {**_app("set"), "kind": "ApplicationSet", "spec": {"names": ["eu", "us"]}}
    project = {**_app("team"), "kind": "AppProject", "spec": {}}
    family = _follow([_file("root")], {"root": [a_set, project]})
    assert _tree(family) == {"root": "", "eu": "root", "us": "root"}
    assert [document.value["metadata"]["name"] for document in family.projects] == ["team"]


def test_a_rendered_application_without_a_valid_name_is_a_problem_and_the_others_go_on() -> None:
    family = _follow([_file("root")], {"root": [_app("Not A Name"), _app("web")]})
    assert _tree(family) == {"root": "", "web": "root"}
    assert [str(each).partition("\n")[0] for each in family.problems] == [
        "apps/root.yaml:1: an Application is named 'Not A Name'"
    ]


def test_its_wave_is_that_of_its_own_annotation() -> None:
    waves = {"1": 1, "-3": -3, "x": 0, "": 0, "1e3": 0}
    found = {
        text: parse_application(_app("web", annotations={"argocd.argoproj.io/sync-wave": text})).wave for text in waves
    }
    assert found == waves
