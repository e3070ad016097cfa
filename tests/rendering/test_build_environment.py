from __future__ import annotations

import pytest

from gitops_action.application.application import Application, Destination, Source
from gitops_action.rendering.build_environment import build_environment, instance_name, substitute

VARIABLES = {"ARGOCD_APP_NAME": "web", "ARGOCD_APP_REVISION": "9b71e04c0ffee"}


def test_the_build_environment_has_argo_cds_variables() -> None:
    application = Application(
        name="web", namespace="team-a", destination=Destination(namespace="shop"), project="store"
    )
    source = Source(repo_url="https://github.com/acme/shop", path="apps/web", target_revision="main")

    assert build_environment(application, source, "9b71e04c0ffee") == {
        "ARGOCD_APP_NAME": "team-a_web",
        "ARGOCD_APP_NAMESPACE": "shop",
        "ARGOCD_APP_PROJECT_NAME": "store",
        "ARGOCD_APP_REVISION": "9b71e04c0ffee",
        "ARGOCD_APP_REVISION_SHORT": "9b71e04",
        "ARGOCD_APP_REVISION_SHORT_8": "9b71e04c",
        "ARGOCD_APP_SOURCE_REPO_URL": "https://github.com/acme/shop",
        "ARGOCD_APP_SOURCE_PATH": "apps/web",
        "ARGOCD_APP_SOURCE_TARGET_REVISION": "main",
    }


def test_an_application_of_the_control_plane_goes_by_its_plain_name_trk_5() -> None:
    assert instance_name(Application(name="web", namespace="argocd")) == "web"
    assert instance_name(Application(name="web", namespace="gitops"), "gitops") == "web"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$ARGOCD_APP_NAME", "web"),
        ("x-${ARGOCD_APP_NAME}-y", "x-web-y"),
        ("$ARGOCD_APP_NAME.yaml", "web.yaml"),
        ("costs $$5", "costs $5"),
        ("$$ARGOCD_APP_NAME", "$ARGOCD_APP_NAME"),
        ("[$UNKNOWN]", "[]"),
        ("[${UNKNOWN}]", "[]"),
        ("[${}]", "[]"),
        ("a$", "a$"),
        ("a$ b", "a$ b"),
        ("$1x", "x"),
        ("no variables", "no variables"),
    ],
)
def test_substitution_is_the_shells_without_its_defaults(text: str, result: str) -> None:
    assert substitute(text, VARIABLES) == result


def test_the_variables_of_our_own_process_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_planted")

    assert substitute("$GITHUB_TOKEN${GITHUB_TOKEN}$HOME", VARIABLES) == ""
