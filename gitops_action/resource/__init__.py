"""Kubernetes objects as values: their identity, their annotations, and how they are read."""

from gitops_action.resource.key import GroupKind, ResourceKey
from gitops_action.resource.resource import Resource

__all__ = ["GroupKind", "Resource", "ResourceKey"]
