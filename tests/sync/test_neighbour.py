"""Argo CD beside us: which live Application is in the way of a sync, and what its controller wrote since the last."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.application.application import Application, Destination, Source
from gitops_action.resource import Resource
from gitops_action.sync.neighbour import argocd_warnings, automated_twin, twin_refusal, written_by_argocd
from tests.sync.example import an, compare

SERVER = "https://cluster.example:6443"
WEB = Application(
    name="web",
    sources=(Source(repo_url="https://github.com/acme/shop.git", path="apps/web"),),
    destination=Destination(server="https://kubernetes.default.svc", namespace="shop"),
)


def live(**changes: Any) -> Resource:
    spec: dict[str, Any] = {
        "source": {"repoURL": "git@github.com:acme/shop", "path": "apps/web/"},
        "destination": {"name": "in-cluster", "namespace": "shop"},
        "syncPolicy": {"automated": {}},
    }
    annotations = changes.pop("annotations", {})
    return Resource(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "other-name", "namespace": "argocd", "annotations": annotations},
            "spec": spec | changes,
        }
    )


_HTTPS = {"repoURL": "https://GitHub.com/acme/shop", "path": "apps/web"}


@pytest.mark.parametrize(
    ("changes", "is_twin"),
    [
        pytest.param({}, True, id="the same repository over ssh"),
        pytest.param({"source": _HTTPS}, True, id="the same source, spelt otherwise"),
        pytest.param(
            {"source": None, "sources": [{"repoURL": "https://x", "path": "a"}, _HTTPS]}, True, id="one of many"
        ),
        pytest.param(
            {"source": _HTTPS, "destination": {"server": SERVER, "namespace": "shop"}}, True, id="the cluster by URL"
        ),
        pytest.param({"source": _HTTPS | {"path": "apps/api"}}, False, id="another path"),
        pytest.param({"source": _HTTPS | {"repoURL": "https://github.com/acme/else"}}, False, id="another repository"),
        pytest.param(
            {"source": _HTTPS, "destination": {"name": "in-cluster", "namespace": "test"}},
            False,
            id="another namespace",
        ),
        pytest.param(
            {"source": _HTTPS, "destination": {"name": "elsewhere", "namespace": "shop"}}, False, id="another cluster"
        ),
        pytest.param({"source": _HTTPS, "syncPolicy": {}}, False, id="not automated"),
        pytest.param({"source": _HTTPS, "syncPolicy": {"automated": {"enabled": False}}}, False, id="switched off"),
        pytest.param(
            {"source": _HTTPS, "annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}, False, id="paused"
        ),
        pytest.param(
            {"source": "nonsense", "destination": 1, "syncPolicy": []}, False, id="nothing that is understood"
        ),
    ],
)
def test_an_automated_application_with_our_source_and_destination_is_in_the_way(
    changes: dict[str, Any], *, is_twin: bool
) -> None:
    found = live(**changes)
    assert automated_twin(WEB, [found], server=SERVER) is (found if is_twin else None)


def test_a_source_without_a_url_is_this_repository_and_only_its_path_is_compared() -> None:
    described = Application(name="web", sources=(Source(path="apps/web"),), destination=WEB.destination)
    found = live()
    assert automated_twin(described, [found], server=SERVER) is found


def test_the_refusal_names_the_application_and_two_ways_out() -> None:
    assert str(twin_refusal(WEB, live())) == (
        "web: not synced, for Argo CD syncs the same path to the same destination on its own: Application "
        "argocd/other-name in the cluster is automated\n"
        "Remove `syncPolicy.automated` from that Application, or delete it without its finalizer; `argocd: coexist` "
        "syncs all the same."
    )


def test_what_argo_cds_controller_wrote_since_the_last_sync() -> None:
    def written(name: str, manager: str, time: str) -> Resource:
        return an("ConfigMap", name).with_metadata(managedFields=[{"manager": manager, "time": time}])

    objects = [
        written("before", "argocd-controller", "2026-01-01T00:00:00Z"),
        written("since", "argocd-controller", "2026-01-03T00:00:00Z"),
        written("other", "kubectl", "2026-01-03T00:00:00Z"),
    ]
    comparison = compare([an("ConfigMap", each.name) for each in objects], objects)
    since = 1767312000.0  # 2026-01-02
    assert [key.name for key in written_by_argocd(comparison, since=since)] == ["since"]
    assert [warning.message for warning in argocd_warnings(comparison, since=since)] == [
        "argocd-controller wrote ConfigMap default/since after the last sync from here"
    ]
    assert argocd_warnings(comparison, since=0.0) == ()
