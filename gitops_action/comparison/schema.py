"""How the maps and lists of a custom resource are merged, as its CRD's schema says now (W-6, W-7).

In: CustomResourceDefinitions as objects. Out: a ``Schema`` a kind and version. Never validates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Schema:
    """A node of an OpenAPI schema; an empty one says nothing, so that nothing is believed."""

    node: JsonObject

    def field(self, name: str) -> Schema:
        """Return the schema of a field; an empty one where there is none."""
        found = (self.node.get("properties") or {}).get(name, self.node.get("additionalProperties"))
        return Schema(found) if isinstance(found, dict) else NO_SCHEMA

    @property
    def items(self) -> Schema:
        """The schema of a list's items."""
        found = self.node.get("items")
        return Schema(found) if isinstance(found, dict) else NO_SCHEMA

    @property
    def is_granular_map(self) -> bool:
        """Whether many managers may own fields of this map."""
        known = "properties" in self.node or "additionalProperties" in self.node
        return known and self.node.get("x-kubernetes-map-type", "granular") == "granular"

    @property
    def is_set(self) -> bool:
        """Whether this list is a set of scalars."""
        return self.node.get("x-kubernetes-list-type") == "set"

    def is_list_by(self, names: tuple[str, ...]) -> bool:
        """Return whether this list has items with these key fields."""
        keys = self.node.get("x-kubernetes-list-map-keys") or ()
        return self.node.get("x-kubernetes-list-type") == "map" and tuple(sorted(keys)) == names

    @property
    def default(self) -> Json:
        """The default value; ``None`` where there is none."""
        return self.node.get("default")


NO_SCHEMA = Schema({})


def schemas(crds: Iterable[Resource]) -> dict[tuple[str, str], Schema]:
    """Return the schema of each served version, by apiVersion and kind."""
    found: dict[tuple[str, str], Schema] = {}
    for crd in crds:
        spec = crd.object.get("spec") or {}
        kind = (spec.get("names") or {}).get("kind")
        for version in spec.get("versions") or ():
            node = (version.get("schema") or {}).get("openAPIV3Schema")
            if kind and isinstance(node, dict):
                found[f"{spec.get('group')}/{version.get('name')}", kind] = Schema(node)
    return found
