"""Live object → health, by Argo CD's rules: built-in kinds in Go's words, everything else by Lua or conditions."""

from gitops_action.health.status import HealthStatus, HealthStatusCode

__all__ = ["HealthStatus", "HealthStatusCode"]
