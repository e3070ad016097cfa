"""``RespectIgnoreDifferences=true``: the target with live's values in every field that an ignore rule names.

In: a tracked target and live in the same apiVersion. Out: the target as it is compared and applied. What no rule names
is the target's own, in lists too; a list whose items cannot be told apart is live's only where nothing else in it would
change. Rules: DIF-44 to DIF-46.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops_action.comparison.json_path import ABSENT
from gitops_action.comparison.prediction import comparable
from gitops_action.comparison.strict import same

if TYPE_CHECKING:
    from gitops_action.comparison.normalize import Normalizer
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject
    from gitops_action.resource.tracking import Tracking

OPTION = "RespectIgnoreDifferences=true"
_ITEM_KEYS = ("name", "mountPath", "containerPort", "port", "key", "ip", "devicePath", "topologyKey", "type", "uid")
_IDENTITY = ("name", "namespace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Respect:
    """Gives a target what live has in ignored fields."""

    normalizer: Normalizer
    tracking: Tracking

    def __call__(self, target: Resource, live: Resource) -> Resource:
        """Return the target with live's values where a rule says so; who it is and whose stays the target's.

        Raises ``RuleFailed``.
        """
        before = comparable(live, has_status=True)
        normalized = self.normalizer.for_sending(target.key, live, before, target.object)
        if same(normalized.live, before) and same(normalized.predicted, target.object):
            return target
        merged = _map(normalized.predicted, normalized.live, before, target.object)
        metadata = merged.get("metadata")
        kept = {name: target.metadata[name] for name in _IDENTITY if name in target.metadata}
        content = {
            **merged,
            "apiVersion": target.api_version,
            "kind": target.kind,
            "metadata": {**(metadata if isinstance(metadata, dict) else {}), **kept},
        }
        return self.tracking.mark(target.with_object(content))


def as_it_is(target: Resource, live: Resource) -> Resource:  # noqa: ARG001  # stands where ignored fields are applied
    """Return the target."""
    return target


def _map(target: JsonObject, normalized: JsonObject, live: JsonObject, original: JsonObject) -> JsonObject:
    """Add to the normalized target what normalization took out of live."""
    merged = dict(target)
    for name, value in live.items():
        if name not in normalized:
            merged[name] = value
        elif not same(normalized[name], value):
            own, whole = target.get(name, ABSENT), original.get(name, ABSENT)
            if (restored := _value(own, normalized[name], value, whole)) is not ABSENT:
                merged[name] = restored
    return merged


def _value(target: Json, normalized: Json, live: Json, original: Json) -> Json:
    if isinstance(normalized, dict) and isinstance(live, dict) and (target is ABSENT or isinstance(target, dict)):
        own = target if isinstance(target, dict) else {}
        return _map(own, normalized, live, original if isinstance(original, dict) else {})
    if not (isinstance(normalized, list) and isinstance(live, list) and isinstance(target, list)):
        return target
    whole = original if isinstance(original, list) else target
    for name in _ITEM_KEYS:
        items = [_by_key(each, name) for each in (target, normalized, live, whole)]
        if all(each is not None for each in items):
            return _items(*items)
    if same(target, normalized):
        return live
    return whole


def _items(target: Any, normalized: Any, live: Any, original: Any) -> list[Json]:
    """Merge lists whose items have keys: ignored items are live's, in live's place, the others are the target's."""
    merged = dict(target)
    order = list(original) if set(target) <= set(original) else list(target)
    previous = -1
    for key, item in live.items():
        if key not in normalized:
            merged[key] = item
            if key not in order:
                order.insert(previous + 1, key)
        elif key in target and not same(normalized[key], item):
            merged[key] = _value(target[key], normalized[key], item, original.get(key, ABSENT))
        previous = order.index(key) if key in order else previous
    return [merged[key] for key in order if key in merged]


def _by_key(items: list[Json], name: str) -> dict[str, Json] | None:
    if not all(isinstance(item, dict) and isinstance(item.get(name), str | int) for item in items):
        return None
    found = {f"{item[name]}": item for item in items}
    return found if len(found) == len(items) else None
