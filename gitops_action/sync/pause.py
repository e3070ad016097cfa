"""The stop switch: an application that somebody has paused is not synced, and the reason is shown.

In: the application's annotations, and a ConfigMap ``gitops-action`` beside its record, with the key ``pause`` for all
applications there or ``pause.NAME`` for one. Out: the reason, empty where nothing is paused. Changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import Forbidden, Refused
from gitops_action.ports import ApiKind
from gitops_action.sync.record import record_namespace

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.ports import Cluster

PAUSE = "gitops-action/pause"
"""Annotation of an Application; its value is the reason."""
SKIP_RECONCILE = "argocd.argoproj.io/skip-reconcile"
SWITCH = "gitops-action"
"""The ConfigMap's name."""
_CONFIG_MAP = ApiKind(group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True)


def paused_in_git(application: Application) -> str:
    """Return why the Application's own annotations pause it."""
    if PAUSE in application.annotations:
        return f"annotation {PAUSE}: {_reason(application.annotations[PAUSE])}"
    if application.annotations.get(SKIP_RECONCILE) == "true":
        return f"annotation {SKIP_RECONCILE}"
    return ""


def paused_in_cluster(application: Application, cluster: Cluster, state_namespace: str = "") -> str:
    """Return why the cluster's switch pauses an application; who may not read the switch finds none."""
    namespace = record_namespace(application, state_namespace)
    try:
        found = cluster.get(_CONFIG_MAP, namespace=namespace, name=SWITCH)
    except Forbidden:
        return ""
    data = (found.object.get("data") or {}) if found else {}
    for key in (f"pause.{application.name}", "pause"):
        if key in data:
            return f"ConfigMap {namespace}/{SWITCH}, key {key}: {_reason(str(data[key]))}"
    return ""


def paused(application: Application, reason: str) -> Refused | None:
    """Return the refusal of a paused application."""
    if not reason:
        return None
    return Refused(f"{application.name}: not synced, for it is paused ({reason})", remedy="Remove that to go on.")


def _reason(text: str) -> str:
    return " ".join(text.split())[:200] or "no reason given"
