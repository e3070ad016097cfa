"""What the API server serves: three requests where it knows aggregated discovery, one per group and version where not.

``parse_*`` are pure: documents in, ``ApiCatalog`` out. A group that fails is in ``failed`` and hides no other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.adapters.http import Request
from gitops_action.errors import ClusterError
from gitops_action.ports import ApiCatalog, ApiKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_action.adapters.http import Http
    from gitops_action.resource import GroupKind

_AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json"
)
_PARALLEL = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVersion:
    """One version of a group with the kinds that it has, or the reason why they are not known."""

    api_version: str
    kinds: tuple[ApiKind, ...] = ()
    failure: str = field(default="")


def fetch_catalog(http: Http) -> ApiCatalog:
    """Ask the API server what it serves."""
    with ThreadPoolExecutor(3, thread_name_prefix="discovery") as threads:
        version = threads.submit(http.send, _get("/version"))
        core = threads.submit(http.answer, _get("/api"))
        groups = threads.submit(http.answer, _get("/apis"))
        answers = [core.result(), groups.result()]
        git_version = str(_parsed(version.result()).get("gitVersion") or "")
    documents = [_parsed(body) for body, _ in answers]
    if all("APIGroupDiscoveryList" in content_type for _, content_type in answers):
        return catalog(git_version, [item for document in documents for item in parse_aggregated(document)])
    return catalog(git_version, _legacy(http, parse_legacy_groups(*documents)))


def parse_aggregated(document: Mapping[str, Any]) -> Iterator[GroupVersion]:
    """Yield the group versions of an ``APIGroupDiscoveryList``, the preferred one of each group first."""
    for group in document.get("items") or ():
        name = str(group.get("metadata", {}).get("name") or "")
        for version in group.get("versions") or ():
            api_version = f"{name}/{version['version']}" if name else version["version"]
            if version.get("freshness") == "Stale":
                yield GroupVersion(api_version=api_version, failure="the server that serves it does not answer")
                continue
            kinds = tuple(
                _aggregated_kind(name, version["version"], resource)
                for resource in version.get("resources") or ()
                if (resource.get("responseKind") or {}).get("kind")
            )
            yield GroupVersion(api_version=api_version, kinds=kinds)


def parse_legacy_groups(core: Mapping[str, Any], groups: Mapping[str, Any]) -> list[str]:
    """Return all group versions of ``APIVersions`` and ``APIGroupList``, the preferred one of each group first."""
    found = [str(version) for version in core.get("versions") or ()]
    for group in groups.get("groups") or ():
        preferred = (group.get("preferredVersion") or {}).get("groupVersion")
        served = [version["groupVersion"] for version in group.get("versions") or ()]
        found += [*(version for version in served if version == preferred), *(v for v in served if v != preferred)]
    return found


def parse_legacy_resources(document: Mapping[str, Any]) -> GroupVersion:
    """Return the group version of an ``APIResourceList``."""
    api_version = str(document.get("groupVersion") or "")
    group, slash, version = api_version.partition("/")
    group, version = (group, version) if slash else ("", api_version)
    resources = document.get("resources") or ()
    with_status = {r["name"].removesuffix("/status") for r in resources if r["name"].endswith("/status")}
    kinds = tuple(
        ApiKind(
            group=group,
            version=version,
            kind=resource["kind"],
            plural=resource["name"],
            namespaced=bool(resource.get("namespaced")),
            verbs=frozenset(resource.get("verbs") or ()),
            has_status=resource["name"] in with_status,
        )
        for resource in resources
        if "/" not in resource["name"]
    )
    return GroupVersion(api_version=api_version, kinds=kinds)


def catalog(git_version: str, versions: Iterable[GroupVersion]) -> ApiCatalog:
    """Return the catalog of group versions that are in order of preference."""
    kinds: dict[tuple[str, str], ApiKind] = {}
    preferred: dict[GroupKind, ApiKind] = {}
    failed: dict[str, str] = {}
    for version in versions:
        if version.failure:
            failed[version.api_version] = version.failure
        for kind in version.kinds:
            kinds.setdefault((kind.api_version, kind.kind), kind)
            preferred.setdefault(kind.group_kind, kind)
    return ApiCatalog(git_version=git_version, kinds=kinds, preferred=preferred, failed=failed)


def _aggregated_kind(group: str, version: str, resource: Mapping[str, Any]) -> ApiKind:
    return ApiKind(
        group=group,
        version=version,
        kind=resource["responseKind"]["kind"],
        plural=resource["resource"],
        namespaced=resource.get("scope") == "Namespaced",
        verbs=frozenset(resource.get("verbs") or ()),
        has_status=any(sub.get("subresource") == "status" for sub in resource.get("subresources") or ()),
    )


def _legacy(http: Http, api_versions: list[str]) -> list[GroupVersion]:
    with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="discovery") as threads:
        return list(threads.map(lambda api_version: _legacy_version(http, api_version), api_versions))


def _legacy_version(http: Http, api_version: str) -> GroupVersion:
    path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    try:
        return parse_legacy_resources(_parsed(http.send(_get(path))))
    except ClusterError as error:
        return GroupVersion(api_version=api_version, failure=error.summary)


def _get(path: str) -> Request:
    return Request(method="GET", path=path, accept=_AGGREGATED, idempotent=True)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _not_an_api_server() from error
    if not isinstance(document, dict):
        raise _not_an_api_server()
    return document


def _not_an_api_server() -> ClusterError:
    return ClusterError(
        "the server answers discovery with something that is not Kubernetes' JSON",
        remedy="Is the URL that of an API server? A login page or a proxy may stand between.",
    )
