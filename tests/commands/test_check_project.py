"""``check project``: the whole answer for files, as its contract says it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PROJECT = """
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: team}
spec:
  sourceRepos: ["https://github.com/acme/*"]
  destinations: [{server: "*", namespace: "team-*"}]
  namespaceResourceBlacklist: [{group: "", kind: Secret}]
"""
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  project: team
  source: {repoURL: "https://github.com/acme/web", path: web}
  destination: {server: "https://kubernetes.default.svc", namespace: team-a}
"""
RESOURCES = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a, namespace: team-a}}
---
{apiVersion: acme.io/v1, kind: Widget, metadata: {name: a, namespace: prod}}
---
{apiVersion: acme.io/v1, kind: Widget, metadata: {name: a}}
"""
CLUSTERS = """
apiVersion: v1
kind: Secret
metadata: {name: prod, labels: {argocd.argoproj.io/secret-type: cluster}}
stringData: {server: "https://prod/", name: prod}
data: {project: dGVhbQ==}
---
{apiVersion: v1, kind: Secret, metadata: {name: other}, data: {server: "%%%"}}
"""
DESTINATION = (
    "application destination server '{}' and namespace '{}' do not match any of the allowed destinations "
    "in project 'team'"
)

Run = tuple[int, Any, str]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Return what asks about these texts; each is written to a file that its flag names."""

    def run(*more: str, project: str = PROJECT, app: str = APPLICATION, resources: str = "", clusters: str = "") -> Run:
        arguments = [*more]
        for name, text in (("project", project), ("app", app), ("resources", resources)):
            if text:
                (tmp_path / f"{name}.yaml").write_text(text)
                arguments += [f"--{name}", str(tmp_path / f"{name}.yaml")]
        if clusters:
            (tmp_path / "clusters").mkdir(exist_ok=True)
            (tmp_path / "clusters/all.yaml").write_text(clusters)
            arguments += ["--clusters", str(tmp_path / "clusters")]
        code = main(["check", "project", *arguments])
        output = capsys.readouterr()
        return code, json.loads(output.out) if output.out else None, output.err.replace(f"{tmp_path}/", "")

    return run


def messages(answer: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    return [(each["condition"], each["message"]) for each in answer]


def test_an_empty_list_means_that_all_is_permitted(check: Callable[..., Run]) -> None:
    assert check() == (0, [], "")
    assert check("--exit-code") == (0, [], "")


def test_source_destination_and_namespace_of_the_application_are_invalid_spec_errors(check: Callable[..., Run]) -> None:
    app = (
        APPLICATION.replace("acme/web", "other/web").replace("team-a", "prod").replace("web}", "web, namespace: x}", 1)
    )
    code, answer, _ = check(app=app)
    assert (code, messages(answer)) == (
        0,
        [
            ("InvalidSpecError", "application 'web' in namespace 'x' is not allowed to use project team"),
            ("InvalidSpecError", "application repo https://github.com/other/web is not permitted in project 'team'"),
            ("InvalidSpecError", DESTINATION.format("https://kubernetes.default.svc", "prod")),
        ],
    )
    assert check("--exit-code", app=app)[0] == 6


def test_resources_are_judged_in_the_namespace_and_scope_that_they_will_have(check: Callable[..., Run]) -> None:
    code, answer, _ = check(resources=RESOURCES)
    assert (code, messages(answer)) == (
        0,
        [
            ("ResourceNotPermitted", "resource :Secret is not permitted in project team"),
            ("ResourceNotPermitted", "resource rbac.authorization.k8s.io:ClusterRole is not permitted in project team"),
            ("ResourceNotPermitted", "namespace prod is not permitted in project 'team'"),
            ("ResourceNotPermitted", "resource acme.io:Widget is not permitted in project team"),
        ],
    )


def test_the_applications_own_namespace_is_that_of_the_project_whatever_it_is_called(check: Callable[..., Run]) -> None:
    project = PROJECT.replace("name: team}", "name: team, namespace: gitops}")
    assert check(project=project)[1] == []
    assert len(check(project=project, app=APPLICATION.replace("name: web}", "name: web, namespace: argocd}"))[1]) == 1


def test_in_cluster_is_the_local_cluster_by_name_and_by_server(check: Callable[..., Run]) -> None:
    app = APPLICATION.replace('server: "https://kubernetes.default.svc"', "name: in-cluster")
    for entry in ("name: in-cluster", 'server: "https://kubernetes.default.svc"'):
        project = PROJECT.replace('server: "*"', entry)
        assert check(project=project)[1] == check(project=project, app=app)[1] == []
        assert check(project=project, app=app, clusters=CLUSTERS)[1] == []
    denied = PROJECT.replace("destinations: [", 'destinations: [{name: "!in-cluster", namespace: "*"}, ')
    assert len(check(project=denied)[1]) == 1


def test_cluster_secrets_tell_which_name_has_which_server(check: Callable[..., Run]) -> None:
    project = PROJECT.replace('server: "*"', 'server: "https://prod"')
    app = APPLICATION.replace('server: "https://kubernetes.default.svc"', "name: prod")
    assert messages(check(project=project, app=app)[1]) == [("InvalidSpecError", DESTINATION.format("prod", "team-a"))]
    assert check(project=project, app=app, clusters=CLUSTERS)[1] == []
    unknown = app.replace("name: prod", "name: none")
    assert messages(check(project=project, app=unknown, clusters=CLUSTERS)[1]) == [
        ("InvalidSpecError", "there are no clusters with this name: none")
    ]
    twice = CLUSTERS + "---\n" + CLUSTERS.replace("https://prod/", "https://second")
    assert messages(check(project=project, app=app, clusters=twice)[1]) == [
        ("InvalidSpecError", "there are 2 clusters with the same name: [https://prod https://second]")
    ]


def test_only_clusters_of_the_project_may_be_demanded(check: Callable[..., Run]) -> None:
    project = PROJECT + "  permitOnlyProjectScopedClusters: true\n"
    app = APPLICATION.replace('server: "https://kubernetes.default.svc"', "name: prod")
    assert check(project=project, app=app, clusters=CLUSTERS)[1] == []
    assert len(check(project=project, clusters=CLUSTERS)[1]) == 1


def test_what_is_wrong_with_the_application_itself_is_the_answer(check: Callable[..., Run]) -> None:
    app = APPLICATION.replace('svc"', 'svc", name: prod')
    assert messages(check(app=app)[1]) == [("InvalidSpecError", "spec.destination has both server and name")]


def test_several_applications_give_a_list_of_answers(check: Callable[..., Run]) -> None:
    _, answer, _ = check(app=APPLICATION + "---" + APPLICATION.replace("acme/web", "other/web"))
    assert [len(each) for each in answer] == [0, 1]


def test_standard_input_is_a_file_too(check: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(RESOURCES.encode())))
    code, answer, _ = check("--resources", "-", "--exit-code")
    assert (code, len(answer)) == (6, 4)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (
            {"project": PROJECT.replace("https://github.com/acme/*", "!*")},
            "source repository has an invalid format, '!*'",
        ),
        ({"project": PROJECT.replace('"team-*"}', '"team-*"}, {server: "*", namespace: "team-*"}')}, "already added"),
        ({"project": PROJECT + "  roles: [{name: a}, {name: a}]\n"}, "role 'a' already exists"),
        ({"project": PROJECT + "  syncWindows: [{kind: never}]\n"}, "sync window: kind 'never' mismatch"),
        ({"project": PROJECT.replace("AppProject", "Project")}, "project.yaml: no AppProject"),
        ({"project": PROJECT + "---" + PROJECT}, "project.yaml: 2 documents of kind AppProject"),
        ({"app": "kind: ["}, "app.yaml:2: while parsing"),
        ({"app": "a"}, "app.yaml:1: not a mapping"),
        ({"app": PROJECT}, "app.yaml: no Application"),
        (
            {"clusters": CLUSTERS.replace("dGVhbQ==", "team!")},
            "clusters/all.yaml:2: data.project is not base64 of a text",
        ),
    ],
)
def test_a_file_that_is_wrong_is_2_with_its_name(check: Callable[..., Run], texts: dict[str, str], says: str) -> None:
    code, answer, errors = check(**texts)
    assert (code, answer) == (2, None)
    assert says in errors


def test_a_file_that_is_not_there_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "project", "--project", "none.yaml", "--app", "none.yaml"]) == 2
    assert "none.yaml: No such file or directory" in capsys.readouterr().err


def test_an_unknown_field_is_a_warning(check: Callable[..., Run]) -> None:
    code, answer, errors = check(project=PROJECT + "  sourceRepo: []\n")
    assert (code, answer) == (0, [])
    assert errors == "warning: project.yaml:2: unknown field spec.sourceRepo has no effect\n"
