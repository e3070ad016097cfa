"""The words for health, best to worst."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class HealthStatusCode(StrEnum):
    """Argo CD's health codes; declared from best to worst, which ``rank`` follows.

    ``NONE`` is the word that a script which answered nothing gives (HLT-5); it counts like Healthy.
    """

    NONE = ""
    HEALTHY = "Healthy"
    SUSPENDED = "Suspended"
    PROGRESSING = "Progressing"
    MISSING = "Missing"
    DEGRADED = "Degraded"
    UNKNOWN = "Unknown"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return max(0, list(HealthStatusCode).index(self) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthStatus:
    """Health with the reason; the reason of Healthy is often empty.

    ``error`` says that an assessment failed, and why; the health is Unknown then.
    """

    code: HealthStatusCode
    message: str = ""
    error: str = field(default="", compare=False)


def healthy(message: str = "") -> HealthStatus:
    """Return Healthy."""
    return HealthStatus(code=HealthStatusCode.HEALTHY, message=message)


def progressing(message: str = "") -> HealthStatus:
    """Return Progressing."""
    return HealthStatus(code=HealthStatusCode.PROGRESSING, message=message)


def suspended(message: str = "") -> HealthStatus:
    """Return Suspended."""
    return HealthStatus(code=HealthStatusCode.SUSPENDED, message=message)


def degraded(message: str = "") -> HealthStatus:
    """Return Degraded."""
    return HealthStatus(code=HealthStatusCode.DEGRADED, message=message)
