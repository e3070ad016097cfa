"""The words for health, best to worst."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HealthStatusCode(StrEnum):
    """Argo CD's health codes; declared from best to worst, which ``rank`` follows."""

    HEALTHY = "Healthy"
    SUSPENDED = "Suspended"
    PROGRESSING = "Progressing"
    MISSING = "Missing"
    DEGRADED = "Degraded"
    UNKNOWN = "Unknown"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(HealthStatusCode).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthStatus:
    """Health with the reason; the reason of Healthy is often empty."""

    code: HealthStatusCode
    message: str = ""
