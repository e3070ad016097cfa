"""What somebody types wrong on the command line, or leaves ambiguous in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

NO_CLUSTER = ("diff", "--no-cluster")


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """Return a scene with one application."""
    return scene.add("web", config_map("settings", a="1"))


def test_an_application_that_does_not_exist_lists_those_that_do(shop: Scene) -> None:
    says(
        shop.cli(*NO_CLUSTER, "wed"),
        ExitCode.USAGE,
        "error: there is no application 'wed' Applications there are: web.",
    )


def test_an_ambiguous_application_lists_its_places(shop: Scene) -> None:
    shop.write({"other/web.yaml": application("web", "elsewhere")})
    ran = shop.cli(*NO_CLUSTER, "web")
    says(
        ran,
        ExitCode.USAGE,
        "error: application 'web' is ambiguous Write one of: apps/web.yaml:web, other/web.yaml:web.",
    )
    says(
        shop.cli(*NO_CLUSTER),
        ExitCode.USAGE,
        "error: two Applications are named web: apps/web.yaml:2 and other/web.yaml:2",
        "another Application is named web as well, and each would take the other's objects",
    )
    says(shop.cli(*NO_CLUSTER, "apps/web.yaml:web"), ExitCode.OK, "1 application was rendered")


def test_two_settings_are_an_error_with_the_list(shop: Scene) -> None:
    settings = document({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": {}})
    shop.write({"a/argocd-cm.yaml": settings, "b/argocd-cm.yaml": settings})
    ran = shop.cli(*NO_CLUSTER)
    says(ran, ExitCode.USAGE, "argocd-cm", "a/argocd-cm.yaml", "b/argocd-cm.yaml", "settings")
    says(shop.cli(*NO_CLUSTER, "--settings", "b/argocd-cm.yaml"), ExitCode.OK)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--settings", "nowhere.yaml"), "input settings: nowhere.yaml is not a file of the repository"),
        (("--settings", "../outside.yaml"), "input settings: ../outside.yaml is not a file of the repository"),
        (("--settings", "apps/web.yaml"), "input settings: apps/web.yaml holds no ConfigMap argocd-cm"),
        (("--working-directory", "nowhere"), "working directory nowhere does not exist"),
        (("--parallelism", "many"), "input parallelism is 'many', not a number Write a whole number, 0 or more."),
        (("--path", "web"), "needs name and namespace as well Set `name` and `namespace`"),
        (
            ("--path", "web", "--name", "web", "--namespace", "x", "--helm-parameters", "replicas"),
            "input helm-parameters: entry 1 has no value Write `name=value`.",
        ),
        (("--colour",), "No such option '--colour'"),
    ],
)
def test_a_flag_that_cannot_be_used_is_named_with_what_to_do(
    arguments: tuple[str, ...], words: str, shop: Scene
) -> None:
    (shop.folder / "outside.yaml").write_text("{}")
    says(shop.cli(*NO_CLUSTER, *arguments), ExitCode.USAGE, words)


def test_run_on_a_desk_says_that_there_is_no_event(shop: Scene) -> None:
    says(shop.cli("run"), ExitCode.USAGE, "there is no event", "Name a verb, such as `gitops-action diff`")


def test_a_repository_without_applications_says_how_to_describe_one(scene: Scene) -> None:
    ran = scene.deploy()
    says(ran, ExitCode.OK, "No Application document was found. Describe one with the inputs `name`, `path` and")
    assert "No Application document was found" in ran.summary


def test_a_report_folder_outside_the_workspace_is_refused(shop: Scene) -> None:
    ran = shop.deploy(report_dir="../elsewhere")
    says(ran, ExitCode.USAGE, "input report-dir: ../elsewhere leaves the workspace", "relative to the workspace")
    assert not (ran.job.workspace.parent / "elsewhere").exists()


def test_one_application_without_yaml_is_described_by_inputs(scene: Scene) -> None:
    scene.write({"deploy/settings.yaml": config_map("settings", a="1")})
    described = {"name": "web", "path": "deploy", "namespace": scene.namespace}
    ran = scene.deploy(None, **described)
    says(ran, ExitCode.OK, "1 application was synced")
    assert scene.get("v1/configmaps/settings")["data"] == {"a": "1"}
    flags = [word for name, value in described.items() for word in (f"--{name}", value)]
    says(scene.cli("diff", *flags), ExitCode.OK, "Nothing changes: the application is in sync")
