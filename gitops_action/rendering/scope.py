"""Whether a kind has namespaces: by discovery, by the CRDs of the same change, or as Kubernetes itself has it.

In: kinds. Out: a yes or no; what nobody knows counts as namespaced (TRK-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.resource.key import GroupKind
from gitops_action.resource.tracking import is_crd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.ports import ApiCatalog
    from gitops_action.resource import Resource

_CLUSTER_SCOPED = {
    "": ("Namespace", "Node", "PersistentVolume", "ComponentStatus"),
    "admissionregistration.k8s.io": (
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "apiregistration.k8s.io": ("APIService",),
    "authentication.k8s.io": ("SelfSubjectReview", "TokenReview"),
    "authorization.k8s.io": ("SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"),
    "certificates.k8s.io": ("CertificateSigningRequest", "ClusterTrustBundle"),
    "flowcontrol.apiserver.k8s.io": ("FlowSchema", "PriorityLevelConfiguration"),
    "internal.apiserver.k8s.io": ("StorageVersion",),
    "networking.k8s.io": ("IngressClass", "IPAddress", "ServiceCIDR"),
    "node.k8s.io": ("RuntimeClass",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
    "resource.k8s.io": ("DeviceClass", "DeviceTaintRule", "ResourceSlice"),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"),
    "storagemigration.k8s.io": ("StorageVersionMigration",),
}
_BUILT_IN = frozenset(GroupKind(group, kind) for group, kinds in _CLUSTER_SCOPED.items() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scope of every kind that an application's targets have."""

    catalog: ApiCatalog | None
    defined: Mapping[GroupKind, bool]
    """Kinds that CRDs of the same change define → whether they are namespaced."""

    @classmethod
    def of(cls, targets: Iterable[Resource], catalog: ApiCatalog | None) -> Scopes:
        """Return the scopes as known from discovery and from the targets' own CRDs."""
        return cls(catalog, dict(entry for target in targets if is_crd(target) for entry in _definition(target)))

    def is_namespaced(self, resource: Resource) -> bool:
        """Return whether objects of this kind live in a namespace."""
        if self.catalog is not None:
            kind = self.catalog.find(resource) or self.catalog.preferred.get(resource.group_kind)
            if kind is not None:
                return kind.namespaced
        group_kind = resource.group_kind
        return self.defined.get(group_kind, group_kind not in _BUILT_IN)


def _definition(crd: Resource) -> list[tuple[GroupKind, bool]]:
    spec = crd.object.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return []
    return [(GroupKind(str(spec.get("group")), str(names.get("kind"))), spec.get("scope") != "Cluster")]
