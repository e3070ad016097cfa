"""What lives in the cluster of one application: the objects of its targets, and what is tracked for it besides.

In: the wanted keys, tracking and the cluster. Out: the live objects by key, and why something could not be read. Kinds
that are listed: those of the targets and of the recorded inventory; a kind that is in neither is not looked for.
Without a record the label cannot be trusted to be there, so lists are made without a selector and the annotation
decides (TRK-12). Never judges what it reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gitops_action.errors import ApiError
from gitops_action.resource.tracking import Tracking, TrackingMethod

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from gitops_action.ports import ApiCatalog, ApiKind, Cluster
    from gitops_action.resource import Resource, ResourceKey

CLUSTER_WIDE_FROM = 4
"""From so many namespaces on, one list of the whole cluster is less than one a namespace."""
LIST_FROM = 8
"""From so many missing objects of a kind and namespace on, one list without selector is less than reading each."""


class Place(NamedTuple):
    """What one list request asks for; an empty namespace is the whole cluster."""

    kind: ApiKind
    namespace: str

    def __str__(self) -> str:
        """Return ``Deployment in namespace shop``."""
        return f"{self.kind.kind} in namespace {self.namespace}" if self.namespace else self.kind.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The keys of one application, each with the kind that it is read as, and the namespaces to look in."""

    targets: Mapping[ResourceKey, ApiKind]
    inventory: Mapping[ResourceKey, ApiKind]
    namespaces: frozenset[str]
    is_recorded: bool

    @property
    def kinds(self) -> tuple[ApiKind, ...]:
        """Each kind once, in the version of its targets."""
        kinds = {kind.group_kind: kind for kind in (*self.inventory.values(), *self.targets.values())}
        return tuple(kinds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was read; ``unread`` says why an object is not known, ``unlisted`` why a kind is not."""

    objects: Mapping[ResourceKey, Resource]
    unread: Mapping[ResourceKey, str] = field(default_factory=dict)
    unlisted: Mapping[Place, str] = field(default_factory=dict)


def wanted(
    targets: Mapping[ResourceKey, ApiKind],
    inventory: Sequence[ResourceKey] | None,
    catalog: ApiCatalog,
    namespace: str,
) -> Wanted:
    """Return what is to be read; what the inventory names and the cluster no longer serves is gone with its kind."""
    recorded = {key: kind for key in inventory or () if (kind := catalog.preferred.get(key.group_kind)) is not None}
    namespaces = {key.namespace for key in (*targets, *recorded)} | {namespace}
    return Wanted(
        targets=targets,
        inventory=recorded,
        namespaces=frozenset(namespaces - {""}),
        is_recorded=inventory is not None,
    )


def read_live(cluster: Cluster, executor: Executor, want: Wanted, tracking: Tracking) -> LiveState:
    """List the kinds, then read what the lists do not hold: one by one, or by a list without selector."""
    reader = _Reader(cluster, executor, want, tracking)
    selector = tracking.selector if want.is_recorded and tracking.method is not TrackingMethod.ANNOTATION else ""
    reader.list_kinds(selector)
    missing = [key for key in (*want.inventory, *want.targets) if key not in reader.objects]
    reader.read_missing(missing, is_complete=not selector)
    return LiveState(objects=reader.objects, unread=reader.unread, unlisted=reader.unlisted)


@dataclass(slots=True)
class _Reader:
    cluster: Cluster
    executor: Executor
    want: Wanted
    tracking: Tracking
    objects: dict[ResourceKey, Resource] = field(default_factory=dict)
    unread: dict[ResourceKey, str] = field(default_factory=dict)
    unlisted: dict[Place, str] = field(default_factory=dict)

    def list_kinds(self, selector: str) -> None:
        """List each kind where it is looked for; a cluster-wide list that is refused is made by namespace."""
        listable = [kind for kind in self.want.kinds if "list" in kind.verbs]
        refused = self._list([place for kind in listable for place in self._places(kind)], selector)
        narrower = [
            Place(place.kind, namespace)
            for place in refused
            if place.kind.namespaced and not place.namespace
            for namespace in sorted(self.want.namespaces)
        ]
        self.unlisted = {place: why for place, why in refused.items() if place.namespace or not place.kind.namespaced}
        self.unlisted.update(self._list(narrower, selector))

    def read_missing(self, missing: Iterable[ResourceKey], *, is_complete: bool) -> None:
        """Read the objects that no list held; where lists had no selector, what they lack does not exist."""
        by_place: dict[Place, list[ResourceKey]] = {}
        for key in dict.fromkeys(missing):
            kind = self.want.targets.get(key) or self.want.inventory[key]
            place = Place(kind, key.namespace)
            if "get" in kind.verbs and not (is_complete and "list" in kind.verbs and place not in self.unlisted):
                by_place.setdefault(place, []).append(key)
        many = [place for place, keys in by_place.items() if len(keys) >= LIST_FROM and place not in self.unlisted]
        refused = self._list([place for place in many if "list" in place.kind.verbs], "")
        done = set(many) - set(refused)
        self._get([(place, key) for place, keys in by_place.items() if place not in done for key in keys])

    def _places(self, kind: ApiKind) -> list[Place]:
        if not kind.namespaced or len(self.want.namespaces) >= CLUSTER_WIDE_FROM:
            return [Place(kind, "")]
        return [Place(kind, namespace) for namespace in sorted(self.want.namespaces)]

    def _list(self, places: Sequence[Place], selector: str) -> dict[Place, str]:
        """List all at once and keep what matters; return why which list was refused."""
        pending = [
            (place, self.executor.submit(self.cluster.list, place.kind, namespace=place.namespace, selector=selector))
            for place in places
        ]
        refused: dict[Place, str] = {}
        for place, future in pending:
            try:
                items = future.result().items
            except ApiError as error:
                refused[place] = error.summary
                continue
            for item in items:
                self._keep(item)
        return refused

    def _keep(self, item: Resource) -> None:
        key = item.key
        is_ours = self.tracking.owner(item) == self.tracking.instance
        if is_ours or key in self.want.targets or key in self.want.inventory:
            self.objects[key] = item

    def _get(self, wanted_objects: Sequence[tuple[Place, ResourceKey]]) -> None:
        pending = [
            (key, self.executor.submit(self.cluster.get, place.kind, namespace=key.namespace, name=key.name))
            for place, key in wanted_objects
        ]
        for key, future in pending:
            try:
                found = future.result()
            except ApiError as error:
                self.unread[key] = error.summary
                continue
            if found is not None:
                self.objects[key] = found
