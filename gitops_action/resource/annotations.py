"""What Argo CD reads from an object's annotations: hooks, delete policies, waves and sync options.

Rules: SYN-1 to SYN-10 (hook classification), comma lists trimmed, empties dropped, matching exact and
case-sensitive.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.resource.resource import Resource

_T = TypeVar("_T")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")

HOOK = "argocd.argoproj.io/hook"
HOOK_DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
HOOK_FINALIZER = "argocd.argoproj.io/hook-finalizer"
SYNC_WAVE = "argocd.argoproj.io/sync-wave"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"
IGNORE_HEALTHCHECK = "argocd.argoproj.io/ignore-healthcheck"
HELM_HOOK = "helm.sh/hook"
HELM_HOOK_WEIGHT = "helm.sh/hook-weight"
HELM_HOOK_DELETE_POLICY = "helm.sh/hook-delete-policy"


class HookType(StrEnum):
    """When a hook runs."""

    PRE_SYNC = "PreSync"
    SYNC = "Sync"
    POST_SYNC = "PostSync"
    SYNC_FAIL = "SyncFail"
    SKIP = "Skip"
    PRE_DELETE = "PreDelete"
    POST_DELETE = "PostDelete"


class HookDeletePolicy(StrEnum):
    """When the object of a hook is deleted."""

    BEFORE_HOOK_CREATION = "BeforeHookCreation"
    HOOK_SUCCEEDED = "HookSucceeded"
    HOOK_FAILED = "HookFailed"


_HELM_TYPES = {
    "pre-install": HookType.PRE_SYNC,
    "pre-upgrade": HookType.PRE_SYNC,
    "post-install": HookType.POST_SYNC,
    "post-upgrade": HookType.POST_SYNC,
    "pre-delete": HookType.PRE_DELETE,
    "post-delete": HookType.POST_DELETE,
}
_HELM_POLICIES = {
    "before-hook-creation": HookDeletePolicy.BEFORE_HOOK_CREATION,
    "hook-succeeded": HookDeletePolicy.HOOK_SUCCEEDED,
    "hook-failed": HookDeletePolicy.HOOK_FAILED,
}
_ARGO_TYPES = {hook_type.value: hook_type for hook_type in HookType}
_ARGO_POLICIES = {policy.value: policy for policy in HookDeletePolicy}


def comma_list(text: str | None) -> tuple[str, ...]:
    """Split an annotation's list: trimmed, without empties and duplicates, in order."""
    return tuple(dict.fromkeys(part for part in map(str.strip, str(text or "").split(",")) if part))


def hook_types(resource: Resource) -> tuple[HookType, ...]:
    """Return the hook types that the annotations name; Helm's count where Argo CD's list has none (SYN-3)."""
    annotations = resource.annotations
    argo = _known(comma_list(annotations.get(HOOK)), _ARGO_TYPES)
    return argo or _known(comma_list(annotations.get(HELM_HOOK)), _HELM_TYPES)


def is_hook(resource: Resource) -> bool:
    """Return whether the object is a hook, of whatever type or none (SYN-1, SYN-2, SYN-6)."""
    annotations = resource.annotations
    if HOOK in annotations:
        return hook_types(resource) != (HookType.SKIP,)
    return HELM_HOOK in annotations and annotations[HELM_HOOK] != "crd-install"


def is_skipped(resource: Resource) -> bool:
    """Return whether the object says ``Skip`` and nothing else: never applied, compared or assessed (SYN-6)."""
    return HOOK in resource.annotations and hook_types(resource) == (HookType.SKIP,)


def is_ignored_hook(resource: Resource) -> bool:
    """Return whether the object is a hook without a type that a sync runs (SYN-7)."""
    runs = {HookType.PRE_SYNC, HookType.SYNC, HookType.POST_SYNC, HookType.SYNC_FAIL}
    return is_hook(resource) and not runs.intersection(hook_types(resource))


def hook_delete_policies(resource: Resource) -> tuple[HookDeletePolicy, ...]:
    """Return when a hook's object is deleted; before the next creation where nothing valid is said (SYN-9)."""
    annotations = resource.annotations
    policies = (
        *_known(comma_list(annotations.get(HOOK_DELETE_POLICY)), _ARGO_POLICIES),
        *_known(comma_list(annotations.get(HELM_HOOK_DELETE_POLICY)), _HELM_POLICIES),
    )
    return tuple(dict.fromkeys(policies)) or (HookDeletePolicy.BEFORE_HOOK_CREATION,)


def sync_wave(resource: Resource) -> int:
    """Return the wave: ``sync-wave``, else Helm's weight, else 0; what is no integer counts as absent (SYN-10)."""
    annotations = resource.annotations
    for name in (SYNC_WAVE, HELM_HOOK_WEIGHT):
        text = str(annotations.get(name, ""))
        # Narrower than int(), which takes spaces, underscores, other scripts' digits and any size.
        if _INTEGER.fullmatch(text) and -(2**63) <= int(text) < 2**63:
            return int(text)
    return 0


def sync_options(resource: Resource | None) -> tuple[str, ...]:
    """Return the sync options that the object itself asks for."""
    return comma_list(resource.annotations.get(SYNC_OPTIONS)) if resource else ()


def option_value(options: Iterable[str], name: str) -> str | None:
    """Return the value of the first ``name=value`` among the options, or ``None``."""
    return next((value for key, sep, value in (o.partition("=") for o in options) if sep and key == name), None)


def _known(words: tuple[str, ...], table: dict[str, _T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(table[word] for word in words if word in table))
