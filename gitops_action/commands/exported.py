"""An object of Argo CD in a cluster → the document that belongs into Git.

In: the live object. Out: what somebody would have written: no status, nothing of the server's or of a controller's
bookkeeping; and the places where a credential seems to stand. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.discovery import SETTINGS_NAME
from gitops_action.application.project import CONTROL_PLANE_NAMESPACE
from gitops_action.comparison.credentials import hide_credentials, is_credential_name, looks_harmless
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject

FOLDERS = {"Application": "applications", "ApplicationSet": "applicationsets", "AppProject": "projects"}
_TRACKING = "argocd.argoproj.io/tracking-id"
_BOOKKEEPING = re.compile(
    r"kubectl\.kubernetes\.io/last-applied-configuration|argocd\.argoproj\.io/(?:tracking-id|installation-id|refresh"
    r"|hydrate|deletion-approved)|notified\.notifications\.argoproj\.io"
)
_SETTINGS = re.compile(r"(?:resource|application|kustomize|helm|jsonnet)\..*|globalProjects|installationID|timeout\..*")
"""Keys of ``argocd-cm`` that say how applications are treated; the others are about Argo CD's server and its logins."""
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A document and its file. ``credentials`` are the paths of fields that seem to hold one."""

    path: str
    document: JsonObject
    credentials: tuple[str, ...] = ()


def exported(live: Resource, *, of_control_plane: bool = False) -> Exported:
    """Return the document of an Application, ApplicationSet or AppProject.

    What is in the namespace of Argo CD itself names none in Git, whatever that namespace is called: objects are tracked
    by the bare name of such an Application, and by namespace and name of any other.
    """
    if not _NAME.fullmatch(live.name):
        raise ClusterError(
            f"the cluster has an {live.kind} whose name is none", remedy="Is it a Kubernetes API server?"
        )
    document: JsonObject = {
        "apiVersion": live.api_version,
        "kind": live.kind,
        "metadata": _metadata(live, of_control_plane=of_control_plane),
        "spec": _without_issued(live.object.get("spec") or {}),
    }
    found = tuple(dict.fromkeys(_credentials(document["spec"], "spec")))
    return Exported(path=f"{FOLDERS[live.kind]}/{live.name}.yaml", document=document, credentials=found)


def exported_settings(live: Resource) -> tuple[Exported, tuple[str, ...]]:
    """Return the document of ``argocd-cm``, and the keys that are left out."""
    data = live.object.get("data") or {}
    kept = {key: data[key] for key in sorted(data) if _SETTINGS.fullmatch(key)}
    document: JsonObject = {"apiVersion": "v1", "kind": "ConfigMap"}
    document |= {"metadata": _metadata(live, of_control_plane=True), "data": kept}
    left_out = tuple(key for key in sorted(data) if key not in kept)
    return Exported(path=f"{SETTINGS_NAME}.yaml", document=document), left_out


def maker(live: Resource, names: frozenset[str]) -> str:
    """Return what makes an Application, which is then no file of its own; empty where nobody does.

    ``names`` are those of all Applications, of which one may deploy it.
    """
    owners = live.metadata.get("ownerReferences") or []
    for owner in owners:
        if owner.get("kind") == "ApplicationSet":
            return f"ApplicationSet {owner.get('name')}"
    tracked = str((live.metadata.get("annotations") or {}).get(_TRACKING) or "").partition(":")[0]
    labelled = str((live.metadata.get("labels") or {}).get("app.kubernetes.io/instance") or "")
    parent = tracked or (labelled if labelled in names else "")
    return f"Application {parent.rpartition('_')[2]}" if parent and parent != live.name else ""


def _metadata(live: Resource, *, of_control_plane: bool) -> JsonObject:
    is_usual = live.namespace == CONTROL_PLANE_NAMESPACE
    found: JsonObject = {"name": live.name}
    if is_usual or not of_control_plane:
        found["namespace"] = live.namespace
    annotations = {
        key: value for key, value in (live.metadata.get("annotations") or {}).items() if not _BOOKKEEPING.fullmatch(key)
    }
    for name, value in (
        ("labels", live.metadata.get("labels")),
        ("annotations", annotations),
        ("finalizers", live.metadata.get("finalizers")),
    ):
        if value:
            found[name] = value
    return found


def _without_issued(spec: Json) -> Json:
    """Return the spec without the tokens that Argo CD has issued for roles: they are state."""
    if not isinstance(spec, dict) or not isinstance(spec.get("roles"), list):
        return spec
    roles = [
        {name: value for name, value in role.items() if name != "jwtTokens"} if isinstance(role, dict) else role
        for role in spec["roles"]
    ]
    return {**spec, "roles": roles}


def _credentials(value: Json, path: str, name: str = "") -> Iterator[str]:
    match value:
        case dict():
            own = value.get("name")
            if isinstance(own, str) and isinstance(value.get("value"), str):
                yield from _credentials(value["value"], f"{path}[{own}]", own)
                return
            for key, each in value.items():
                yield from _credentials(each, f"{path}.{key}", key)
        case list():
            for position, each in enumerate(value):
                is_named = isinstance(each, dict) and isinstance(each.get("name"), str) and "value" in each
                yield from _credentials(each, path if is_named else f"{path}[{position}]", name)
        case str() if _is_credential(name, value):
            yield path
        case _:
            return


def _is_credential(name: str, value: str) -> bool:
    if "{{" in value or looks_harmless(value) or value.startswith("$"):
        return False
    if is_credential_name(name) and not _names_a_secret(name, value):
        return True
    return hide_credentials(value, {}) != value


def _names_a_secret(name: str, value: str) -> bool:
    """Return whether a field such as ``existingSecret`` names a Secret and holds none."""
    return name.lower().endswith("secret") and _NAME.fullmatch(value) is not None
