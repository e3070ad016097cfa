"""What is certain about built-in kinds: names and paths for which the owned-fields walk may say "equal".

Seen on a Kubernetes 1.37 API server. An entry that is not certain is left out, never guessed: a missing entry costs a
request, a wrong one hides a difference. Paths are written with ``/``, with ``*`` for list items, and with ``~1`` for a
``/`` in a name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json

# Slices with omitempty: ``[]`` and ``null`` vanish (W-8).
OMITTED_LISTS = frozenset(
    {
        "add",
        "args",
        "command",
        "drop",
        "egress",
        "env",
        "envFrom",
        "externalIPs",
        "finalizers",
        "from",
        "hostAliases",
        "imagePullSecrets",
        "ingress",
        "initContainers",
        "loadBalancerSourceRanges",
        "matchExpressions",
        "mountOptions",
        "namespaces",
        "nonResourceURLs",
        "ownerReferences",
        "ports",
        "readinessGates",
        "resourceNames",
        "secrets",
        "supplementalGroups",
        "sysctls",
        "to",
        "tolerations",
        "topologySpreadConstraints",
        "volumeDevices",
        "volumeMounts",
        "volumes",
    }
)

# Optional scalars: ``null`` vanishes, nothing else does (W-8).
OMITTED_NULLS = frozenset({"creationTimestamp", "endPort"})

# Maps with omitempty: ``{}`` and ``null`` vanish (W-8).
OMITTED_MAPS = frozenset(
    {"annotations", "binaryData", "data", "labels", "limits", "matchLabels", "nodeSelector", "requests"}
)

# Fields that are no pointers: this very value, or ``null``, vanishes (W-8).
OMITTED_ZEROS: dict[str, Json] = {
    "hostIPC": False,
    "hostNetwork": False,
    "hostPID": False,
    "initialDelaySeconds": 0,
    "loadBalancerIP": "",
    "minReadySeconds": 0,
    "paused": False,
    "preserveUnknownFields": False,
    "priorityClassName": "",
    "publishNotReadyAddresses": False,
    "readOnly": False,
    "serviceAccountName": "",
    "stdin": False,
    "stdinOnce": False,
    "subPath": "",
    "tty": False,
    "value": "",
}

# Where an empty value of such a name leaves no trace in the ownership, so that only the path tells that it is no typing
# error, which the server would refuse (W-8): associative lists, and what stands inside of atomic values.
TRACELESS = re.compile(
    r"(^/metadata/(finalizers|ownerReferences)"
    r"|^/(secrets|imagePullSecrets)"
    r"|/template/spec/(volumes|imagePullSecrets|hostAliases|initContainers|topologySpreadConstraints|readinessGates)"
    r"|/(containers|initContainers)/\*/(env|ports|volumeMounts|volumeDevices)"
    r"|/rules/\*/(resourceNames|nonResourceURLs)"
    r"|/ingress/\*/(from|ports)|/egress/\*/(to|ports)|/(ingress|egress)/\*/ports/\*/endPort"
    r"|/([a-z]+S|s)elector/(matchLabels|matchExpressions))$"
)

# Lists that the server stores as ``null`` where the target says ``[]`` (W-9).
NULL_LISTS = frozenset({"mountOptions", "rules"})

# Maps whose members belong to many: ``{}`` over a filled one changes nothing (W-9).
GRANULAR_MAPS = re.compile(
    r"(^/metadata/(labels|annotations)|/template/metadata/(labels|annotations)|^/data|^/binaryData"
    r"|/resources|/securityContext|/strategy|/affinity|/emptyDir)$"
)

# Kinds whose ``data`` is one value, unlike that of a ConfigMap (W-9).
ATOMIC_DATA = frozenset({"ControllerRevision"})

# Maps from text to text: a name in them is data, and ``null`` is stored as "" (W-8, W-10).
STRING_MAPS = re.compile(
    r"/(labels|annotations|matchLabels|nodeSelector|data|binaryData|limits|requests|hard|capacity|parameters"
    r"|volumeAttributes)$|^/spec/selector$|^/(data|stringData|parameters)$"
)

# Quantities, which the server writes in its canonical form (W-11).
QUANTITIES = re.compile(
    r"(/resources/(limits|requests)/[^/]+|/hard/[^/]+|/emptyDir/sizeLimit|/capacity/[^/]+|/divisor"
    r"|/target/(averageValue|value)$)"
)

# What the server adds inside of lists and maps that one manager owns as a whole (W-13).
ATOMIC_DEFAULTS: tuple[tuple[re.Pattern[str], Json], ...] = tuple(
    (re.compile(pattern), default)
    for pattern, default in (
        (r"/fieldRef/apiVersion$", "v1"),
        (r"/resourceFieldRef/divisor$", "0"),
        (r"/serviceAccountToken/expirationSeconds$", 3600),
        (r"^/roleRef/apiGroup$", "rbac.authorization.k8s.io"),
        (r"/(ingress|egress)/\*/ports/\*/protocol$", "TCP"),
        (r"^/subsets/\*/ports/\*/protocol$", "TCP"),
        (r"^/ports/\*/protocol$", "TCP"),
        (r"^/ports/\*/name$", ""),
        (r"/rules/\*/scope$", "*"),
        (r"^/spec/podFailurePolicy/rules/\*/onPodConditions/\*/status$", "True"),
        (r"^/spec/matchConstraints/matchPolicy$", "Equivalent"),
        (r"^/spec/match(Constraints|Resources)/(namespaceSelector|objectSelector)$", {}),
        (r"^/spec/matchResources/matchPolicy$", "Equivalent"),
        (r"^/spec/matchResources/resourceRules/\*/scope$", "*"),
        (r"^/endpoints/\*/conditions$", {}),
        (r"^/spec/matchConstraints/resourceRules/\*/scope$", "*"),
        (r"^/spec/volumeClaimTemplates/\*/apiVersion$", "v1"),
        (r"^/spec/volumeClaimTemplates/\*/kind$", "PersistentVolumeClaim"),
        (r"^/spec/volumeClaimTemplates/\*/status$", {"phase": "Pending"}),
        (r"^/spec/volumeClaimTemplates/\*/spec/volumeMode$", "Filesystem"),
    )
)

# Groups whose kinds are compiled into the API server; a kind of any other group is a custom resource (W-6).
BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)

# Managers that wrote for Git before us: what they own and the target lacks, an apply of ours does not see (W-21).
OLD_WRITERS = frozenset(
    {
        "kubectl-client-side-apply",
        "helm",
        "argocd-controller",
        "kubectl",
        "kustomize-controller",
        "helm-controller",
    }
)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
