"""Which rights in a cluster a comparison or a sync needs, which of them the user lacks, and the YAML that grants them.

In: kinds and namespaces. Out: ``Right`` values in RBAC's own words. The one function that asks the API server is
``denied``; it reads one review a namespace, and asks about a single right only where that review does not grant it.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gitops_action.ports import ApiKind
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitops_action.ports import Cluster

_GROUP: Final = "authorization.k8s.io"
_RBAC: Final = "rbac.authorization.k8s.io"
_RULES: Final = ApiKind(
    group=_GROUP, version="v1", kind="SelfSubjectRulesReview", plural="selfsubjectrulesreviews", namespaced=False
)
_ACCESS: Final = ApiKind(
    group=_GROUP, version="v1", kind="SelfSubjectAccessReview", plural="selfsubjectaccessreviews", namespaced=False
)
_TO_COMPARE: Final = ("get", "list", "create", "patch")
_TO_SYNC: Final = (*_TO_COMPARE, "watch")
_LOCK: Final = ("get", "create", "update", "delete")
_RECORD: Final = ("get", "create", "patch")


class Right(NamedTuple):
    """One verb on one resource (``deployments``); ``namespace`` is empty for what is cluster-scoped."""

    namespace: str
    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        """Return the words that people use: ``patch deployments.apps in namespace shop``."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {resource} " + (f"in namespace {self.namespace}" if self.namespace else "in the cluster")


class Rule(NamedTuple):
    """One rule of a rules review; ``*`` stands for everything."""

    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]

    def grants(self, right: Right) -> bool:
        """Return whether the rule permits this on every object."""
        wanted = ((self.verbs, right.verb), (self.groups, right.group), (self.resources, right.resource))
        return all(value in allowed or "*" in allowed for allowed, value in wanted)


Place = tuple[ApiKind, str]
"""A kind, and the namespace in which it is used."""


def rights_to_compare(places: Iterable[Place]) -> tuple[Right, ...]:
    """Return what a comparison needs: to read, and to try each target as a dry run."""
    return _rights(places, _TO_COMPARE)


def rights_to_sync(places: Iterable[Place], *, state_namespace: str, prune: bool) -> tuple[Right, ...]:
    """Return what a sync needs: to write and to watch the objects, and to keep its lock and its record."""
    own = [
        *(Right(state_namespace, "coordination.k8s.io", "leases", verb) for verb in _LOCK),
        *(Right(state_namespace, "", "secrets", verb) for verb in _RECORD),
    ]
    return tuple(sorted({*_rights(places, (*_TO_SYNC, "delete") if prune else _TO_SYNC), *own}))


def missing_rights(needed: Iterable[Right], granted: Mapping[str, Sequence[Rule]]) -> tuple[Right, ...]:
    """Return the rights that no rule of their namespace grants; of cluster-scoped ones no review of rules tells."""
    return tuple(
        right
        for right in needed
        if not right.namespace or not any(rule.grants(right) for rule in granted.get(right.namespace, ()))
    )


def denied(needed: Sequence[Right], cluster: Cluster) -> tuple[Right, ...]:
    """Return the rights that the cluster says this user lacks; raises ``ClusterError`` where it does not say."""
    granted = {name: _granted(name, cluster) for name in sorted({right.namespace for right in needed} - {""})}
    # A review may be incomplete, as with an authorizer outside the cluster, so that a single right is asked for too.
    return tuple(right for right in missing_rights(needed, granted) if not _is_allowed(right, cluster))


def granting_roles(missing: Iterable[Right], *, user: str = "", name: str = "gitops-action") -> str:
    """Return a Role for each namespace, and a ClusterRole, that grant these rights, as YAML; bound to ``user``."""
    by_namespace = groupby(sorted(missing), key=lambda right: right.namespace)
    documents = []
    for namespace, rights in by_namespace:
        documents.append(_role(namespace, list(rights), name))
        if user:
            documents.append(_binding(namespace, user, name))
    return "---\n".join(documents)


def _rights(places: Iterable[Place], verbs: Sequence[str]) -> tuple[Right, ...]:
    distinct = {(namespace if kind.namespaced else "", kind.group, kind.plural) for kind, namespace in places}
    return tuple(sorted(Right(*place, verb) for place in distinct for verb in verbs))


def _granted(namespace: str, cluster: Cluster) -> tuple[Rule, ...]:
    status = _asked(_RULES, {"namespace": namespace}, cluster)
    return tuple(
        Rule(
            verbs=frozenset(rule.get("verbs") or ()),
            groups=frozenset(rule.get("apiGroups") or ()),
            resources=frozenset(rule.get("resources") or ()),
        )
        for rule in status.get("resourceRules") or ()
        if not rule.get("resourceNames")
    )


def _is_allowed(right: Right, cluster: Cluster) -> bool:
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "namespace": right.namespace,
        "verb": right.verb,
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
    }
    return _asked(_ACCESS, {"resourceAttributes": attributes}, cluster).get("allowed") is True


def _asked(kind: ApiKind, spec: dict[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Return the status of a review, which the server answers and does not store."""
    question = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {}, "spec": spec}
    return cluster.create(kind, Resource(question)).object.get("status") or {}


def _role(namespace: str, rights: Sequence[Right], name: str) -> str:
    lines = [*_head("Role", namespace, name), "rules:"]
    verbs_of: dict[tuple[str, str], list[str]] = {}
    for right in rights:
        verbs_of.setdefault((right.group, right.resource), []).append(right.verb)
    resources_of: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), verbs in verbs_of.items():
        resources_of.setdefault((group, tuple(verbs)), []).append(resource)
    for (group, common), resources in resources_of.items():
        lines += [
            f'  - apiGroups: ["{group}"]',
            f"    resources: {_listed(resources)}",
            f"    verbs: {_listed(common)}",
        ]
    return "\n".join(lines) + "\n"


def _binding(namespace: str, user: str, name: str) -> str:
    lines = [*_head("RoleBinding", namespace, name), "roleRef:", f"  apiGroup: {_RBAC}"]
    lines += [f"  kind: {'Role' if namespace else 'ClusterRole'}", f"  name: {name}", "subjects:"]
    account = user.removeprefix("system:serviceaccount:").split(":")
    if user.startswith("system:serviceaccount:") and len(account) == 2:
        lines += ["  - kind: ServiceAccount", f"    namespace: {account[0]}", f"    name: {account[1]}"]
    else:
        lines += ["  - kind: User", f"    apiGroup: {_RBAC}", f"    name: {_quoted(user)}"]
    return "\n".join(lines) + "\n"


def _head(kind: str, namespace: str, name: str) -> list[str]:
    lines = [f"apiVersion: {_RBAC}/v1", f"kind: {kind if namespace else f'Cluster{kind}'}", "metadata:"]
    return [*lines, f"  name: {name}", *([f"  namespace: {namespace}"] if namespace else [])]


def _listed(words: Iterable[str]) -> str:
    return "[" + ", ".join(map(_quoted, words)) + "]"


def _quoted(word: str) -> str:
    """Return a text as YAML's double-quoted scalar, which JSON's string is."""
    return json.dumps(word)
