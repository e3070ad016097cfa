"""Where an object lives on the API server, as the start of a request.

In: a kind and names from manifests, which are hostile. Out: a ``Request`` that can mean this object only. A name that
would change the meaning of the URL is refused: an empty one turns "delete this" into "delete all".
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from gitops_action.adapters.http import Request
from gitops_action.errors import Invalid

if TYPE_CHECKING:
    from gitops_action.ports import ApiKind


def collection(kind: ApiKind, namespace: str, *, method: str, verb: str) -> Request:
    """Return the request for all objects of a kind, in one namespace or (empty) in all."""
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    inside = namespace if kind.namespaced else ""
    path = f"{root}/namespaces/{_segment(inside, kind)}/{kind.plural}" if inside else f"{root}/{kind.plural}"
    return Request(method=method, path=path, verb=verb, resource=kind.plural, group=kind.group, namespace=inside)


def single(kind: ApiKind, namespace: str, name: str, *, method: str, verb: str) -> Request:
    """Return the request for one object."""
    within = owner(kind, namespace, method=method, verb=verb)
    return Request(
        method=method,
        path=f"{within.path}/{_segment(name, kind)}",
        verb=verb,
        resource=kind.plural,
        group=kind.group,
        namespace=within.namespace,
    )


def owner(kind: ApiKind, namespace: str, *, method: str, verb: str) -> Request:
    """Return the request for the collection that one object of this namespace belongs to."""
    if kind.namespaced and not namespace:
        raise Invalid(f"{kind.kind} needs a namespace", status=400, reason="BadRequest")
    return collection(kind, namespace, method=method, verb=verb)


def _segment(name: str, kind: ApiKind) -> str:
    if name in ("", ".", "..") or "/" in name or "%" in name:
        raise Invalid(f"{kind.kind} has the name {name!r}, which no object can have", status=400, reason="BadRequest")
    return quote(name, safe=":")
