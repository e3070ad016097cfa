"""Both sides of a comparison as they are judged: without what nobody wants to see, each hidden field told.

In: live, and what a dry run says it would become. Out: ``Normalized``. Ignore rules first, then what Argo CD hides by
itself: status (DIF-11, DIF-35) and, where the settings say so, the rules of aggregated roles (DIF-8) and the spelling
of known types.
Never changes what is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from gitops_action.application.comparison_settings import COMPARE_OPTIONS, CompareOptions, StatusScope
from gitops_action.comparison.endpoints import repacked
from gitops_action.comparison.ignore_differences import NO_RULES, IgnoreRules
from gitops_action.comparison.json_path import ABSENT
from gitops_action.comparison.known_types import NO_KNOWN_TYPES, KnownTypes
from gitops_action.comparison.model import Hidden
from gitops_action.comparison.strict import canonical, same
from gitops_action.resource.tracking import is_crd

if TYPE_CHECKING:
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import Json, JsonObject

_IDENTITY = ("apiVersion", "kind")
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """Both sides without what is hidden, and the hidden fields in which they differed."""

    live: JsonObject
    predicted: JsonObject
    hidden: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalizer:
    """Takes out of both sides what is not compared."""

    rules: IgnoreRules = NO_RULES
    options: CompareOptions = COMPARE_OPTIONS
    known_types: KnownTypes = NO_KNOWN_TYPES

    def __call__(self, key: ResourceKey, live: Resource, before: JsonObject, after: JsonObject) -> Normalized:
        """Return both sides normalized; ``live`` tells what kind it is and who manages it.

        Raises ``RuleFailed``.
        """
        sides = (_copy(before), _copy(after))
        hidden = [*self.rules.take(key, live, sides), *self._without_aggregated(live, sides)]
        for side, whole in zip(sides, (before, after), strict=True):
            # What an object is stays, whatever a rule says: a Secret is masked because it is one.
            side.update({name: whole[name] for name in _IDENTITY if name in whole})
        if self._hides_status(live):
            hidden += _without(sides, "status", "builtin:ignoreResourceStatusField")
        hidden += self._respelled(key, sides)
        if live.api_version == "v1" and live.kind == "Endpoints":
            hidden += _repacked(sides)
        if _is_role(live):
            for side in sides:
                side["rules"] = side.get("rules") or None  # DIF-8: no rules are no rules, however they are written
        return Normalized(live=sides[0], predicted=sides[1], hidden=tuple(hidden))

    def for_sending(self, key: ResourceKey, live: Resource, before: JsonObject, target: JsonObject) -> Normalized:
        """Return live and the target without the fields in which a target may take live's values (DIF-44, DIF-45).

        Status is none of them. Raises ``RuleFailed``.
        """
        sides = (_copy(before), _copy(target))
        hidden = (*self.rules.take(key, live, sides), *self._without_aggregated(live, sides))
        return Normalized(live=sides[0], predicted=sides[1], hidden=hidden)

    def _respelled(self, key: ResourceKey, sides: tuple[JsonObject, JsonObject]) -> list[Hidden]:
        """Write known fields of both sides alike; return those that differed in nothing but their spelling."""
        paths = {path: "/" + "/".join(path) for path in self.known_types.of(key.group_kind)}
        if not paths:
            return []
        before = [[_found(side, path) for side in sides] for path in paths]
        for side in sides:
            self.known_types.normalize(key.group_kind, side)
        return [
            Hidden(rule="builtin:knownTypeFields", path=pointed)
            for (path, pointed), old in zip(paths.items(), before, strict=True)
            if old[0] != old[1] and _found(sides[0], path) == _found(sides[1], path)
        ]

    def _without_aggregated(self, live: Resource, sides: tuple[JsonObject, JsonObject]) -> list[Hidden]:
        is_aggregated = any(isinstance(side.get("aggregationRule"), dict) for side in sides)
        if not (self.options.ignore_aggregated_roles and is_aggregated and _is_role(live)):
            return []
        return _without(sides, "rules", "builtin:ignoreAggregatedRoles")

    def _hides_status(self, live: Resource) -> bool:
        scope = self.options.ignore_status
        return scope is StatusScope.ALL or (scope is StatusScope.CRD and is_crd(live))


NORMALIZER = Normalizer()
"""Without settings and rules."""


def _copy(value: JsonObject) -> JsonObject:
    copy: JsonObject = orjson.loads(orjson.dumps(value))
    return copy


def _found(side: JsonObject, path: tuple[str, ...]) -> bytes:
    """Return what stands at a path, or below the lists on the way, as text."""
    nodes: list[Json] = [side]
    for name in path:
        nodes = [node[name] for node in _flat(nodes) if isinstance(node, dict) and name in node]
    return canonical(nodes)


def _flat(nodes: list[Json]) -> list[Json]:
    return [each for node in nodes for each in (_flat(node) if isinstance(node, list) else [node])]


def _repacked(sides: tuple[JsonObject, JsonObject]) -> list[Hidden]:
    """Write the subsets of both sides in one order; return whether they differed in nothing else (DIF-9)."""
    before, after = (side.get("subsets") for side in sides)
    was_same = same(before, after)
    for side in sides:
        if "subsets" in side:
            side["subsets"] = repacked(side["subsets"])
    is_same = same(sides[0].get("subsets"), sides[1].get("subsets"))
    return [Hidden(rule="builtin:endpointsOrder", path="/subsets")] if is_same and not was_same else []


def _is_role(resource: Resource) -> bool:
    return resource.group == _RBAC and resource.kind in ("Role", "ClusterRole")


def _without(sides: tuple[JsonObject, JsonObject], name: str, rule: str) -> list[Hidden]:
    before, after = (side.pop(name, ABSENT) for side in sides)
    is_same = before is after or (before is not ABSENT and after is not ABSENT and same(before, after))
    return [] if is_same else [Hidden(rule=rule, path=f"/{name}")]
