"""The kinds that the fake cluster serves from the start."""

from __future__ import annotations

from gitops_action.ports import ApiKind

VERBS = frozenset({"get", "list", "watch", "create", "update", "patch", "delete"})
# apiVersion, kind, plural, namespaced, has_status
_TABLE = (
    ("v1", "Namespace", "namespaces", False, True),
    ("v1", "ConfigMap", "configmaps", True, False),
    ("v1", "Secret", "secrets", True, False),
    ("v1", "Service", "services", True, True),
    ("v1", "ServiceAccount", "serviceaccounts", True, False),
    ("v1", "Pod", "pods", True, True),
    ("v1", "Event", "events", True, False),
    ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", True, True),
    ("v1", "PersistentVolume", "persistentvolumes", False, True),
    ("apps/v1", "Deployment", "deployments", True, True),
    ("apps/v1", "ReplicaSet", "replicasets", True, True),
    ("apps/v1", "StatefulSet", "statefulsets", True, True),
    ("apps/v1", "DaemonSet", "daemonsets", True, True),
    ("batch/v1", "Job", "jobs", True, True),
    ("batch/v1", "CronJob", "cronjobs", True, True),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", True, True),
    ("networking.k8s.io/v1", "Ingress", "ingresses", True, True),
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", True, False),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", True, False),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", True, False),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", False, False),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", False, False),
    ("coordination.k8s.io/v1", "Lease", "leases", True, False),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False, True),
)


def _kind(row: tuple[str, str, str, bool, bool]) -> ApiKind:
    api_version, kind, plural, namespaced, has_status = row
    group, slash, version = api_version.partition("/")
    return ApiKind(
        group=group if slash else "",
        version=version if slash else api_version,
        kind=kind,
        plural=plural,
        namespaced=namespaced,
        verbs=VERBS,
        has_status=has_status,
    )


KINDS = tuple(map(_kind, _TABLE))
