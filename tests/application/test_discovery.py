"""Discovery: the documents of a repository that are about Argo CD, and what is wrong with any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.files import candidates
from gitops_action.application.discovery import discover, may_hold_documents
from gitops_action.application.settings import ResourceFilter, choose_settings
from gitops_action.errors import UsageError
from gitops_action.resource.tracking import INSTANCE_LABEL, TrackingMethod

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = b"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: NAME}
spec:
  source: {repoURL: "https://github.com/acme/platform", path: web}
  destination: {namespace: shop}
"""


def application(name: str) -> bytes:
    return APPLICATION.replace(b"NAME", name.encode())


def settings(data: str) -> bytes:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: argocd-cm}}\ndata:\n{data}".encode()


def test_applications_are_found_with_their_place_also_in_files_of_many_documents() -> None:
    found = discover([("a.yaml", application("one") + b"---\n" + application("two")), ("b.yaml", b"kind: Service\n")])
    assert [(a.name, a.file, a.line) for a in found.applications] == [("one", "a.yaml", 1), ("two", "a.yaml", 8)]
    assert found.problems == ()


def test_a_file_that_cannot_be_read_is_named_and_does_not_hold_up_the_others() -> None:
    found = discover([("broken.yaml", b"apiVersion: argoproj.io/v1\nkind: [\n"), ("a.yaml", application("one"))])
    assert [a.name for a in found.applications] == ["one"]
    assert "broken.yaml" in str(found.problems[0])


def test_two_applications_of_one_name_are_a_problem_that_names_both_files() -> None:
    found = discover([("a.yaml", application("web")), ("b.yaml", application("web"))])
    assert str(found.problems[0]).startswith("two Applications are named web: a.yaml:1 and b.yaml:1")


def test_sets_of_applications_are_found_with_their_place_and_make_no_application_yet() -> None:
    applicationset = b"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\n"
    found = discover([("s.yaml", applicationset), ("a.yaml", application("web"))])
    assert [str(document) for document in found.applicationsets] == ["s.yaml:1"]
    assert [a.name for a in found.applications] == ["web"]


def test_what_a_set_generates_must_not_have_the_name_of_another_application() -> None:
    found = discover([("a.yaml", application("web"))])
    generated = discover([("s.yaml", application("web") + b"---\n" + application("api"))]).applications
    together = found.with_generated(generated)
    assert [a.name for a in together.applications] == ["web", "web", "api"]
    assert [problem.summary for problem in together.problems] == [
        "two Applications are named web: a.yaml:1 and s.yaml:1"
    ]


def test_settings_steer_tracking_and_exclusions_and_name_what_has_no_effect() -> None:
    text = settings(
        "  application.resourceTrackingMethod: annotation\n"
        "  installationID: main\n"
        "  resource.exclusions: |\n"
        "    - apiGroups: ['cilium.io']\n"
        "      kinds: ['*']\n"
        "  resource.customizations.health.acme.example_Team: return {}\n"
        "  resource.customizations.ignoreResourceUpdates.acme.example_Team: '{}'\n"
    )
    read = choose_settings(discover([("cm.yaml", text)]).settings)
    assert (read.tracking_method, read.installation_id) == (TrackingMethod.ANNOTATION, "main")
    assert read.instance_label_key == INSTANCE_LABEL
    assert read.exclusions == (ResourceFilter(api_groups=("cilium.io",), kinds=("*",)),)
    assert dict(read.customizations) == {"resource.customizations.health.acme.example_Team": "return {}"}
    assert read.warnings == (
        (
            "cm.yaml:1: setting resource.customizations.ignoreResourceUpdates.acme.example_Team"
            " has no effect in this version"
        ),
    )


def test_an_unknown_tracking_method_behaves_as_annotation() -> None:  # TRK-1
    text = settings("  application.resourceTrackingMethod: labels")
    assert choose_settings(discover([("cm.yaml", text)]).settings).tracking_method is TrackingMethod.ANNOTATION


def test_more_than_one_settings_document_is_an_error_that_lists_them() -> None:
    found = discover([("a.yaml", settings("  a: b")), ("b.yaml", settings("  a: b"))])
    with pytest.raises(UsageError, match="more than one ConfigMap argocd-cm") as error:
        choose_settings(found.settings)
    assert error.value.detail == "a.yaml:1\nb.yaml:1"


def test_exclusions_that_are_no_list_are_an_error_naming_file_and_key() -> None:
    found = discover([("cm.yaml", settings("  resource.exclusions: 'all: true'"))])
    with pytest.raises(UsageError, match=r"cm.yaml:1: resource.exclusions is not a list of mappings"):
        choose_settings(found.settings)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for path, text in {
        "apps/web.yaml": application("web"),
        "apps/deep/api.yml": application("api"),
        "web/deployment.yaml": b"kind: Deployment\n",
        "chart/Chart.yaml": b"name: c\n",
        "chart/templates/app.yaml": application("{{ .Values.name }}"),
        ".git/config.yaml": application("git"),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text)
    return tmp_path


def test_without_globs_every_file_that_looks_like_one_counts_but_charts_templates(repository: Path) -> None:
    found = [path for path, _ in candidates(repository, repository, (), may_hold_documents)]
    assert sorted(found) == ["apps/deep/api.yml", "apps/web.yaml"]


def test_globs_choose_the_files(repository: Path) -> None:
    assert [path for path, _ in candidates(repository, repository, ("apps/*.yaml",), may_hold_documents)] == [
        "apps/web.yaml"
    ]


@pytest.mark.parametrize(
    ("glob", "says"), [("none/*.yaml", "no file matches"), ("../*.yaml", "leaves the repository"), ("/etc/*", "leaves")]
)
def test_a_glob_that_matches_nothing_or_leaves_the_repository_is_an_error(
    repository: Path, glob: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        list(candidates(repository, repository, (glob,), may_hold_documents))


def test_a_link_out_of_the_repository_is_not_followed(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_bytes(application("outside"))
    (repository / "apps/link.yaml").symlink_to(outside)
    found = [path for path, _ in candidates(repository, repository, ("apps/*.yaml",), may_hold_documents)]
    assert found == ["apps/web.yaml"]


def test_what_is_wrong_in_a_document_is_said_with_its_own_line() -> None:
    text = (
        b"# several\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n"
        b"  sources:\n    - path: web\n      helm:\n        valuesFile: x\n        skipCrds: perhaps\n"
    )
    [web] = discover([("apps/web.yaml", text)]).applications
    assert [(each.message, each.remedy) for each in web.conditions] == [
        ("spec.sources[0].helm.skipCrds is a string, not a boolean", "Correct the field in apps/web.yaml:11."),
        (
            "apps/web.yaml:10: unknown field spec.sources[0].helm.valuesFile has no effect",
            "Remove the field, or correct its spelling.",
        ),
    ]
