"""``export`` where Argo CD is not installed, and objects that no API server would hold."""

from __future__ import annotations

import pytest

from gitops_action.commands.export import export
from gitops_action.commands.exported import exported, maker
from gitops_action.errors import ClusterError
from gitops_action.resource import Resource
from tests.fakes import FakeCluster


def application(name: str, **metadata: object) -> Resource:
    whole = {"name": name, "namespace": "argocd", **metadata}
    return Resource({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": whole})


def test_a_cluster_without_argo_cd_says_so() -> None:
    with pytest.raises(ClusterError, match=r"serves no Application of argoproj\.io: Argo CD is not installed there"):
        export(FakeCluster(), "argocd")


def test_a_name_that_is_a_path_reaches_no_file() -> None:
    with pytest.raises(ClusterError, match="an Application whose name is none"):
        exported(application("../../etc/passwd"))


def test_who_makes_an_application() -> None:
    names = frozenset({"root", "web"})
    assert maker(application("web"), names) == ""
    assert maker(application("web", labels={"app.kubernetes.io/instance": "root"}), names) == "Application root"
    assert maker(application("web", labels={"app.kubernetes.io/instance": "chart"}), names) == ""
    assert maker(application("web", labels={"app.kubernetes.io/instance": "web"}), names) == ""
    tracked = {"argocd.argoproj.io/tracking-id": "platform_root:argoproj.io/Application:argocd/web"}
    assert maker(application("web", annotations=tracked), names) == "Application root"
