"""What the kill test plays with: many copies of one application, each in a namespace and with a kind of its own.

A copy goes from ``BEFORE`` to ``AFTER``, which has everything that a sync can do: hooks of two phases and two delete
policies, three waves, a CRD with an object of it, a change, and something to prune.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import orjson

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from tests.e2e.scene import REPOSITORY, document
from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.cluster import Cluster

_VOLATILE = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
_HOOK = "argocd.argoproj.io/hook"
_POLICY = "argocd.argoproj.io/hook-delete-policy"
_WAVE = "argocd.argoproj.io/sync-wave"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of the application."""

    name: str
    namespace: str

    @property
    def group(self) -> str:
        return f"{self.namespace}.example.com"

    def application(self) -> str:
        return document(
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Application",
                "metadata": {"name": self.name, "namespace": "argocd"},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": f"{REPOSITORY}.git", "targetRevision": "main", "path": self.name},
                    "destination": {"server": "https://kubernetes.default.svc", "namespace": self.namespace},
                    "syncPolicy": {
                        "automated": {"prune": True},
                        "syncOptions": ["PrunePropagationPolicy=background"],
                    },
                },
            }
        )

    def before(self) -> str:
        return "".join(
            [
                _config_map("kept", {}, a="1"),
                _config_map("changed", {}, a="1"),
                _config_map("old", {}, a="1"),
                _config_map("check", {_HOOK: "PostSync"}, a="1"),
            ]
        )

    def after(self, *, a: str = "2") -> str:
        widget = {
            "apiVersion": f"{self.group}/v1",
            "kind": "Widget",
            "metadata": {"name": "one", "annotations": {_WAVE: "1"}},
            "spec": {"size": 1},
        }
        return "".join(
            [
                _config_map("migrate", {_HOOK: "PreSync", _POLICY: "HookSucceeded"}, a="1"),
                _config_map("early", {_WAVE: "-1"}, a="1"),
                _config_map("kept", {}, a="1"),
                _config_map("changed", {}, a=a),
                document(self._crd()),
                document(widget),
                _config_map("tell", {_HOOK: "PostSync", _POLICY: "HookSucceeded"}, a="1"),
                _config_map("check", {_HOOK: "PostSync"}, a="1"),
            ]
        )

    def _crd(self) -> dict[str, Any]:
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"widgets.{self.group}"},
            "spec": {
                "group": self.group,
                "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
                "scope": "Namespaced",
                "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
            },
        }

    def state(self, cluster: Cluster) -> dict[str, Any]:
        """Return all objects of the copy but the record, without what differs from copy to copy."""
        found = {}
        for path in (f"/api/v1/namespaces/{self.namespace}/configmaps", self._widgets()):
            for item in _items(cluster, path):
                if item["metadata"]["name"] != "kube-root-ca.crt":
                    found[f"{path.rpartition('/')[2]}/{item['metadata']['name']}"] = self._stable(item)
        return found

    def uid(self, cluster: Cluster, name: str) -> str:
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{name}"
        return str(cluster.request("GET", path)["metadata"]["uid"])

    def leases(self, cluster: Cluster) -> list[str]:
        path = f"/apis/coordination.k8s.io/v1/namespaces/{self.namespace}/leases"
        return [str(item["metadata"]["name"]) for item in _items(cluster, path)]

    def _widgets(self) -> str:
        return f"/apis/{self.group}/v1/namespaces/{self.namespace}/widgets"

    def _stable(self, item: dict[str, Any]) -> Any:
        metadata = {name: value for name, value in item["metadata"].items() if name not in _VOLATILE}
        text = orjson.dumps({**item, "metadata": metadata}).decode()
        return orjson.loads(re.sub(rf"\b({re.escape(self.namespace)}|{re.escape(self.name)})\b", "COPY", text))


def _items(cluster: Cluster, path: str) -> list[dict[str, Any]]:
    try:
        return list(cluster.request("GET", path)["items"])
    except RequestRefused as error:
        if error.status != 404:
            raise
        return []


def _config_map(name: str, annotations: dict[str, str], **data: str) -> str:
    metadata = {"name": name, "annotations": annotations}
    return document({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


@dataclass
class Creations:
    """Which objects came into being in some namespaces, as a watch tells: by namespace and name, each uid."""

    cluster: Cluster
    namespaces: frozenset[str]
    uids: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _closed: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.api = ApiServer(load(ClusterInputs(kubeconfig=str(self.cluster.kubeconfig())), {}).connect(""))
        kind = self.api.catalog().kinds["v1", "ConfigMap"]
        version = self.api.list(kind).resource_version
        self._thread = threading.Thread(target=self._follow, args=(kind, version))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()
        self.api.close()

    def of(self, namespace: str, name: str) -> int:
        return len(self.uids.get((namespace, name), ()))

    def _follow(self, kind: Any, version: str) -> None:
        while not self._closed.is_set():
            for event in self.api.watch(kind, resource_version=version, timeout=1):
                live = event.object
                version = live.resource_version
                if live.namespace in self.namespaces:
                    self.uids.setdefault((live.namespace, live.name), set()).add(live.uid)


def spread(count: int, number: int) -> Sequence[int]:
    """Return some numbers of ``range(count)``, spread evenly, the first and the last among them."""
    if number >= count:
        return range(count)
    return sorted({round(step * (count - 1) / (number - 1)) for step in range(number)})


def both(indices: Sequence[int], *, all_of_them: bool) -> Iterator[tuple[int, str]]:
    """Yield each index with the moment of the kill: before the server sees the request, or when it has answered."""
    for place, index in enumerate(indices):
        moments = ("before", "after") if all_of_them else ("before", "after")[place % 2 : place % 2 + 1]
        for moment in moments:
            yield index, moment
