"""The Lease that a lock is: what it says, and how to read it.

In: who holds it and since when, or a Lease of the cluster, which anybody may have written. Out: a Lease to write, or
who holds it and for how long. Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime

from gitops_action.ports import ApiKind
from gitops_action.resource import Resource
from gitops_action.sync.record import MANAGED_BY, MANAGER

LEASE = ApiKind(group="coordination.k8s.io", version="v1", kind="Lease", plural="leases", namespaced=True)
TERMINATE = "gitops-action/terminate"
"""Annotation of the Lease that asks its holder, whom it names, to end."""
DURATION = 30
"""Seconds after which a lock that nobody renews is abandoned."""
_LONGEST_NAME = 200


def lease_of(former: Resource | None, *, namespace: str, name: str, holder: str, seconds: int, now: float) -> Resource:
    """Return the Lease that says who holds the lock from now on; ``former`` is the one that it takes the place of."""
    time = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = dict(former.object.get("spec") or {}) if former else {}
    is_ours = spec.get("holderIdentity") == holder
    spec |= {
        "holderIdentity": holder,
        "leaseDurationSeconds": seconds,
        "acquireTime": spec.get("acquireTime") if is_ours else time,
        "renewTime": time,
    }
    metadata = {"name": name, "namespace": namespace, "labels": {MANAGED_BY: MANAGER}}
    if former:
        metadata |= {"uid": former.uid, "resourceVersion": former.resource_version}
    return Resource({"apiVersion": LEASE.api_version, "kind": LEASE.kind, "metadata": metadata, "spec": spec})


def holder_of_lease(lease: Resource) -> str:
    """Return who holds a lock, as they wrote it; empty where nobody does."""
    return str((lease.object.get("spec") or {}).get("holderIdentity") or "")


def shown_holder(lease: Resource) -> str:
    """Return who holds a lock, in one line of bounded length."""
    return " ".join(holder_of_lease(lease).rpartition("#")[0].split() or holder_of_lease(lease).split())[:_LONGEST_NAME]


def duration_of(lease: Resource) -> float:
    """Return how many seconds a lock lasts that nobody renews."""
    said = (lease.object.get("spec") or {}).get("leaseDurationSeconds")
    return float(said) if isinstance(said, int) and said > 0 else DURATION
