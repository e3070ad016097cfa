"""GitOps for Kubernetes without a controller: render, compare, comment, sync, wait."""

__version__ = "0.1.0"
