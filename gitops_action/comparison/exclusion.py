"""Kinds that are never compared, applied or pruned (TRK-21, TRK-22).

In: a kind and the settings' ``resource.exclusions`` and ``resource.inclusions``. Out: whether it is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.application.settings import ResourceFilter
    from gitops_action.resource import GroupKind

_ALWAYS_GROUPS = frozenset({"events.k8s.io", "metrics.k8s.io"})
_ALWAYS_KINDS = frozenset({("", "Event"), ("coordination.k8s.io", "Lease")})


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
        if any(_matches(entry, kind, self.server) for entry in self.exclusions):
            return True
        here = [entry for entry in self.inclusions if _any(self.server, entry.clusters)]
        return bool(here) and not any(_matches(entry, kind, self.server) for entry in here)


NOTHING_SET = ResourceExclusion()


def _matches(entry: ResourceFilter, kind: GroupKind, server: str) -> bool:
    of_kind = not entry.kinds or kind.kind in entry.kinds or "*" in entry.kinds
    return of_kind and _any(kind.group, entry.api_groups) and _any(server, entry.clusters)


def _any(text: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(text, glob) for glob in globs)
