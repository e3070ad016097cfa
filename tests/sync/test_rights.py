"""What a comparison or a sync needs in a cluster, and what is said of a user who lacks it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.resource.yaml import load_documents
from gitops_action.sync.rights import (
    Right,
    Rule,
    denied,
    granting_roles,
    missing_rights,
    rights_to_compare,
    rights_to_sync,
)
from tests.fake_cluster import FakeCluster
from tests.fake_kinds import KINDS

if TYPE_CHECKING:
    from tools.cluster import Cluster as TestCluster

KIND = {kind.kind: kind for kind in KINDS}
SHOP = [(KIND["Deployment"], "shop"), (KIND["ConfigMap"], "shop"), (KIND["ClusterRole"], "shop")]


def rule(verbs: str, groups: list[str], resources: str) -> Rule:
    return Rule(frozenset(verbs.split()), frozenset(groups), frozenset(resources.split()))


def test_a_comparison_reads_and_tries_each_kind_where_it_is_used() -> None:
    assert [str(right) for right in rights_to_compare(SHOP)] == [
        "create clusterroles.rbac.authorization.k8s.io in the cluster",
        "get clusterroles.rbac.authorization.k8s.io in the cluster",
        "list clusterroles.rbac.authorization.k8s.io in the cluster",
        "patch clusterroles.rbac.authorization.k8s.io in the cluster",
        "create configmaps in namespace shop",
        "get configmaps in namespace shop",
        "list configmaps in namespace shop",
        "patch configmaps in namespace shop",
        "create deployments.apps in namespace shop",
        "get deployments.apps in namespace shop",
        "list deployments.apps in namespace shop",
        "patch deployments.apps in namespace shop",
    ]


def test_a_sync_watches_keeps_a_lock_and_a_record_and_deletes_only_where_it_prunes() -> None:
    configmap = [(KIND["ConfigMap"], "shop")]
    kept = set(rights_to_sync(configmap, state_namespace="state", prune=False))
    assert {str(right) for right in kept} == {
        *(f"{verb} configmaps in namespace shop" for verb in ("get", "list", "create", "patch", "watch")),
        *(f"{verb} leases.coordination.k8s.io in namespace state" for verb in ("get", "create", "update", "delete")),
        *(f"{verb} secrets in namespace state" for verb in ("get", "create", "patch")),
    }
    pruned = set(rights_to_sync(configmap, state_namespace="state", prune=True))
    assert pruned - kept == {Right("shop", "", "configmaps", "delete")}


def test_a_right_is_missing_unless_a_rule_of_its_own_namespace_grants_verb_group_and_resource() -> None:
    needed = [Right("shop", "apps", "deployments", "patch"), Right("", "", "namespaces", "create")]
    everything = rule("*", ["*"], "*")
    assert missing_rights(needed, {"shop": [rule("get patch", ["apps"], "deployments")]}) == (needed[1],)
    assert missing_rights(needed, {"shop": [everything]}) == (needed[1],)
    for wrong in (
        rule("get", ["apps"], "deployments"),
        rule("patch", [""], "*"),
        rule("patch", ["apps"], "daemonsets"),
    ):
        assert missing_rights(needed[:1], {"shop": [wrong]}) == (needed[0],)
    assert missing_rights(needed[:1], {"other": [everything]}) == (needed[0],)


def test_the_roles_that_grant_what_is_missing_are_ready_to_apply() -> None:
    missing = [
        Right("shop", "apps", "deployments", "patch"),
        Right("shop", "apps", "deployments", "get"),
        Right("shop", "apps", "statefulsets", "get"),
        Right("shop", "apps", "statefulsets", "patch"),
        Right("shop", "", "configmaps", "list"),
        Right("", "", "namespaces", "create"),
    ]
    assert (
        granting_roles(missing)
        == """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: gitops-action
rules:
  - apiGroups: [""]
    resources: ["namespaces"]
    verbs: ["create"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: gitops-action
  namespace: shop
rules:
  - apiGroups: [""]
    resources: ["configmaps"]
    verbs: ["list"]
  - apiGroups: ["apps"]
    resources: ["deployments", "statefulsets"]
    verbs: ["get", "patch"]
"""
    )


def test_the_roles_may_be_bound_to_the_user_who_lacks_the_rights() -> None:
    [right] = [Right("shop", "", "configmaps", "list")]
    [_, (binding, _)] = load_documents(granting_roles([right], user="o'hara: admin"), source="roles")
    group = "rbac.authorization.k8s.io"
    assert binding == {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "gitops-action", "namespace": "shop"},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "gitops-action"},
        "subjects": [{"kind": "User", "apiGroup": group, "name": "o'hara: admin"}],
    }
    account = granting_roles([right._replace(namespace="")], user="system:serviceaccount:ci:deployer")
    [_, (binding, _)] = load_documents(account, source="roles")
    assert (binding["kind"], binding["metadata"]) == ("ClusterRoleBinding", {"name": "gitops-action"})
    assert binding["subjects"] == [{"kind": "ServiceAccount", "namespace": "ci", "name": "deployer"}]


def test_the_fake_cluster_denies_what_it_is_told_to_deny() -> None:
    needed = rights_to_compare(SHOP)
    cluster = FakeCluster()
    assert denied(needed, cluster) == ()
    cluster.forbidden = {Right("shop", "apps", "deployments", "patch")}
    assert denied(needed, cluster) == (Right("shop", "apps", "deployments", "patch"),)


def test_the_api_server_says_what_a_user_lacks_and_nothing_once_the_roles_are_granted(
    cluster: TestCluster, namespace: str
) -> None:
    """A rule for one object by its name does not count: it is asked for, and denied."""
    by_name = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"], "resourceNames": ["one"]}
    bind(cluster, namespace, [by_name])
    server = connected(cluster, "nobody")
    needed = rights_to_compare([(KIND["ConfigMap"], namespace), (KIND["ClusterRole"], "")])
    assert denied(needed, server) == needed
    namespaced = tuple(right for right in needed if right.namespace)
    [(role, _)] = load_documents(granting_roles(namespaced), source="roles")
    bind(cluster, namespace, role["rules"])
    assert denied(needed, server) == tuple(right for right in needed if not right.namespace)


def connected(cluster: TestCluster, user: str) -> ApiServer:
    return ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig(user))), {}).connect())


def bind(cluster: TestCluster, namespace: str, rules: list[dict[str, Any]]) -> None:
    """Give user ``nobody`` a role more in a namespace."""
    name, group = f"role-{secrets.token_hex(3)}", "rbac.authorization.k8s.io"
    base = f"/apis/{group}/v1/namespaces/{namespace}"
    cluster.request("POST", f"{base}/roles", {"metadata": {"name": name}, "rules": rules})
    binding = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "nobody"}],
    }
    cluster.request("POST", f"{base}/rolebindings", binding)
