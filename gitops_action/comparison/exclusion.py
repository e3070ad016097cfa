"""Kinds that are never compared, applied or pruned (TRK-21, TRK-22).

In: a kind and the settings' ``resource.exclusions`` and ``resource.inclusions``. Out: whether it is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.resource import GroupKind

_ALWAYS_GROUPS = frozenset({"events.k8s.io", "metrics.k8s.io"})
_ALWAYS_KINDS = frozenset({("", "Event"), ("coordination.k8s.io", "Lease")})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFilter:
    """One entry of the settings: groups and clusters are globs, kinds exact or ``*``; an empty list means all."""

    api_groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()

    def matches(self, kind: GroupKind, server: str) -> bool:
        """Return whether the entry speaks of this kind in this cluster."""
        return self.matches_cluster(server) and _any(kind.group, self.api_groups) and self._matches_kind(kind.kind)

    def matches_cluster(self, server: str) -> bool:
        """Return whether the entry speaks of this cluster."""
        return _any(server, self.clusters)

    def _matches_kind(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds or "*" in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceExclusion:
    """What the settings leave alone; without settings, what is always left alone."""

    exclusions: Sequence[ResourceFilter] = ()
    inclusions: Sequence[ResourceFilter] = ()
    server: str = ""

    def __call__(self, kind: GroupKind) -> bool:
        """Return whether objects of this kind are left alone; an exclusion beats an inclusion."""
        if kind.group in _ALWAYS_GROUPS or kind in _ALWAYS_KINDS:
            return True
        if any(entry.matches(kind, self.server) for entry in self.exclusions):
            return True
        here = [entry for entry in self.inclusions if entry.matches_cluster(self.server)]
        return bool(here) and not any(entry.matches(kind, self.server) for entry in here)


NOTHING_SET = ResourceExclusion()


def _any(text: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(text, glob) for glob in globs)
