"""Dangers to what runs: pods that restart or stop, an autoscaler that is worked against, values that nobody reads anew.

In: both sides of an object's change, and what the other rows of its application hold. Out: phrases, gravest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.comparison.display import sides
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.named_danger import Danger
from gitops_action.comparison.shape import at, equal, items, mapping, number, text
from gitops_action.dangers import DangerName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource import ResourceKey
    from gitops_action.resource.resource import JsonObject

_WORKLOADS = frozenset({("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet")})
_AUTOSCALERS = frozenset({("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")})
_ENVIRONMENT = {("", "ConfigMap"): ("configMapRef", "configMapKeyRef"), ("", "Secret"): ("secretRef", "secretKeyRef")}
_VALUES = ("data", "binaryData", "stringData")
_CONTAINERS = ("initContainers", "containers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A workload that lives: how it is, how the sync would leave it (``None``: not at all), and its ready pods."""

    key: ResourceKey
    live: JsonObject
    new: JsonObject | None

    @property
    def restarts(self) -> bool:
        """Whether the sync replaces its pods."""
        return self.new is None or _is_rolled(self.key, self.live, self.new)

    @property
    def ready(self) -> int:
        """Its ready pods."""
        name = "numberReady" if self.key.kind == "DaemonSet" else "readyReplicas"
        return number(self.live, "status", name) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the rows of an application know of one another."""

    autoscaled: frozenset[tuple[str, str, str, str]] = frozenset()
    """Group, kind, namespace and name of what an autoscaler scales."""
    running: tuple[Running, ...] = ()


def surroundings(rows: Iterable[ResourceComparison]) -> Surroundings:
    """Return what the rows know of one another; what the sync deletes scales nothing any more."""
    autoscaled, running = set(), []
    for row in rows:
        kind = (row.key.group, row.key.kind)
        if kind in _AUTOSCALERS and not row.requires_pruning and (source := row.target or row.live) is not None:
            autoscaled.add(_scaled(source.object, row.key.namespace))
        if kind in _WORKLOADS and row.live is not None:
            differs = row.status is SyncStatusCode.OUT_OF_SYNC
            new = sides(row)[1] if differs else row.live.object
            running.append(Running(key=row.key, live=row.live.object, new=new))
    return Surroundings(autoscaled=frozenset(autoscaled), running=tuple(running))


def dangers(key: ResourceKey, old: JsonObject | None, new: JsonObject | None, around: Surroundings) -> Iterator[Danger]:
    """Yield the dangers of a change from ``old`` to ``new``; ``None`` is a side that does not exist."""
    if old is None:
        return
    if new is None:
        yield from _selected(key, old, around)
        yield from _stopped(key, old)
        return
    yield from _scaling(key, old, new, around)
    yield from _restarts(key, old, new)
    yield from _not_read_anew(key, old, new, around)


def pods(count: int, noun: str = "pod") -> str:
    """Return ``1 pod``, ``9 pods``."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def _scaled(scaler: JsonObject, namespace: str) -> tuple[str, str, str, str]:
    reference = mapping(scaler, "spec", "scaleTargetRef")
    group, slash, _ = (text(reference, "apiVersion") or "apps/v1").partition("/")
    return group if slash else "", text(reference, "kind") or "Deployment", namespace, text(reference, "name")


def _scaling(key: ResourceKey, old: JsonObject, new: JsonObject, around: Surroundings) -> Iterator[Danger]:
    before, after = (number(side, "spec", "replicas") for side in (old, new))
    if before is None or after is None or before == after:
        return
    if after == 0:
        count = _alive(key, old)
        yield Danger(DangerName.STOPS, f"scales to 0 and stops {pods(count)}" if count else "scales to 0")
    elif tuple(key) in around.autoscaled:
        yield Danger(DangerName.AUTOSCALED, f"scales {before:,} → {after:,} against its autoscaler")


def _restarts(key: ResourceKey, old: JsonObject, new: JsonObject) -> Iterator[Danger]:
    count = _alive(key, old)
    if count and _is_rolled(key, old, new):
        at_once = key.kind == "Deployment" and text(new, "spec", "strategy", "type") == "Recreate"
        yield Danger(DangerName.RESTARTS, f"restarts {pods(count)}{' all at once' if at_once and count > 1 else ''}")


def _is_rolled(key: ResourceKey, old: JsonObject, new: JsonObject) -> bool:
    """Return whether a controller replaces the running pods by ones of another template."""
    if (key.group, key.kind) not in _WORKLOADS or number(new, "spec", "replicas") == 0:
        return False
    waits = at(new, "spec", "paused") is True or text(new, "spec", "updateStrategy", "type") == "OnDelete"
    return not waits and not equal(at(old, "spec", "template"), at(new, "spec", "template"))


def _alive(key: ResourceKey, live: JsonObject) -> int:
    """Return how many pods a workload has, as its status counts them."""
    if (key.group, key.kind) not in _WORKLOADS:
        return 0
    name = "currentNumberScheduled" if key.kind == "DaemonSet" else "replicas"
    return max(number(live, "status", name) or 0, 0)


def _stopped(key: ResourceKey, live: JsonObject) -> Iterator[Danger]:
    count = _alive(key, live)
    if count:
        yield Danger(DangerName.STOPS, f"stops {pods(count)}")


def _selected(key: ResourceKey, live: JsonObject, around: Surroundings) -> Iterator[Danger]:
    """Say of a Service how many ready pods of this application lose it, and are not deleted with it."""
    selector = mapping(live, "spec", "selector")
    if (key.group, key.kind) != ("", "Service") or not selector:
        return
    ready = sum(
        each.ready
        for each in around.running
        if each.key.namespace == key.namespace
        and each.new is not None
        and selector.items() <= mapping(each.new, "spec", "template", "metadata", "labels").items()
    )
    if ready > 0:
        yield Danger(DangerName.STOPS, f"takes a Service from {pods(ready, 'ready pod')}")


def _not_read_anew(key: ResourceKey, old: JsonObject, new: JsonObject, around: Surroundings) -> Iterator[Danger]:
    """Say who reads changed values as environment variables, which a running container never sees."""
    references = _ENVIRONMENT.get((key.group, key.kind))
    if references is None or all(equal(old.get(name), new.get(name)) for name in _VALUES):
        return
    readers = [
        each.key
        for each in around.running
        if each.key.namespace == key.namespace and not each.restarts and _reads(each.live, references, key.name)
    ]
    if len(readers) == 1:
        yield Danger(
            DangerName.STALE_VALUES, f"leaves running pods of {readers[0].kind} {readers[0].name} with the old value"
        )
    elif readers:
        yield Danger(DangerName.STALE_VALUES, f"leaves running pods of {len(readers):,} workloads with the old value")


def _reads(workload: JsonObject, references: tuple[str, str], name: str) -> bool:
    whole, single = references
    spec = mapping(workload, "spec", "template", "spec")
    for container in (each for names in _CONTAINERS for each in items(spec, names)):
        if any(text(source, whole, "name") == name for source in items(container, "envFrom")):
            return True
        if any(text(variable, "valueFrom", single, "name") == name for variable in items(container, "env")):
            return True
    return False
