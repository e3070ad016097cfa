"""One Kubernetes object as it was read or rendered: a JSON value with the questions asked of it most.

A ``Resource`` never changes: who needs another one makes it with ``with_object`` from a copy. The mapping inside
is shared, so nobody may write to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from gitops_action.resource.key import GroupKind, ResourceKey

Json: TypeAlias = Any
"""What a JSON text can hold; an object is a ``dict[str, Json]``."""

JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a target came from: a file of the repository (relative, with its line from 1) or a renderer."""

    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Resource:
    """A Kubernetes object; ``origin`` is known for targets read from plain files only."""

    object: JsonObject
    origin: Origin = field(default=Origin(), compare=False)

    @property
    def api_version(self) -> str:
        """``apps/v1``, or ``v1`` for the core group."""
        return str(self.object.get("apiVersion") or "")

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        group, slash, _ = self.api_version.partition("/")
        return group if slash else ""

    @property
    def kind(self) -> str:
        """The kind, such as ``Deployment``."""
        return str(self.object.get("kind") or "")

    @property
    def group_kind(self) -> GroupKind:
        """Group and kind."""
        return GroupKind(self.group, self.kind)

    @property
    def metadata(self) -> JsonObject:
        """``metadata``, or an empty mapping where it is absent or not a mapping."""
        metadata = self.object.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    @property
    def name(self) -> str:
        """``metadata.name``; empty where only ``generateName`` is given."""
        return str(self.metadata.get("name") or "")

    @property
    def namespace(self) -> str:
        """``metadata.namespace``; empty where absent."""
        return str(self.metadata.get("namespace") or "")

    @property
    def key(self) -> ResourceKey:
        """The identity of this object."""
        return ResourceKey(self.group, self.kind, self.namespace, self.name)

    @property
    def annotations(self) -> dict[str, str]:
        """``metadata.annotations``, or an empty mapping."""
        annotations = self.metadata.get("annotations")
        return annotations if isinstance(annotations, dict) else {}

    @property
    def labels(self) -> dict[str, str]:
        """``metadata.labels``, or an empty mapping."""
        labels = self.metadata.get("labels")
        return labels if isinstance(labels, dict) else {}

    @property
    def uid(self) -> str:
        """``metadata.uid`` of a live object."""
        return str(self.metadata.get("uid") or "")

    @property
    def resource_version(self) -> str:
        """``metadata.resourceVersion`` of a live object."""
        return str(self.metadata.get("resourceVersion") or "")

    @property
    def is_terminating(self) -> bool:
        """Whether the object is being deleted."""
        return bool(self.metadata.get("deletionTimestamp"))

    @property
    def owner_references(self) -> list[JsonObject]:
        """``metadata.ownerReferences``; empty for what nobody owns."""
        return self.metadata.get("ownerReferences") or []

    def with_object(self, new: JsonObject) -> Resource:
        """Return the same resource with other content."""
        return replace(self, object=new)

    def with_metadata(self, **fields: Json) -> Resource:
        """Return a copy whose ``metadata`` has these fields; a value of ``None`` takes the field away."""
        metadata = {**self.metadata, **fields}
        kept = {name: value for name, value in metadata.items() if value is not None}
        return replace(self, object={**self.object, "metadata": kept})

    def with_namespace(self, namespace: str) -> Resource:
        """Return a copy in this namespace; an empty one makes it cluster-scoped."""
        return self.with_metadata(namespace=namespace or None)

    def with_annotations(self, added: dict[str, str]) -> Resource:
        """Return a copy with these annotations added or replaced."""
        return self.with_metadata(annotations={**self.annotations, **added})

    def with_labels(self, added: dict[str, str]) -> Resource:
        """Return a copy with these labels added or replaced."""
        return self.with_metadata(labels={**self.labels, **added})
