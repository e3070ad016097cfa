"""Orphans: what stands in a namespace, and nobody tracks, owns or makes by itself."""

from __future__ import annotations

from typing import Any

from gitops_action.application.project import KindPattern, OrphanedResources
from gitops_action.comparison.exclusion import ResourceExclusion
from gitops_action.comparison.orphans import OrphanRules, orphans
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.tracking import Tracking


def _live(kind: str, name: str, *, api: str = "v1", **metadata: Any) -> Resource:
    return Resource({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "shop", **metadata}})


def _found(*live: Resource, ignore: tuple[KindPattern, ...] = (), denied: str = "") -> list[str]:
    def denial(key: ResourceKey) -> str:
        return "not permitted" if key.kind == denied else ""

    rules = OrphanRules(
        project=OrphanedResources(warn=True, ignore=ignore),
        excluded=ResourceExclusion(),
        denial=denial,
        tracking=Tracking(instance="web", namespace="shop"),
    )
    return [f"{key.kind} {key.name}" for key in orphans(live, rules)]


def test_what_nobody_tracks_is_an_orphan_whoever_the_application_is() -> None:
    tracked = {"argocd.argoproj.io/tracking-id": "other:/ConfigMap:shop/mine"}
    assert _found(_live("Service", "b"), _live("ConfigMap", "a"), _live("ConfigMap", "mine", annotations=tracked)) == [
        "ConfigMap a",
        "Service b",
    ]


def test_what_an_object_owns_what_is_going_and_what_is_never_managed_is_none() -> None:
    owned = _live("Pod", "p", ownerReferences=[{"kind": "ReplicaSet", "name": "r"}])
    going = _live("ConfigMap", "c", deletionTimestamp="2026-01-01T00:00:00Z")
    assert _found(owned, going, _live("Event", "e"), _live("Lease", "l", api="coordination.k8s.io/v1")) == []


def test_what_kubernetes_makes_in_every_namespace_and_our_own_records_are_none() -> None:
    default = {"kubernetes.io/service-account.name": "default"}
    assert (
        _found(
            _live("ServiceAccount", "default"),
            _live("ConfigMap", "kube-root-ca.crt"),
            _live("Secret", "default-token-x", annotations=default),
            _live("Secret", "gitops-action.web-12345678"),
            _live("Service", "kubernetes", namespace="default"),
        )
        == []
    )
    assert _found(_live("Service", "kubernetes")) == ["Service kubernetes"]


def test_what_the_project_forbids_or_ignores_by_globs_is_none() -> None:
    live = (_live("ConfigMap", "cache-1"), _live("ConfigMap", "config"), _live("Job", "j", api="batch/v1"))
    assert _found(*live, ignore=(KindPattern(kind="ConfigMap", name="cache-*"),)) == ["ConfigMap config", "Job j"]
    assert _found(*live, ignore=(KindPattern(group="batch"),)) == ["ConfigMap cache-1", "ConfigMap config"]
    assert _found(*live, ignore=(KindPattern(group="*"),)) == []
    assert _found(*live, denied="ConfigMap") == ["Job j"]
