"""A cluster in memory, for tests that need a cluster's behaviour and not its programs.

It passes the same contract as the real adapter (``tests/contracts/cluster_contract.py``). It leaves out defaulting,
schemas, admission and controllers; lists are atomic in its server-side apply. Tests play the controllers with ``put``,
look at ``calls``, and refuse or delay requests with ``before``.
"""

from __future__ import annotations

import copy
import itertools
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.errors import ApiError, Conflict, Invalid, NotFound
from gitops_action.ports import ApiCatalog, ApiKind, Listing, Preconditions, WatchEvent
from gitops_action.resource import GroupKind, Resource, ResourceKey
from gitops_action.sync.rights import Right
from tests.fake_apply import applied, field_set, merged, patched
from tests.fake_kinds import KINDS, VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_action.resource.resource import JsonObject

MANAGER = "gitops-action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that the fake was asked."""

    verb: str
    kind: str
    namespace: str = ""
    name: str = ""
    dry_run: bool = False


@dataclass(slots=True)
class _Change:
    version: int
    type: str
    group_kind: GroupKind
    object: JsonObject


@dataclass(slots=True)
class _Store:
    objects: dict[ResourceKey, JsonObject] = field(default_factory=dict)
    changes: list[_Change] = field(default_factory=list)
    version: int = 1


class FakeCluster:
    """The port ``Cluster`` in memory, with namespaces ``default`` and ``kube-system`` and the objects given."""

    server = "https://fake.invalid:6443"
    context = "fake"

    def __init__(self, *objects: JsonObject) -> None:
        self.calls: list[Call] = []
        self.before: Callable[[Call], None] = lambda call: None
        """Called before each request is served: what it raises, the request raises."""
        self.pod_logs: dict[tuple[str, str], str] = {}
        """Logs by (pod, container)."""
        self.forbidden: set[Right] = set()
        """What access reviews say that the user may not do."""
        self._store = _Store()
        self._kinds = {(kind.api_version, kind.kind): kind for kind in KINDS}
        self._uids = itertools.count(1)
        self._names = itertools.count(1)
        self._changed = threading.Condition(threading.RLock())
        for name in ("default", "kube-system"):
            self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for given in objects:
            self.put(given)

    # --- for tests ---------------------------------------------------------------------------------------------------

    def put(self, new: JsonObject, *, manager: str = "controller") -> Resource:
        """Create or replace an object as somebody else would, status included; nothing is recorded in ``calls``."""
        with self._changed:
            kind = self._kinds[new["apiVersion"], new["kind"]]
            live = self._store.objects.get(Resource(new).key)
            written = copy.deepcopy(new)
            kept = live["metadata"].get("managedFields", []) if live else []
            managed = written["metadata"].setdefault("managedFields", copy.deepcopy(kept))
            if not any(entry["manager"] == manager for entry in managed) and not live:
                managed.append(_entry(manager, "Update", kind, field_set(new)))
            return Resource(self._save(kind, live, written))

    def objects(self, kind: str = "") -> list[Resource]:
        """Return copies of all objects, of one kind if named, by key."""
        with self._changed:
            found = sorted((key, value) for key, value in self._store.objects.items() if kind in ("", key.kind))
            return [Resource(copy.deepcopy(value)) for _, value in found]

    def serve(self, kind: ApiKind) -> None:
        """Serve a kind more, as a CustomResourceDefinition would make it."""
        self._kinds[kind.api_version, kind.kind] = kind

    # --- the port ----------------------------------------------------------------------------------------------------

    @property
    def requests(self) -> int:
        return len(self.calls)

    def cluster_uid(self) -> str:
        self._called("get", self._kinds["v1", "Namespace"], "", "kube-system")
        return str(self._store.objects[ResourceKey("", "Namespace", "", "kube-system")]["metadata"]["uid"])

    def catalog(self) -> ApiCatalog:
        preferred: dict[GroupKind, ApiKind] = {}
        for kind in self._kinds.values():
            preferred.setdefault(kind.group_kind, kind)
        return ApiCatalog(git_version="v1.37.0", kinds=dict(self._kinds), preferred=preferred)

    def refresh_catalog(self) -> ApiCatalog:
        return self.catalog()

    def list(self, kind: ApiKind, *, namespace: str = "", selector: str = "", metadata_only: bool = False) -> Listing:
        self._called("list", kind, namespace, "")
        fields = {"apiVersion", "kind", "metadata"}
        with self._changed:
            items = [
                Resource(
                    {
                        name: copy.deepcopy(value)
                        for name, value in self._store.objects[key].items()
                        if not metadata_only or name in fields
                    }
                )
                for key in sorted(self._store.objects)
                if _within(key, kind.group_kind, namespace) and _selected(self._store.objects[key], selector)
            ]
            return Listing(items=tuple(items), resource_version=str(self._store.version))

    def get(self, kind: ApiKind, *, namespace: str, name: str) -> Resource | None:
        key = self._key(kind, namespace, name)
        self._called("get", kind, key.namespace, name)
        with self._changed:
            live = self._store.objects.get(key)
            return Resource(copy.deepcopy(live)) if live else None

    def apply(
        self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True, is_new: bool = False
    ) -> Resource:
        key = self._key(kind, target.namespace, target.name)
        self._called("patch", kind, key.namespace, key.name, dry_run=dry_run)
        with self._changed:
            live = self._store.objects.get(key)
            self._namespace_exists(key)
            if is_new and live:
                raise _modified(kind, key)
            sent = _without_status(target.object, kind)
            merged = applied(copy.deepcopy(live) if live else None, sent, MANAGER)
            merged["metadata"].setdefault("managedFields", []).append(_entry(MANAGER, "Apply", kind, field_set(sent)))
            return Resource(copy.deepcopy(self._save(kind, live, merged, dry_run=dry_run)))

    def create(self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True) -> Resource:
        if kind.group == "authorization.k8s.io":
            return self._reviewed(kind, target.object)
        new = copy.deepcopy(_without_status(target.object, kind))
        if not target.name and new["metadata"].get("generateName"):
            new["metadata"]["name"] = f"{new['metadata']['generateName']}{next(self._names):05d}"
        key = self._key(kind, target.namespace, new["metadata"].get("name") or "")
        self._called("create", kind, key.namespace, key.name, dry_run=dry_run)
        with self._changed:
            self._namespace_exists(key)
            if key in self._store.objects:
                raise Conflict(f'{kind.plural} "{key.name}" already exists', status=409, reason="AlreadyExists")
            new["metadata"]["managedFields"] = [_entry(MANAGER, "Update", kind, field_set(target.object))]
            return Resource(copy.deepcopy(self._save(kind, None, new, dry_run=dry_run)))

    def replace(self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True) -> Resource:
        key = self._key(kind, target.namespace, target.name)
        self._called("update", kind, key.namespace, key.name, dry_run=dry_run)
        with self._changed:
            live = self._live(kind, key)
            if target.resource_version and target.resource_version != live["metadata"]["resourceVersion"]:
                raise _modified(kind, key)
            new = copy.deepcopy(_without_status(target.object, kind))
            if kind.has_status and "status" in live:
                new["status"] = copy.deepcopy(live["status"])
            new["metadata"].setdefault("managedFields", copy.deepcopy(live["metadata"].get("managedFields", [])))
            return Resource(copy.deepcopy(self._save(kind, live, new, dry_run=dry_run)))

    def patch(
        self, kind: ApiKind, key: ResourceKey, operations: Sequence[JsonObject], *, dry_run: bool = False
    ) -> Resource:
        key = self._key(kind, key.namespace, key.name)
        self._called("patch", kind, key.namespace, key.name, dry_run=dry_run)
        with self._changed:
            live = self._live(kind, key)
            new = patched(copy.deepcopy(live), operations)
            return Resource(copy.deepcopy(self._save(kind, live, new, dry_run=dry_run)))

    def merge_patch(
        self, kind: ApiKind, key: ResourceKey, patch: JsonObject, *, subresource: str = "", dry_run: bool = False
    ) -> Resource:
        key = self._key(kind, key.namespace, key.name)
        self._called("patch", kind, key.namespace, key.name, dry_run=dry_run)
        with self._changed:
            live = self._live(kind, key)
            if subresource and not kind.has_status:
                raise NotFound("the server could not find the requested resource", status=404, reason="NotFound")
            if kind.has_status:
                patch = {name: value for name, value in patch.items() if (name == "status") is bool(subresource)}
            return Resource(copy.deepcopy(self._save(kind, live, merged(live, patch), dry_run=dry_run)))

    def delete(
        self,
        kind: ApiKind,
        key: ResourceKey,
        *,
        preconditions: Preconditions | None = None,
        propagation: str = "Foreground",
    ) -> None:
        key = self._key(kind, key.namespace, key.name)
        self._called("delete", kind, key.namespace, key.name)
        with self._changed:
            live = self._live(kind, key)
            wanted = preconditions or Preconditions()
            metadata = live["metadata"]
            if wanted.uid not in ("", metadata["uid"]) or wanted.resource_version not in (
                "",
                metadata["resourceVersion"],
            ):
                raise Conflict(
                    "Precondition failed: UID or resourceVersion in precondition", status=409, reason="Conflict"
                )
            if metadata.get("finalizers"):
                marked = copy.deepcopy(live)
                marked["metadata"].setdefault("deletionTimestamp", _now())
                self._save(kind, live, marked)
            else:
                self._remove(kind, key)

    def watch(
        self, kind: ApiKind, *, namespace: str = "", selector: str = "", resource_version: str, timeout: float
    ) -> Iterator[WatchEvent]:
        self._called("watch", kind, namespace, "")
        return self._events(kind, namespace, selector, int(resource_version or 0), time.monotonic() + timeout)

    def logs(self, *, namespace: str, pod: str, container: str, lines: int, previous: bool = False) -> str:
        self._called("get", self._kinds["v1", "Pod"], namespace, pod)
        if (pod, container) not in self.pod_logs:
            raise NotFound(f'pods "{pod}" not found', status=404, reason="NotFound")
        return "".join(self.pod_logs[pod, container].splitlines(keepends=True)[-lines:])

    # --- inside ------------------------------------------------------------------------------------------------------

    def _reviewed(self, kind: ApiKind, review: JsonObject) -> Resource:
        """Return a review with its status; a review of all rules says nothing of rules that are not everything."""
        self.calls.append(Call(verb="create", kind=kind.kind))
        if kind.kind == "SelfSubjectRulesReview":
            everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
            return Resource({**review, "status": {"resourceRules": [] if self.forbidden else [everything]}})
        asked = review["spec"]["resourceAttributes"]
        right = Right(asked["namespace"], asked["group"], asked["resource"], asked["verb"])
        return Resource({**review, "status": {"allowed": right not in self.forbidden}})

    def _called(self, verb: str, kind: ApiKind, namespace: str, name: str, *, dry_run: bool = False) -> None:
        call = Call(verb=verb, kind=kind.kind, namespace=namespace, name=name, dry_run=dry_run)
        with self._changed:
            self.calls.append(call)
        self.before(call)
        if (kind.api_version, kind.kind) not in self._kinds:
            raise NotFound("the server could not find the requested resource", status=404, reason="NotFound")

    def _key(self, kind: ApiKind, namespace: str, name: str) -> ResourceKey:
        if name in ("", ".", "..") or "/" in name or "%" in name or (kind.namespaced and not namespace):
            raise Invalid(f"{kind.kind} {namespace}/{name} cannot be addressed", status=400, reason="BadRequest")
        return ResourceKey(kind.group, kind.kind, namespace if kind.namespaced else "", name)

    def _live(self, kind: ApiKind, key: ResourceKey) -> JsonObject:
        if key not in self._store.objects:
            raise NotFound(f'{kind.plural} "{key.name}" not found', status=404, reason="NotFound")
        return self._store.objects[key]

    def _namespace_exists(self, key: ResourceKey) -> None:
        if key.namespace and ResourceKey("", "Namespace", "", key.namespace) not in self._store.objects:
            raise NotFound(f'namespaces "{key.namespace}" not found', status=404, reason="NotFound")

    def _save(self, kind: ApiKind, live: JsonObject | None, new: JsonObject, *, dry_run: bool = False) -> JsonObject:
        """Complete the server's own fields, store, and tell the watchers; return the object as it is now."""
        metadata = new["metadata"]
        if live is None:
            metadata |= {"uid": f"uid-{next(self._uids)}", "creationTimestamp": _now()}
            metadata |= {"generation": 1} if "spec" in new else {}
        else:
            old = live["metadata"]
            metadata |= {name: old[name] for name in ("uid", "creationTimestamp", "resourceVersion") if name in old}
            if "generation" in old:
                metadata["generation"] = old["generation"] + (live.get("spec") != new.get("spec"))
        if dry_run or new == live:
            return new if dry_run or live is None else live
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            return self._remove(kind, Resource(new).key)
        self._store.version += 1
        metadata["resourceVersion"] = str(self._store.version)
        self._store.objects[Resource(new).key] = new
        self._tell("MODIFIED" if live else "ADDED", new)
        if kind.kind == "CustomResourceDefinition":
            self._serve_custom(new)
        return new

    def _remove(self, kind: ApiKind, key: ResourceKey) -> JsonObject:
        gone = copy.deepcopy(self._store.objects.pop(key))
        self._store.version += 1
        gone["metadata"]["resourceVersion"] = str(self._store.version)
        self._tell("DELETED", gone)
        if kind.kind == "Namespace":
            for inside in [other for other in self._store.objects if other.namespace == key.name]:
                self._remove(kind=self.catalog().preferred[inside.group_kind], key=inside)
        return gone

    def _tell(self, change: str, changed: JsonObject) -> None:
        self._store.changes.append(
            _Change(self._store.version, change, Resource(changed).group_kind, copy.deepcopy(changed))
        )
        self._changed.notify_all()

    def _serve_custom(self, definition: JsonObject) -> None:
        spec = definition["spec"]
        for version in spec["versions"]:
            self.serve(
                ApiKind(
                    group=spec["group"],
                    version=version["name"],
                    kind=spec["names"]["kind"],
                    plural=spec["names"]["plural"],
                    namespaced=spec["scope"] == "Namespaced",
                    verbs=VERBS,
                    has_status="status" in (version.get("subresources") or {}),
                )
            )

    def _events(
        self, kind: ApiKind, namespace: str, selector: str, version: int, deadline: float
    ) -> Iterator[WatchEvent]:
        seen = 0
        while (left := deadline - time.monotonic()) > 0:
            with self._changed:
                if len(self._store.changes) == seen:
                    self._changed.wait(left)
                fresh, seen = self._store.changes[seen:], len(self._store.changes)
            for change in fresh:
                of_kind = _within(Resource(change.object).key, kind.group_kind, namespace)
                if change.version > version and of_kind and _selected(change.object, selector):
                    yield WatchEvent(type=change.type, object=Resource(copy.deepcopy(change.object)))


class ExpiredCluster(FakeCluster):
    """A cluster that has forgotten every version: each watch ends with 410."""

    def watch(
        self, kind: ApiKind, *, namespace: str = "", selector: str = "", resource_version: str, timeout: float
    ) -> Iterator[WatchEvent]:
        raise ApiError(f"too old resource version: {resource_version}", status=410, reason="Expired")


def _within(key: ResourceKey, group_kind: GroupKind, namespace: str) -> bool:
    return key.group_kind == group_kind and namespace in ("", key.namespace)


def _selected(candidate: JsonObject, selector: str) -> bool:
    """Return whether the labels fit a selector of ``key=value`` and ``key`` terms."""
    labels = Resource(candidate).labels
    for term in filter(None, selector.split(",")):
        key, equals, value = term.partition("=")
        if key not in labels or (equals and labels[key] != value):
            return False
    return True


def _without_status(sent: JsonObject, kind: ApiKind) -> JsonObject:
    return {name: value for name, value in sent.items() if name != "status" or not kind.has_status}


def _entry(manager: str, operation: str, kind: ApiKind, fields: JsonObject) -> JsonObject:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": kind.api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def _modified(kind: ApiKind, key: ResourceKey) -> Conflict:
    return Conflict(
        f'Operation cannot be fulfilled on {kind.plural} "{key.name}": the object has been modified; please apply your '
        "changes to the latest version and try again",
        status=409,
        reason="Conflict",
    )


def _now() -> str:
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(found: Resource) -> dict[str, Any]:
    """Return an object without what the server alone writes, for comparison in tests."""
    parsed: dict[str, Any] = orjson.loads(orjson.dumps(found.object))
    for name in ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"):
        parsed["metadata"].pop(name, None)
    return parsed
