"""Kinds that come into being during a sync: wait for a CRD to be established, then find what it defines.

In: CRDs just applied, and objects whose kind the catalogue did not have. Out: the CRD as it is then, and kinds. Reads
the cluster only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.errors import ApiError, NotFound
from gitops_action.sync.order import defined_kind

if TYPE_CHECKING:
    from gitops_action.ports import ApiKind, Clock, Cluster
    from gitops_action.resource import Resource
    from gitops_action.resource.key import GroupKind
    from gitops_action.sync.writer import Stop

_PATIENCE = 3.0
_PAUSE = 0.1


class Kinds:
    """Finds kinds, fetching discovery again while one is missing; safe to call from many threads."""

    def __init__(self, cluster: Cluster, clock: Clock, stop: Stop, *, patience: float = _PATIENCE) -> None:
        self._cluster = cluster
        self._clock = clock
        self._stop = stop
        self._lock = threading.Lock()
        self._learning_until: dict[GroupKind, float] = {}
        self.patience = patience

    def learning_until(self, kind: ApiKind) -> float:
        """Return until when API servers may not know the schema of a kind whose CRD this sync wrote; 0 for others."""
        return self._learning_until.get(kind.group_kind, 0.0)

    def resolve(self, resource: Resource) -> ApiKind:
        """Return the kind of an object, ``NotFound`` where the cluster does not come to serve it in time."""
        deadline = self._clock.monotonic() + self.patience
        with self._lock:
            kind = self._cluster.catalog().find(resource)
            while kind is None and self._clock.monotonic() < deadline and not self._stop.wait(_PAUSE):
                kind = self._cluster.refresh_catalog().find(resource)
        if kind is None:
            raise NotFound(self._missing(resource), status=404)
        return kind

    def await_established(self, kind: ApiKind, crd: Resource) -> Resource:
        """Return the CRD once its kind is served, or as it is when that takes too long (SYN-35)."""
        deadline = self._clock.monotonic() + self.patience
        if defined := defined_kind(crd):
            self._learning_until[defined] = deadline
        current = crd
        while not _is_established(current) and self._clock.monotonic() < deadline and not self._stop.wait(_PAUSE):
            try:
                current = self._cluster.get(kind, namespace="", name=crd.name) or current
            except ApiError:
                return current  # it is applied; whether its kind is served shows with the first object of it
        return current

    def _missing(self, resource: Resource) -> str:
        """Return Argo CD's words for a kind that is not served (SYN-37)."""
        group_kind, version = str(resource.group_kind), resource.api_version.rpartition("/")[2]
        installed = self._cluster.catalog().preferred.get(resource.group_kind)
        if installed is None:
            return (
                f"The Kubernetes API could not find {resource.group}/{resource.kind} for requested resource "
                f'{resource.namespace}/{resource.name}. Make sure the "{resource.kind}" CRD is installed on the '
                "destination cluster."
            )
        return (
            f'The Kubernetes API could not find version "{version}" of {group_kind} for requested resource '
            f'{resource.namespace}/{resource.name}. Version "{installed.version}" of {group_kind} is installed on the '
            "destination cluster."
        )


def _is_established(crd: Resource) -> bool:
    conditions = (crd.object.get("status") or {}).get("conditions") or []
    return any(c.get("type") == "Established" and c.get("status") == "True" for c in conditions)
