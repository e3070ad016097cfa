"""The identity of an object in a cluster: group, kind, namespace and name, but never a version."""

from __future__ import annotations

from typing import NamedTuple


class GroupKind(NamedTuple):
    """A kind whatever its version; the core group is the empty string."""

    group: str
    kind: str

    def __str__(self) -> str:
        """Return ``group/Kind``, or ``Kind`` alone for the core group."""
        return f"{self.group}/{self.kind}" if self.group else self.kind


class ResourceKey(NamedTuple):
    """One object; ``namespace`` is empty for what is cluster-scoped."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def group_kind(self) -> GroupKind:
        """The kind without the object."""
        return GroupKind(self.group, self.kind)

    def __str__(self) -> str:
        """Return the words that people use: ``Deployment shop/web``."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
