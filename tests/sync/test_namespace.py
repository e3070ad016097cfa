"""``CreateNamespace=true`` and ``managedNamespaceMetadata``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.resource import Resource
from gitops_action.sync.namespace import managed_namespace, namespace_task
from tests.fakes import FakeCluster
from tests.sync.example import an, compare

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject

_CREATE = ("CreateNamespace=true",)
_LIVE = Resource({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default", "labels": {"a": "theirs"}}})


def test_only_where_asked_and_where_git_has_no_manifest_of_it_syn_43_syn_46() -> None:
    assert managed_namespace(compare([an("ConfigMap", "x")])) == ""
    assert managed_namespace(compare([an("ConfigMap", "x")], sync_options=_CREATE)) == "default"
    assert managed_namespace(compare([an("Namespace", "default")], sync_options=_CREATE)) == ""
    assert managed_namespace(compare([an("Namespace", "other")], sync_options=_CREATE)) == "default"


@pytest.mark.parametrize(
    ("configured", "live", "applied"),
    [
        (None, None, {"name": "default"}),
        (None, _LIVE, None),
        (
            {"labels": {"team": "shop"}},
            None,
            {
                "name": "default",
                "labels": {"team": "shop"},
                "annotations": {"argocd.argoproj.io/sync-options": "ServerSideApply=true"},
            },
        ),
        (
            {"annotations": {"note": "x"}},
            _LIVE,
            {
                "name": "default",
                "labels": {},
                "annotations": {"note": "x", "argocd.argoproj.io/sync-options": "ServerSideApply=true"},
            },
        ),
    ],
)
def test_the_namespace_is_created_or_its_metadata_brought_up_to_date_syn_44(
    configured: JsonObject | None, live: Resource | None, applied: JsonObject | None
) -> None:
    comparison = compare(sync_options=_CREATE, namespace_metadata=configured)
    task = namespace_task(comparison, live)
    assert (task.target.metadata if task and task.target else None) == applied


def test_what_is_up_to_date_is_not_written_and_a_label_gone_from_git_is_syn_44() -> None:
    cluster = FakeCluster()
    before = compare(sync_options=_CREATE, namespace_metadata={"labels": {"team": "shop", "old": "yes"}})
    task = namespace_task(before, None)
    assert task is not None
    assert task.target is not None
    assert task.kind is not None
    live = cluster.apply(task.kind, task.target)
    assert namespace_task(before, live) is None
    after = compare(sync_options=_CREATE, namespace_metadata={"labels": {"team": "shop"}})
    task = namespace_task(after, live)
    assert task is not None
    assert task.target is not None
    assert task.kind is not None
    assert cluster.apply(task.kind, task.target).labels == {"team": "shop"}
