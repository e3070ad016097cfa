"""In a public repository a report shows what Git says, and of live only that it is not the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Application
from gitops_action.comparison.attribution import attribute
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.report.build import Findings, application_report
from gitops_action.report.model import Mode
from gitops_action.resource import Resource
from gitops_action.resource.tracking import Tracking

if TYPE_CHECKING:
    from gitops_action.report.model import ResourceReport


def deployment(image: str, replicas: int, **annotations: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
        "spec": {
            "replicas": replicas,
            "paused": False,
            "template": {"spec": {"containers": [{"name": "app", "image": image}]}},
        },
    }


def reported(
    live: dict[str, Any] | None,
    target: dict[str, Any] | None,
    *,
    base: dict[str, Any] | None = None,
    has_base: bool = True,
    hides_live: bool = True,
) -> ResourceReport:
    """Return the report of an object on which Git and live disagree."""
    there = Resource(live or target or {})
    row = ResourceComparison(
        key=there.key,
        kind=None,
        target=Resource(target) if target else None,
        live=Resource(live) if live else None,
        predicted=Resource(target) if target else None,
        status=SyncStatusCode.OUT_OF_SYNC,
        method=Method.DRY_RUN,
    )
    comparison = Comparison(
        application=Application(name="web"),
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        resources=(row,),
    )
    attributions = {there.key: attribute(base, target, live, target)} if has_base else None
    found = Findings(
        application=Application(name="web"),
        revision="c",
        before=comparison,
        attributions=attributions,
        hides_live=hides_live,
    )
    return application_report(found, Mode.DIFF).resources[0]


def test_what_the_base_said_is_shown_as_the_old_value() -> None:
    report = reported(deployment("web:1", 2), deployment("web:2", 2), base=deployment("web:1", 2))
    assert report.diff == ("@@ spec.template.spec.containers[app] @@\n-  image: web:1\n+  image: web:2\n")
    assert [(each.old, each.new) for each in report.images] == [("web:1", "web:2")]


def test_what_somebody_changed_live_is_not_shown() -> None:
    live = deployment("registry.internal/web:hotfix", 9)
    report = reported(live, deployment("web:1", 2), base=deployment("web:1", 2))
    assert report.attribution == "drift"
    assert report.diff == (
        '@@ spec @@\n-  replicas: "(changed live)"\n+  replicas: 2\n'
        '@@ spec.template.spec.containers[app] @@\n-  image: "(changed live)"\n+  image: web:1\n'
    )
    assert [(each.old, each.new) for each in report.images] == [("(changed live)", "web:1")]


def test_of_a_change_and_drift_only_the_change_has_its_old_value() -> None:
    report = reported(deployment("web:1", 9), deployment("web:2", 2), base=deployment("web:1", 2))
    assert report.change_diff == "@@ spec.template.spec.containers[app] @@\n-  image: web:1\n+  image: web:2\n"
    assert report.drift_diff == '@@ spec @@\n-  replicas: "(changed live)"\n+  replicas: 2\n'


def test_without_a_base_nobody_knows_what_was_in_git() -> None:
    report = reported(deployment("web:1", 2), deployment("web:2", 2), has_base=False)
    assert '-  image: "(changed live)"\n' in report.diff


def test_of_what_is_deleted_the_values_that_git_had_are_shown() -> None:
    live = deployment("web:1", 2, note="added by hand")
    report = reported(live, None, base=deployment("web:1", 2))
    assert '-    note: "(changed live)"\n' in report.diff
    assert "-      - image: web:1\n" in report.diff


def test_a_text_of_many_lines_is_hidden_line_by_line() -> None:
    def settings(*lines: str) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "web", "namespace": "shop"},
            "data": {"app.conf": "\n".join(lines)},
        }

    report = reported(
        settings("port=80", "host=10.1.2.3"), settings("port=80", "host=web"), base=settings("port=80", "host=web")
    )
    assert report.diff == "@@ data.app.conf @@\n   port=80\n-  (changed live)\n+  host=web\n"


@pytest.mark.parametrize("hides_live", [True, False])
def test_a_private_repository_shows_all(hides_live: bool) -> None:
    report = reported(deployment("secret-name:1", 9), deployment("web:1", 2), has_base=False, hides_live=hides_live)
    assert ("secret-name" in report.diff) is not hides_live
