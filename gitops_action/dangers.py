"""The dangers that a change may bring, by name, and how grave the user finds each.

In: the lines of an input, such as ``restarts: ignore``. Out: a ``DangerPolicy``. What is a danger, and in which words
it is told, the comparison decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class DangerName(StrEnum):
    """What a danger is called where it is configured."""

    REPLACED = "replaced"
    DELETES = "deletes"
    DELETES_DATA = "deletes-data"
    RESTARTS = "restarts"
    STOPS = "stops"
    AUTOSCALED = "autoscaled"
    STALE_VALUES = "stale-values"
    LOOSENS_RBAC = "loosens-rbac"
    LOOSENS_NETWORK = "loosens-network"
    LOOSENS_POD_SECURITY = "loosens-pod-security"
    MOVES = "moves"
    HIDES_FIELDS = "hides-fields"
    STORAGE_VERSION = "storage-version"


class DangerWeight(StrEnum):
    """What becomes of a danger: not told, told, or told and the job fails."""

    IGNORE = "ignore"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerPolicy:
    """The weight of each danger; one that is not named warns."""

    weights: Mapping[DangerName, DangerWeight] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[str]) -> DangerPolicy:
        """Return the policy that lines such as ``restarts: ignore`` say.

        Raises ``UsageError`` for a line that says something else.
        """
        weights: dict[DangerName, DangerWeight] = {}
        for line in lines:
            name, _, weight = (part.strip() for part in line.partition(":"))
            if name not in set(DangerName) or weight not in set(DangerWeight):
                raise UsageError(
                    f"input dangers: {line!r} is not a danger and its weight",
                    remedy=f"Write NAME: WEIGHT; names are {', '.join(DangerName)}; weights are "
                    f"{', '.join(DangerWeight)}.",
                )
            weights[DangerName(name)] = DangerWeight(weight)
        return cls(weights=weights)

    def weight(self, name: DangerName) -> DangerWeight:
        """Return how grave a danger is."""
        return self.weights.get(name, DangerWeight.WARN)
