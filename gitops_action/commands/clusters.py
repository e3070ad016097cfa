"""The clusters of a run: each destination's API server, connected once, never another than the one that is meant.

One that is down or slow holds up no other: each is asked for what it serves beside the others, and fails once for all
of its applications.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.exec_login import ExecRules
from gitops_action.commands.known_clusters import KnownClusters
from gitops_action.commands.kubeconfig import kubeconfig_of
from gitops_action.errors import GitOpsError, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_action.adapters.kubeconfig import Kubeconfig
    from gitops_action.application.application import Application, Destination
    from gitops_action.application.project import ClusterIdentity
    from gitops_action.commands.known_clusters import Place
    from gitops_action.commands.session import Session
    from gitops_action.resource import ResourceKey

_NOTICE = 0.1
"""Seconds within which a signal is noticed."""


@dataclass(slots=True)
class _Slot:
    """One cluster: not asked yet, connected, or failed for the rest of the run."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    cluster: ApiServer | None = None
    error: Exception | None = None

    def connected(self, connect: Callable[[], ApiServer]) -> ApiServer:
        with self.lock:
            if self.error is not None:
                raise self.error
            if self.cluster is None:
                try:
                    self.cluster = connect()
                except Exception as error:
                    self.error = error
                    raise
            return self.cluster


class Clusters:
    """Finds and keeps the connection for each destination; safe to use from many threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._slots: dict[str, _Slot] = {}
        ports, inputs = session.ports, session.inputs
        kubeconfig: Kubeconfig | GitOpsError
        try:
            kubeconfig = kubeconfig_of(inputs, ports.environment, ports.workflow.mask)
            rules = kubeconfig.rules
        except GitOpsError as error:
            if not session.credentials.clusters:
                raise
            kubeconfig = error
            rules = ExecRules(environ=ports.environment, mask=ports.workflow.mask, allow_exec=inputs.allow_exec)
        self._known = KnownClusters(
            kubeconfig=kubeconfig,
            secrets=session.credentials.clusters,
            rules=rules,
            failure=session.credentials.failure,
        )

    @property
    def requests(self) -> int:
        """HTTP requests made so far, to all API servers."""
        with self._lock:
            slots = tuple(self._slots.values())
        return sum(slot.cluster.requests for slot in slots if slot.cluster)

    def find(self, destination: Destination) -> ApiServer:
        """Return the cluster of a destination, which has said what it serves.

        Raises ``ClusterError`` where nothing leads to it, or the server does not answer, and ``Refused`` where it is
        another cluster than input ``cluster-uid`` says; once for all who ask.
        """
        return self._connected(self._known.place(destination))

    def identity(self, destination: Destination) -> ClusterIdentity:
        """Return the URL and the name under which a project knows the cluster of a destination.

        Raises ``ClusterError`` where nothing leads to it.
        """
        return self._known.identity(destination)

    def denial(self, destination: Destination) -> Callable[[ResourceKey], str]:
        """Return what tells why an object is not managed in a destination's cluster; empty where it is."""
        secret = self._known.place(destination).secret
        return secret.denial if secret else _everything

    def as_ready(self, applications: Sequence[Application]) -> Iterator[int]:
        """Yield the positions of the applications, each as soon as its cluster has answered or failed."""
        places: dict[str, tuple[Place, list[int]]] = {}
        for position, application in enumerate(applications):
            try:
                place = self._known.place(application.destination)
            except GitOpsError:
                yield position  # told to the one who asks for the cluster
                continue
            places.setdefault(place.key, (place, []))[1].append(position)
        if len(places) < 2:
            yield from (position for _, positions in places.values() for position in positions)
            return
        settled: SimpleQueue[str] = SimpleQueue()
        for place, _ in places.values():
            # A thread for each, however many: it only waits. None of them keeps the program from ending.
            threading.Thread(
                target=self._settle, args=(place, settled), daemon=True, name=f"connect {place.key}"
            ).start()
        waiting = len(places)
        while waiting:
            try:
                key = settled.get(timeout=_NOTICE)
            except Empty:
                continue
            waiting -= 1
            yield from places[key][1]

    def _settle(self, place: Place, settled: SimpleQueue[str]) -> None:
        try:
            self._connected(place)
        except Exception:  # noqa: BLE001, S110 - kept in the slot, and raised to each who asks for the cluster
            pass
        finally:
            settled.put(place.key)

    def _connected(self, place: Place) -> ApiServer:
        with self._lock:
            slot = self._slots.setdefault(place.key, _Slot())
        return slot.connected(lambda: self._connect(place))

    def _connect(self, place: Place) -> ApiServer:
        connection = self._known.connection(place)
        for secret in connection.secrets():
            self._session.ports.workflow.mask(secret)
        cluster = ApiServer(connection)
        # Everybody needs this first, and whether the cluster answers is known by it.
        cluster.catalog()
        expected = self._session.inputs.cluster_uid
        if expected and cluster.cluster_uid() != expected:
            raise Refused(
                f"{cluster.server} is not the cluster that input cluster-uid names",
                detail=f"kube-system there has UID {cluster.cluster_uid()}, the input says {expected}.",
                remedy="Check which kubeconfig the job got, or correct the input.",
            )
        return cluster


def _everything(_key: ResourceKey) -> str:
    return ""
