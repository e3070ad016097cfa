"""``terminate``: ask the sync that holds an application's lock to end.

In: an application and its cluster. Out: who was asked. The holder finds the request in its Lease when it renews it the
next time, and ends as terminated; nothing is taken from it, and nothing waits for it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import Conflict, Invalid, Refused
from gitops_action.sync.lease import LEASE, TERMINATE, holder_of_lease, shown_holder
from gitops_action.sync.record import record_name, record_namespace

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.ports import Cluster
    from gitops_action.resource.resource import JsonObject

_ATTEMPTS = 5


def request_termination(application: Application, cluster: Cluster, state_namespace: str = "") -> str:
    """Ask the running sync to end and return how it is named.

    Raises ``Refused`` where no sync is running, and ``ClusterError`` where it cannot be asked.
    """
    namespace = record_namespace(application, state_namespace)
    for attempt in range(_ATTEMPTS):
        lease = cluster.get(LEASE, namespace=namespace, name=record_name(application))
        holder = holder_of_lease(lease) if lease else ""
        if lease is None or not holder:
            raise Refused(f"{application.name}: no sync is running, so there is none to terminate")
        # The holder is named, so that a request that comes too late does not end the next one.
        request: JsonObject = {TERMINATE: holder}
        added = request | dict(lease.annotations)
        operations: list[JsonObject] = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": lease.resource_version},
            {"op": "add", "path": "/metadata/annotations", "value": added | request},
        ]
        try:
            cluster.patch(LEASE, lease.key, operations)
        except (Conflict, Invalid):
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return shown_holder(lease)
    raise AssertionError
