"""ConfigMaps and Secrets that a generator names by their content: the new one replaces the old, as one change.

In: the rows of a comparison. Out: for each object that comes, the one that goes for it. Where more than one comes or
goes under a name, they are not paired.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.comparison.model import SyncStatusCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.resource import ResourceKey

_KINDS = frozenset({("", "ConfigMap"), ("", "Secret")})
_HASHED = re.compile(r"(?P<name>.+)-[bcdfghkmt2456789]{10}")
"""What kustomize makes of a name; its hash is spelled with these letters and digits."""


def renames(rows: Iterable[ResourceComparison]) -> Mapping[ResourceKey, ResourceComparison]:
    """Return the row of what goes by the key of what comes in its place."""
    come: dict[ResourceKey, list[ResourceComparison]] = {}
    gone: dict[ResourceKey, list[ResourceComparison]] = {}
    for row in rows:
        found = _HASHED.fullmatch(row.key.name)
        is_hashed = found is not None and (row.key.group, row.key.kind) in _KINDS
        if not is_hashed or found is None or row.status is not SyncStatusCode.OUT_OF_SYNC or row.is_hook:
            continue
        plain = row.key._replace(name=found["name"])
        if row.live is None and not row.refusal:
            come.setdefault(plain, []).append(row)
        elif row.target is None and row.requires_pruning:
            gone.setdefault(plain, []).append(row)
    return {
        come[plain][0].key: old[0] for plain, old in gone.items() if len(old) == 1 and len(come.get(plain, ())) == 1
    }
