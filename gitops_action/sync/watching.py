"""Watch the kinds of an operation's objects and put what happens to them into a queue.

In: keys of interest. Out: ``Observed`` events, and ``Trouble`` where a watch fails. One thread for each kind and
namespace: a list, then a watch from its version; an expired version or a lost connection begins again with a list.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from gitops_action.errors import ApiError, ClusterError
from gitops_action.sync.state import Observed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gitops_action.ports import ApiKind, Clock, Cluster
    from gitops_action.resource import Resource, ResourceKey

_WATCH_SECONDS = 30.0
_PAUSE_AFTER_TROUBLE = 2.0
_EXPIRED = 410


_T = TypeVar("_T")


def drain(events: queue.SimpleQueue[_T], timeout: float) -> list[_T]:
    """Return all that a queue holds, waiting for the first at most ``timeout`` seconds."""
    found: list[_T] = []
    try:
        found.append(events.get(timeout=max(timeout, 0.0)))
        while True:
            found.append(events.get_nowait())
    except queue.Empty:
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A list or watch failed; it is tried again."""

    message: str


class Watches:
    """The running watches of one operation."""

    def __init__(
        self,
        cluster: Cluster,
        keys: Collection[ResourceKey],
        *,
        clock: Clock,
    ) -> None:
        self._cluster = cluster
        self._keys = frozenset(keys)
        self._clock = clock
        self._running: set[tuple[ApiKind, str]] = set()
        self._closed = threading.Event()
        self._events: queue.SimpleQueue[Observed | Trouble] = queue.SimpleQueue()

    def follow(self, places: Iterable[tuple[ApiKind, str]]) -> None:
        """Watch these kinds in these namespaces, if that is not done already."""
        for kind, namespace in places:
            if (kind, namespace) not in self._running:
                self._running.add((kind, namespace))
                name = f"watch-{kind.plural}-{namespace}"
                # A daemon, for a watch that is silent cannot be interrupted and must not hold up the end.
                threading.Thread(target=self._follow, args=(kind, namespace), name=name, daemon=True).start()

    def next(self, timeout: float) -> list[Observed | Trouble]:
        """Return all events that are there, waiting for the first at most ``timeout`` seconds."""
        return drain(self._events, timeout)

    def close(self) -> None:
        """Let the threads end with their next event."""
        self._closed.set()

    def _follow(self, kind: ApiKind, namespace: str) -> None:
        version = ""
        while not self._closed.is_set():
            try:
                version = version or self._list(kind, namespace)
                version = self._watch(kind, namespace, version)
            except ClusterError as error:
                version = ""
                if not (isinstance(error, ApiError) and error.status == _EXPIRED) and not self._closed.is_set():
                    self._events.put(Trouble(message=f"cannot watch {kind.plural}: {error.summary}"))
                    self._closed.wait(_PAUSE_AFTER_TROUBLE)

    def _list(self, kind: ApiKind, namespace: str) -> str:
        listing = self._cluster.list(kind, namespace=namespace)
        present = {item.key: item for item in listing.items}
        for key in self._keys:
            if key.group_kind == kind.group_kind and key.namespace == (namespace if kind.namespaced else ""):
                self._put(key, present.get(key), listing.resource_version)
        return listing.resource_version

    def _watch(self, kind: ApiKind, namespace: str, version: str) -> str:
        events = self._cluster.watch(kind, namespace=namespace, resource_version=version, timeout=_WATCH_SECONDS)
        for event in events:
            if self._closed.is_set():
                break
            version = event.object.resource_version or version
            if event.object.key in self._keys:
                live = None if event.type == "DELETED" else event.object
                self._put(event.object.key, live, version)
        return version

    def _put(self, key: ResourceKey, live: Resource | None, version: str) -> None:
        self._events.put(Observed(key=key, live=live, now=self._clock.now(), version=version))
