"""An application whose project warns of orphans names them, with the kinds that could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.application.project import AppProject, OrphanedResources
from gitops_action.application.projects import Projects
from gitops_action.commands.evaluate import Evaluation
from gitops_action.commands.orphans import with_orphans
from gitops_action.comparison.exclusion import NOTHING_SET
from gitops_action.errors import Forbidden
from gitops_action.resource.tracking import Tracking
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from gitops_action.commands.session import Session


@dataclass
class _Place:
    cluster: FakeCluster = field(default_factory=FakeCluster)

    def put(self, *names: str) -> None:
        for name in names:
            self.cluster.put(
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}}
            )

    def said(self, orphaned: OrphanedResources | None, namespace: str = "default") -> list[str]:
        project = AppProject(name="team", orphaned_resources=orphaned)
        session = cast("Session", SimpleNamespace(projects=Projects(valid={"team": project})))
        application = Application(name="web", project="team", destination=Destination(namespace=namespace))
        found = with_orphans(
            Evaluation(application=application, cluster=self.cluster),
            session,
            Tracking(instance="web", namespace=namespace),
            NOTHING_SET,
        )
        return [condition.message for condition in found.conditions]


@pytest.fixture
def place() -> _Place:
    return _Place()


def test_orphans_are_named_where_the_project_warns_of_them(place: _Place) -> None:
    place.put("b", "a")
    assert place.said(OrphanedResources(warn=True)) == [
        "Application has 2 orphaned resources: ConfigMap a, ConfigMap b"
    ]


def test_nothing_is_asked_where_no_project_wants_to_know(place: _Place) -> None:
    place.put("a")
    for orphaned in (None, OrphanedResources()):
        assert place.said(orphaned) == []
    assert place.said(OrphanedResources(warn=True), namespace="") == []
    assert place.cluster.calls == []


def test_twenty_are_named_and_the_others_counted(place: _Place) -> None:
    place.put(*(f"c{number:02}" for number in range(25)))
    [message] = place.said(OrphanedResources(warn=True))
    assert message.startswith("Application has 25 orphaned resources: ConfigMap c00, ")
    assert message.endswith("ConfigMap c19, and 5 more")


def test_kinds_that_may_not_be_listed_are_said(place: _Place) -> None:
    def forbid(call: Any) -> None:
        if call.verb == "list" and call.kind == "Secret":
            raise Forbidden("secrets is forbidden", status=403, reason="Forbidden")

    place.put("a")
    place.cluster.before = forbid
    assert place.said(OrphanedResources(warn=True)) == [
        "Application has 1 orphaned resources: ConfigMap a; 1 kinds could not be listed, such as Secret"
    ]
