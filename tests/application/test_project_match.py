"""What a project permits (Argo CD's AppProject), in tables: first what is listed, then what is wanted."""

from __future__ import annotations

import pytest

from gitops_action.application.application import Destination
from gitops_action.application.project import AppProject, ClusterIdentity, KindPattern
from gitops_action.application.project_match import (
    permits_destination,
    permits_namespace_of_application,
    permits_resource,
    permits_source,
)
from gitops_action.resource import GroupKind

LOCAL = "https://kubernetes.default.svc"


@pytest.mark.parametrize(
    ("listed", "wanted", "is_permitted"),
    [
        ([], "https://github.com/acme/x", False),  # an empty list permits nothing
        (["*"], "https://github.com/acme/x.git", True),  # a lone * is all
        (["https://github.com/acme/x.git"], "https://github.com/acme/x", True),
        (["https://github.com/acme/x"], "HTTPS://GITHUB.COM/ACME/X.git", True),
        (["ssh://git@GITHUB.com:acme/x"], "ssh://git@github.com:acme/x", True),
        (["git@github.com:acme/*"], "ssh://git@github.com/acme/x.git", True),
        (["https://github.com/acme/*"], "https://github.com/acme/x.git", True),
        (["https://github.com/acme/*"], "https://github.com/acme/x/y", False),  # * stops at /
        (["https://github.com/acme/*/*"], "https://github.com/acme/x/y", True),
        (["https://github.com/acme/**"], "https://github.com/acme/x/y/z", True),
        (["https://github.com/acme/foo"], "https://github.com/acme/foo1", False),
        (["https://a/x", "https://b/x"], "https://b/x", True),
        (["!https://github.com/acme/x.git"], "https://github.com/acme/x", False),
        (["!https://github.com/acme/x"], "https://github.com/acme/y", True),  # a deny that does not match allows
        (["*", "!https://github.com/acme/*"], "https://github.com/acme/x", False),  # a deny wins, first
        (["!https://github.com/acme/*", "*"], "https://github.com/acme/x", False),  # or last
        (["!https://github.com/acme/*", "*"], "https://github.com/other/x", True),
        (["!ssh://git@GITHUB.com:acme/x"], "ssh://git@github.com:acme/x", False),
        (["!https://gitlab.com/group/**"], "https://gitlab.com/group/a/b/c", False),
    ],
)
def test_source_repos(listed: list[str], wanted: str, is_permitted: bool) -> None:
    assert permits_source(AppProject(name="p", source_repos=tuple(listed)), wanted) is is_permitted


def to(namespace: str, *, server: str = "", name: str = "") -> Destination:
    return Destination(server=server, name=name, namespace=namespace)


@pytest.mark.parametrize(
    ("listed", "wanted", "is_permitted"),
    [
        ([], to("default", server=LOCAL), False),
        ([to("default", server=LOCAL)], to("default", server=LOCAL), True),
        ([to("default", server=LOCAL)], to("kube-system", server=LOCAL), False),
        ([to("*", server="*")], to("test", server=LOCAL), True),
        ([to("team-*", server="https://*")], to("team-a", server=LOCAL), True),  # * crosses / and .
        ([to("*", name="test")], to("test", name="test"), True),
        ([to("*", name="test2")], to("test", name="test"), False),
        ([to("*", server="*")], to("test", name="test"), False),  # what has no server is matched by its name alone
        ([to("", server=LOCAL)], to("test", server=LOCAL), False),  # an empty pattern matches only what is empty
        ([to("", server=LOCAL)], to("", server=LOCAL), True),
        # entries that deny: the server
        ([to("default", server=f"!{LOCAL}")], to("default", server=LOCAL), False),
        ([to("default", server="!https://other")], to("default", server=LOCAL), True),  # allows what it does not match
        ([to("*", server=f"!{LOCAL}")], to("kube-system", server=LOCAL), False),
        ([to("default", server="!https://*.default.svc")], to("default", server=LOCAL), False),
        ([to("*", server=LOCAL), to("*", server=f"!{LOCAL}")], to("default", server=LOCAL), False),
        ([to("*", server="*"), to("kube-system", server=f"!{LOCAL}")], to("kube-system", server=LOCAL), False),
        ([to("test", server="*"), to("other", server="!https://t")], to("test", server="https://t"), True),
        # the namespace
        ([to("!default", server=LOCAL)], to("kube-system", server=LOCAL), True),
        ([to("!test-*", server=LOCAL)], to("test-foo", server=LOCAL), False),
        ([to("!test-*", server=LOCAL)], to("test", server=LOCAL), True),
        ([to("*", server="*"), to("!kube-system", server="*")], to("kube-system", server=LOCAL), False),
        ([to("kube-system", server="*"), to("!kube-system", server="*")], to("kube-system", server=LOCAL), False),
        ([to("*", server="*"), to("!other", server="https://t")], to("other", server="https://u"), True),
        # the name: it refuses whatever the namespace
        ([to("*", name="!test")], to("test", name="test"), False),
        ([to("*", name="!test2")], to("test", name="test"), True),
        ([to("*", name="test"), to("*", name="!test")], to("test", name="test"), False),
        ([to("*", name="*"), to("elsewhere", name="!test")], to("test", name="test"), False),
        ([to("*", name="*"), to("elsewhere", name="!test")], to("test", name="test2"), True),
    ],
)
def test_destinations(listed: list[Destination], wanted: Destination, is_permitted: bool) -> None:
    project = AppProject(name="p", destinations=tuple(listed))
    cluster = ClusterIdentity(server=wanted.server, name=wanted.name)
    assert permits_destination(project, cluster, wanted.namespace) is is_permitted


def test_a_cluster_that_belongs_to_the_project_may_be_demanded() -> None:
    project = AppProject(name="p", destinations=(to("*", server="*"),), permit_only_project_scoped_clusters=True)
    here, there = ClusterIdentity(server="https://here"), ClusterIdentity(server="https://there", name="there")
    assert permits_destination(project, here, "shop", registered=[here])
    assert not permits_destination(project, here, "shop", registered=[there])
    assert not permits_destination(project, here, "shop")


def kinds(*texts: str) -> tuple[KindPattern, ...]:
    """Return patterns from ``group/Kind`` or ``group/Kind/name``."""
    return tuple(KindPattern(**dict(zip(("group", "kind", "name"), text.split("/"), strict=False))) for text in texts)


ROLE = ("rbac.authorization.k8s.io/ClusterRole", "view")


@pytest.mark.parametrize(
    ("white", "black", "wanted", "is_permitted"),
    [
        ([], [], ROLE, False),  # nil or empty: no cluster-scoped kind
        (["*/*"], [], ROLE, True),
        (["/Namespace"], [], ROLE, False),
        (["rbac.*/Cluster*"], [], ROLE, True),
        (["*/*"], ["*/ClusterRole"], ROLE, False),  # the blacklist wins
        (["*/*"], ["/*"], ROLE, True),
        (["/Namespace/team-*"], [], ("/Namespace", "team-a"), True),
        (["/Namespace/team-*"], [], ("/Namespace", "prod"), False),
        (["/Namespace"], ["/Namespace/kube-*"], ("/Namespace", "kube-system"), False),
        (["/Namespace"], ["/Namespace/kube-*"], ("/Namespace", "shop"), True),
    ],
)
def test_cluster_scoped_kinds(white: list[str], black: list[str], wanted: tuple[str, str], is_permitted: bool) -> None:
    project = AppProject(name="p", cluster_resource_whitelist=kinds(*white), cluster_resource_blacklist=kinds(*black))
    kind, name = wanted
    assert permits_resource(project, GroupKind(*kind.split("/")), name, namespaced=False) is is_permitted


@pytest.mark.parametrize(
    ("white", "black", "wanted", "is_permitted"),
    [
        (None, [], "apps/Deployment", True),  # no list: all namespaced kinds
        ([], [], "apps/Deployment", False),  # an empty list: none
        (["apps/*"], [], "apps/Deployment", True),
        (["apps/*"], [], "/Secret", False),
        (["/*"], [], "/Secret", True),
        (None, ["/Secret"], "/Secret", False),
        (["*/*"], ["/Secret"], "/ConfigMap", True),
        (["*/*"], ["*/*"], "/ConfigMap", False),
    ],
)
def test_namespaced_kinds(white: list[str] | None, black: list[str], wanted: str, is_permitted: bool) -> None:
    project = AppProject(
        name="p",
        namespace_resource_whitelist=None if white is None else kinds(*white),
        namespace_resource_blacklist=kinds(*black),
    )
    assert permits_resource(project, GroupKind(*wanted.split("/")), "any", namespaced=True) is is_permitted


@pytest.mark.parametrize(
    ("listed", "namespace", "is_permitted"),
    [
        ([], "argocd", True),  # where the project itself lives
        ([], "", True),
        ([], "team-a", False),
        (["team-*"], "team-a", True),
        (["!team-a"], "team-b", False),  # no negation here
        (["/^team-(a|b)$/"], "team-b", True),
        (["/^team-(a|b)$/"], "team-c", False),
        (["/eam/"], "team-c", True),  # an expression may match a part
        (["/^((?!forbidden).)*$/"], "forbidden", False),
    ],
)
def test_source_namespaces(listed: list[str], namespace: str, is_permitted: bool) -> None:
    project = AppProject(name="p", source_namespaces=tuple(listed))
    assert permits_namespace_of_application(project, namespace) is is_permitted
