"""What the API server fills into its own kinds where a manifest is silent.

In: a path as the tables write it, and the map that the field is missing from. Out: the default, or ``ABSENT``. Seen on
a Kubernetes 1.37 API server, and compared with it by a test. What depends on more than its surroundings (an allocated
address, a webhook's choice) is left out: who asks then shows a difference rather than none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from gitops_action.comparison import tables
from gitops_action.comparison.json_path import ABSENT

if TYPE_CHECKING:
    from gitops_action.comparison.field_types import FieldType
    from gitops_action.resource.resource import Json, JsonObject

_APPS = r"^apps/[^/]+"
_POD = r"(?:(?<=/v1/Pod)|(?<=/template))/spec"
_CONTAINER = rf"{_POD}/(?:containers|initContainers|ephemeralContainers)/\*"
_PROBE = rf"{_CONTAINER}/(?:liveness|readiness|startup)Probe"
_WEBHOOK = r"^admissionregistration\.k8s\.io/v1/(?:Validating|Mutating)WebhookConfiguration/webhooks/\*"

_DEFAULTS: tuple[tuple[str, Json], ...] = (
    (rf"{_POD}/dnsPolicy", "ClusterFirst"),
    (r"(?<!/jobTemplate)(?<!/Job)/spec/template/spec/restartPolicy", "Always"),
    (r"^/v1/Pod/spec/restartPolicy", "Always"),
    (rf"{_POD}/schedulerName", "default-scheduler"),
    (rf"{_POD}/securityContext", {}),
    (rf"{_POD}/terminationGracePeriodSeconds", 30),
    (r"^/v1/Pod/spec/enableServiceLinks", True),
    (rf"{_POD}/volumes/\*/(?:secret|configMap|downwardAPI|projected)/defaultMode", 420),
    (rf"{_POD}/volumes/\*/hostPath/type", ""),
    (rf"{_CONTAINER}/terminationMessagePath", "/dev/termination-log"),
    (rf"{_CONTAINER}/terminationMessagePolicy", "File"),
    (rf"{_CONTAINER}/resources", {}),
    (rf"{_CONTAINER}/ports/\*/protocol", "TCP"),
    (rf"{_CONTAINER}/securityContext/procMount", "Default"),
    (rf"{_PROBE}/timeoutSeconds", 1),
    (rf"{_PROBE}/periodSeconds", 10),
    (rf"{_PROBE}/successThreshold", 1),
    (rf"{_PROBE}/failureThreshold", 3),
    (rf"{_PROBE}/grpc/service", ""),
    (rf"{_CONTAINER}/(?:[a-z]+Probe|lifecycle/(?:postStart|preStop))/httpGet/scheme", "HTTP"),
    (rf"{_CONTAINER}/(?:[a-z]+Probe|lifecycle/(?:postStart|preStop))/httpGet/path", "/"),
    (r"^/v1/Service/spec/type", "ClusterIP"),
    (r"^/v1/Service/spec/sessionAffinity", "None"),
    (r"^/v1/Service/spec/internalTrafficPolicy", "Cluster"),
    (r"^/v1/Service/spec/ports/\*/protocol", "TCP"),
    (r"^/v1/Secret/type", "Opaque"),
    (r"^/v1/PersistentVolumeClaim/spec/volumeMode", "Filesystem"),
    (r"^/v1/PersistentVolume/spec/volumeMode", "Filesystem"),
    (r"^/v1/PersistentVolume/spec/persistentVolumeReclaimPolicy", "Retain"),
    (rf"{_APPS}/(?:Deployment|StatefulSet|ReplicaSet)/spec/replicas", 1),
    (rf"{_APPS}/(?:Deployment|StatefulSet|DaemonSet)/spec/revisionHistoryLimit", 10),
    (rf"{_APPS}/Deployment/spec/progressDeadlineSeconds", 600),
    (
        rf"{_APPS}/Deployment/spec/strategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
    ),
    (rf"{_APPS}/StatefulSet/spec/podManagementPolicy", "OrderedReady"),
    (
        rf"{_APPS}/StatefulSet/spec/persistentVolumeClaimRetentionPolicy",
        {"whenDeleted": "Retain", "whenScaled": "Retain"},
    ),
    (
        rf"{_APPS}/DaemonSet/spec/updateStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
    ),
    (r"^batch/v1/CronJob/spec/concurrencyPolicy", "Allow"),
    (r"^batch/v1/CronJob/spec/suspend", False),
    (r"^batch/v1/CronJob/spec/successfulJobsHistoryLimit", 3),
    (r"^batch/v1/CronJob/spec/failedJobsHistoryLimit", 1),
    (r"^batch/v1/Job/spec/backoffLimit", 6),
    (r"^batch/v1/Job/spec/completionMode", "NonIndexed"),
    (r"^batch/v1/Job/spec/suspend", False),
    (r"^batch/v1/Job/spec/podReplacementPolicy", "TerminatingOrFailed"),
    (r"^autoscaling/v[12]/HorizontalPodAutoscaler/spec/minReplicas", 1),
    (r"^storage\.k8s\.io/v1/StorageClass/reclaimPolicy", "Delete"),
    (r"^storage\.k8s\.io/v1/StorageClass/volumeBindingMode", "Immediate"),
    (r"^scheduling\.k8s\.io/v1/PriorityClass/preemptionPolicy", "PreemptLowerPriority"),
    (rf"{_WEBHOOK}/failurePolicy", "Fail"),
    (rf"{_WEBHOOK}/matchPolicy", "Equivalent"),
    (rf"{_WEBHOOK}/timeoutSeconds", 10),
    (rf"{_WEBHOOK}/namespaceSelector", {}),
    (rf"{_WEBHOOK}/objectSelector", {}),
    (rf"{_WEBHOOK}/clientConfig/service/port", 443),
    (r"^admissionregistration\.k8s\.io/v1/MutatingWebhookConfiguration/webhooks/\*/reinvocationPolicy", "Never"),
    (r"^apiregistration\.k8s\.io/v1/APIService/spec/service/port", 443),
    (r"^apiextensions\.k8s\.io/v1/CustomResourceDefinition/spec/conversion", {"strategy": "None"}),
)


def filled_in(kind: str, parent: FieldType, name: str, path: str, around: JsonObject) -> Json:
    """Return what the server writes into a field of a map where nothing is said, by its schema or by the table."""
    return parent.field(name).default if parent.is_custom else default_of(kind, path, around)


def default_of(kind: str, path: str, parent: JsonObject) -> Json:
    """Return what the server writes where nothing is said; ``kind`` is ``apps/v1/Deployment``, ``/v1/Pod``.

    ``parent`` is the map that the field belongs to, as the target has it.
    """
    whole = f"{kind}{path}"
    for pattern, default in _compiled():
        if pattern.search(whole):
            return default
    match path.rpartition("/")[2]:
        case "targetPort" if whole == "/v1/Service/spec/ports/*/targetPort":
            return parent.get("port", ABSENT)
        case "serviceAccount":
            return parent.get("serviceAccountName", ABSENT)
        case "imagePullPolicy" if isinstance(image := parent.get("image"), str):
            tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
            return "IfNotPresent" if "@" in image or tag not in ("", "latest") else "Always"
        case _:
            return next((default for pattern, default in tables.ATOMIC_DEFAULTS if pattern.search(path)), ABSENT)


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[re.Pattern[str], Json], ...]:
    return tuple((re.compile(f"{pattern}$"), default) for pattern, default in _DEFAULTS)
