"""App of apps in a run: children are found in diff, judged like files, and compared with those of the base."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main
from tests.commands.test_base import Shop, conditions, shop
from tests.github_server.checkout import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Tools

__all__ = ["shop"]

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
CHART = "apiVersion: v2\nname: apps\nversion: 1.0.0\n"


def _app(name: str, path: str, *, project: str = "default", namespace: str = "shop", wave: str = "0") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, namespace: argocd, annotations: {{argocd.argoproj.io/sync-wave: '{wave}'}}}}\n"
        f"spec: {{project: {project}, source: {{path: {path}, targetRevision: HEAD}}, "
        f"destination: {{namespace: {namespace}}}}}\n"
    )


ROOT = _app("root", "charts/apps", namespace="argocd")
FILES = {
    "root.yaml": ROOT,
    "charts/apps/Chart.yaml": CHART,
    "charts/apps/values.yaml": "namespace: shop\nproject: default\n",
    "charts/apps/templates/web.yaml": _app(
        "web", "web", project="{{ .Values.project }}", namespace="{{ .Values.namespace }}", wave="2"
    ),
    "web/settings.yaml": CONFIG,
}


@pytest.fixture(autouse=True)
def _on_path(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tools.bin), prepend=":")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=Begin")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _diff(capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, dict[str, Any]]:
    code = main(["diff", "--no-cluster", "--output", "json", *flags])
    report = json.loads(capsys.readouterr().out)
    return code, {each["name"]: each for each in report["applications"]}


def test_a_child_that_a_chart_renders_is_an_application_of_the_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, FILES)
    code, found = _diff(capsys)
    assert (code, list(found)) == (0, ["root", "web"])
    assert found["root"]["conditions"] == []


def test_a_child_is_chosen_by_its_name_and_a_parent_without_its_children(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, {**FILES, "other.yaml": _app("other", "web")})
    assert list(_diff(capsys, "root")[1]) == ["root"]
    assert list(_diff(capsys, "web", "other", "web")[1]) == ["web", "other"]


def test_render_gives_what_the_children_render_and_not_their_documents(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, FILES)
    assert main(["render", "--no-cluster", "--output", "json"]) == 0
    objects = json.loads(capsys.readouterr().out)
    assert [(each["kind"], each["metadata"]["namespace"]) for each in objects] == [("ConfigMap", "shop")]


def test_with_apply_their_documents_are_objects_like_any_other(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, FILES)
    assert main(["render", "--no-cluster", "--output", "json", "--argocd-resources", "apply"]) == 0
    objects = json.loads(capsys.readouterr().out)
    assert [(each["kind"], each["metadata"]["name"]) for each in objects] == [("Application", "web")]


def test_applications_that_render_each_other_are_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(folder, {"a/b.yaml": _app("b", "b"), "b/a.yaml": _app("a", "a")})
    code, found = _diff(capsys)
    assert code == 2
    assert [each["message"] for each in found["a"]["conditions"]] == [
        "applications render each other in a circle: b → a → b"
    ]


def test_a_set_and_a_project_that_are_rendered_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_set = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set, namespace: argocd}\n"
        "spec:\n  generators: [{list: {elements: [{name: '{{ .Values.project }}-eu'}]}}]\n"
        "  template:\n    metadata: {name: '{{ `{{name}}` }}'}\n"
        "    spec: {project: team, source: {path: web, targetRevision: HEAD}, destination: {namespace: shop}}\n"
    )
    project = (
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team, namespace: argocd}\n"
        "spec: {sourceRepos: ['*'], destinations: [{server: '*', namespace: '*'}]}\n"
    )
    _write(folder, {**FILES, "charts/apps/templates/set.yaml": a_set, "charts/apps/templates/project.yaml": project})
    code, found = _diff(capsys)
    assert (code, list(found)) == (0, ["root", "web", "default-eu"])
    assert found["default-eu"]["conditions"] == []


def test_what_a_change_renders_is_judged_by_what_the_base_renders(shop: Shop) -> None:
    shop.write(FILES)
    session = shop.review({"charts/apps/values.yaml": "namespace: kube-system\nproject: default\n"})
    assert [(each.name, each.parent) for each in session.applications if each.parent] == [("web", ("argocd", "root"))]
    assert "this change moves the destination from in-cluster/shop to in-cluster/kube-system" in conditions(session)
    assert session.base_applications["argocd", "web"].destination.namespace == "shop"


def test_a_project_that_a_change_renders_is_a_danger_and_one_of_the_base_stays_in_force(shop: Shop) -> None:
    narrow = (
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team, namespace: argocd}\n"
        "spec: {sourceRepos: ['*'], destinations: [{server: '*', namespace: '{{ .Values.namespace }}'}]}\n"
    )
    shop.write({**FILES, "charts/apps/templates/project.yaml": narrow})
    session = shop.review(
        {
            "charts/apps/values.yaml": "namespace: kube-system\nproject: team\n",
            "charts/apps/templates/other.yaml": narrow.replace("team", "fresh"),
        }
    )
    assert "this change also edits AppProject team, which is rendered; that takes effect after the merge" in (
        session.notes
    )
    assert "danger: this change adds AppProject fresh, which is rendered: look at what it permits" in session.notes
    assert session.projects.valid["team"].destinations[0].namespace == "shop"


def test_where_the_change_touches_no_parent_the_base_has_the_same_children(shop: Shop) -> None:
    shop.write(FILES)
    session = shop.review({"web/settings.yaml": CONFIG + "data: {a: b}\n"})
    assert session.base_applications["argocd", "web"].destination.namespace == "shop"
    assert conditions(session) == []


def test_a_child_whose_file_leaves_its_namespace_out_is_one_application(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "root.yaml": _app("root", "apps", namespace="argocd"),
        "apps/kustomization.yaml": "resources: [web.yaml]\n",
        "apps/web.yaml": _app("web", "web").replace("namespace: argocd, ", ""),
        "web/settings.yaml": CONFIG,
    }
    _write(folder, files)
    code = main(["diff", "--no-cluster", "--output", "json"])
    report = json.loads(capsys.readouterr().out)
    assert (code, [(each["name"], each["file"]) for each in report["applications"]]) == (
        0,
        [("root", "root.yaml"), ("web", "apps/web.yaml")],
    )
