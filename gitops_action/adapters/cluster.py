"""The port ``Cluster`` on a real API server: raw requests and orjson, no typed models.

In: kinds, keys and objects. Out: ``Resource`` values as the server sent them. Every method is safe to call from many
threads; waiting for a busy server happens in ``http``.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.adapters import api_path
from gitops_action.adapters.discovery import fetch_catalog
from gitops_action.adapters.http import Http, Request
from gitops_action.adapters.watch import watch_events
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.errors import ApiError, ClusterError, NotFound
from gitops_action.ports import ApiCatalog, ApiKind, Listing, Preconditions, WatchEvent
from gitops_action.resource import Resource, ResourceKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.adapters.connection import Connection
    from gitops_action.resource.resource import JsonObject

_PAGE = 5000
"""Objects a page: pages of 500 are ten round trips, one after the other, where one will do."""
_NO_VERSION = "1"
"""A version that no object has: an apply that names it is a conflict where there is one, and creates where not."""
_LOG_BYTES = 1024 * 1024
_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_NAMESPACE = ApiKind(group="", version="v1", kind="Namespace", plural="namespaces", namespaced=False)
_POD = ApiKind(group="", version="v1", kind="Pod", plural="pods", namespaced=True)


class ApiServer:
    """One API server, as the port ``Cluster`` asks for it."""

    def __init__(self, connection: Connection, *, http: Http | None = None, page: int = _PAGE) -> None:
        self._http = http or Http(connection)
        self._page = page
        self._catalog: ApiCatalog | None = None
        self._uid = ""
        self._lock = threading.Lock()

    @property
    def server(self) -> str:
        """The API server's URL."""
        return self._http.connection.server

    @property
    def context(self) -> str:
        """The kubeconfig context's name; empty where there is none."""
        return self._http.connection.context

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close the idle connections."""
        self._http.close()

    def catalog(self) -> ApiCatalog:
        """Return what the cluster serves, fetched once."""
        with self._lock:
            if self._catalog is None:
                self._catalog = fetch_catalog(self._http)
            return self._catalog

    def refresh_catalog(self) -> ApiCatalog:
        """Fetch discovery again."""
        fresh = fetch_catalog(self._http)
        with self._lock:
            self._catalog = fresh
        return fresh

    def cluster_uid(self) -> str:
        """Return the UID of namespace ``kube-system``, which tells clusters apart; asked for once."""
        if not self._uid:
            namespace = self.get(_NAMESPACE, namespace="", name="kube-system")
            if namespace is None:
                raise ClusterError(f"{self.server} has no namespace kube-system", remedy="Is it a Kubernetes cluster?")
            self._uid = namespace.uid
        return self._uid

    def list(self, kind: ApiKind, *, namespace: str = "", selector: str = "", metadata_only: bool = False) -> Listing:
        """Return all objects of a kind, from the latest state (W-15: no ``resourceVersion=0``)."""
        base = api_path.collection(kind, namespace, method="GET", verb="list")
        if metadata_only:
            base = replace(base, accept=_METADATA)
        query = {"limit": str(self._page)} | ({"labelSelector": selector} if selector else {})
        items: list[Resource] = []
        token = ""
        while True:
            try:
                page = self._json(replace(base, query=query | ({"continue": token} if token else {}), idempotent=True))
            except ApiError as error:
                if not (token and error.status == 410):
                    raise
                # The pages' snapshot is gone: what was read is dropped, and all is read at once.
                items, token = [], ""
                query.pop("limit", None)
                continue
            items += _resources(page, kind)
            metadata = page.get("metadata") or {}
            token = metadata.get("continue") or ""
            if not token:
                return Listing(items=tuple(items), resource_version=str(metadata.get("resourceVersion") or ""))

    def get(self, kind: ApiKind, *, namespace: str, name: str) -> Resource | None:
        """Return one object, or ``None`` where it does not exist."""
        request = api_path.single(kind, namespace, name, method="GET", verb="get")
        try:
            return Resource(self._json(replace(request, idempotent=True)))
        except NotFound as error:
            if error.reason == "NotFound":
                return None
            raise

    def apply(
        self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True, is_new: bool = False
    ) -> Resource:
        """Server-side apply as our field manager, conflicts forced; with ``is_new``, ``Conflict`` where it exists."""
        if is_new:
            target = target.with_metadata(resourceVersion=_NO_VERSION)
        request = api_path.single(kind, target.namespace, target.name, method="PATCH", verb="patch")
        query = _write_query(dry_run=dry_run, validate=validate) | {"force": "true"}
        request = replace(request, names_version=is_new)
        # JSON is YAML, so the body is JSON although its type says YAML: the type names the kind of patch.
        return self._write(request, target.object, query, idempotent=True, content_type="application/apply-patch+yaml")

    def create(self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True) -> Resource:
        """Create an object; ``Conflict`` where it exists already."""
        request = api_path.owner(kind, target.namespace, method="POST", verb="create")
        return self._write(request, target.object, _write_query(dry_run=dry_run, validate=validate), idempotent=dry_run)

    def replace(self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True) -> Resource:
        """Replace an object (``PUT``); ``Conflict`` where the target's resourceVersion is not the live one."""
        request = api_path.single(kind, target.namespace, target.name, method="PUT", verb="update")
        query = _write_query(dry_run=dry_run, validate=validate)
        return self._write(request, target.object, query, idempotent=dry_run or not target.resource_version)

    def patch(
        self, kind: ApiKind, key: ResourceKey, operations: Sequence[JsonObject], *, dry_run: bool = False
    ) -> Resource:
        """Apply an RFC 6902 patch; ``Invalid`` where one of its tests fails."""
        request = api_path.single(kind, key.namespace, key.name, method="PATCH", verb="patch")
        query = {"fieldManager": MANAGER} | ({"dryRun": "All"} if dry_run else {})
        return self._write(
            request, list(operations), query, idempotent=dry_run, content_type="application/json-patch+json"
        )

    def merge_patch(
        self, kind: ApiKind, key: ResourceKey, patch: JsonObject, *, subresource: str = "", dry_run: bool = False
    ) -> Resource:
        """Apply an RFC 7396 merge patch; done twice it does what it does once."""
        request = api_path.single(kind, key.namespace, key.name, method="PATCH", verb="patch")
        if subresource:
            request = replace(
                request, path=f"{request.path}/{subresource}", resource=f"{request.resource}/{subresource}"
            )
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        return self._write(request, patch, query, idempotent=True, content_type="application/merge-patch+json")

    def delete(
        self,
        kind: ApiKind,
        key: ResourceKey,
        *,
        preconditions: Preconditions | None = None,
        propagation: str = "Foreground",
    ) -> None:
        """Ask for deletion; ``NotFound`` where it is gone, ``Conflict`` where a precondition fails."""
        request = api_path.single(kind, key.namespace, key.name, method="DELETE", verb="delete")
        options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        if preconditions:
            named = {"uid": preconditions.uid, "resourceVersion": preconditions.resource_version}
            options["preconditions"] = {name: value for name, value in named.items() if value}
        # Without a UID a second attempt could delete what somebody created in between.
        bound = bool(preconditions and preconditions.uid)
        self._http.send(replace(request, body=orjson.dumps(options), idempotent=bound))

    def watch(
        self, kind: ApiKind, *, namespace: str = "", selector: str = "", resource_version: str, timeout: float
    ) -> Iterator[WatchEvent]:
        """Yield events until ``timeout`` seconds passed; an expired version (410) raises ``ApiError``."""
        base = api_path.collection(kind, namespace, method="GET", verb="watch")
        query = {"labelSelector": selector} if selector else {}
        return watch_events(self._http, replace(base, query=query), resource_version=resource_version, seconds=timeout)

    def logs(self, *, namespace: str, pod: str, container: str, lines: int, previous: bool = False) -> str:
        """Return the last lines of a container's log."""
        request = api_path.single(_POD, namespace, pod, method="GET", verb="get")
        query = {"container": container, "tailLines": str(lines), "limitBytes": str(_LOG_BYTES)}
        query |= {"previous": "true"} if previous else {}
        request = replace(
            request, path=f"{request.path}/log", resource="pods/log", query=query, accept="*/*", idempotent=True
        )
        return self._http.send(request).decode("utf-8", "replace")

    def _write(
        self,
        request: Request,
        body: JsonObject | Sequence[JsonObject],
        query: dict[str, str],
        *,
        idempotent: bool,
        content_type: str = "application/json",
    ) -> Resource:
        return Resource(
            self._json(
                replace(request, query=query, body=orjson.dumps(body), content_type=content_type, idempotent=idempotent)
            )
        )

    def _json(self, request: Request) -> JsonObject:
        body = self._http.send(request)
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise _not_json(request, self.server) from error
        if not isinstance(parsed, dict):
            raise _not_json(request, self.server)
        return parsed


def _write_query(*, dry_run: bool, validate: bool) -> dict[str, str]:
    query = {"fieldManager": MANAGER, "fieldValidation": "Strict" if validate else "Ignore"}
    return query | ({"dryRun": "All"} if dry_run else {})


def _resources(page: JsonObject, kind: ApiKind) -> list[Resource]:
    """Return a list's items, which do not say what they are: the list does."""
    api_version, name = kind.api_version, kind.kind
    items = page.get("items") or []
    for item in items:
        item["apiVersion"] = api_version
        item["kind"] = name
    return [Resource(item) for item in items]


def _not_json(request: Request, server: str) -> ClusterError:
    return ClusterError(
        f"{server} answered {request.method} {request.path} with something that is not JSON",
        remedy="Is the URL that of an API server? A login page or a proxy may stand between.",
    )
