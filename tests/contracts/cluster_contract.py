"""What every ``Cluster`` does, the real adapter and the fake alike.

A test module makes a subclass ``Test…`` that has the fixtures ``client`` and ``namespace``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import Conflict, Invalid, NotFound
from gitops_action.ports import ApiKind, Cluster, Preconditions
from gitops_action.resource import GroupKind, Resource, ResourceKey

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject

CONFIG_MAP = ApiKind(group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True)
NAMESPACE = ApiKind(group="", version="v1", kind="Namespace", plural="namespaces", namespaced=False)
UNSERVED = ApiKind(group="none.example.com", version="v1", kind="Nothing", plural="nothings", namespaced=True)


def config_map(namespace: str, name: str = "settings", **metadata: object) -> Resource:
    return Resource(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace, **metadata},
            "data": {"colour": "blue", "size": "2"},
        }
    )


def key(namespace: str, name: str = "settings") -> ResourceKey:
    return ResourceKey("", "ConfigMap", namespace, name)


class ClusterContract:
    """The contract's tests."""

    def test_the_catalog_says_what_is_served_and_which_version_is_preferred(self, client: Cluster) -> None:
        catalog = client.catalog()
        deployment = catalog.kinds["apps/v1", "Deployment"]
        assert (deployment.plural, deployment.namespaced, deployment.has_status) == ("deployments", True, True)
        assert {"get", "list", "watch", "create", "patch", "delete"} <= deployment.verbs
        assert catalog.preferred[GroupKind("apps", "Deployment")] == deployment
        assert not catalog.kinds["v1", "Namespace"].namespaced
        assert not catalog.kinds["v1", "ConfigMap"].has_status
        assert catalog.find(config_map("x")) == catalog.kinds["v1", "ConfigMap"]
        assert catalog.git_version.startswith("v1.")
        assert {"apps/v1", "apps/v1/Deployment", "v1/ConfigMap"} <= set(catalog.api_versions())

    def test_a_cluster_has_a_uid_that_stays(self, client: Cluster) -> None:
        assert client.cluster_uid()
        assert client.cluster_uid() == client.cluster_uid()

    def test_requests_are_counted(self, client: Cluster, namespace: str) -> None:
        before = client.requests
        client.list(CONFIG_MAP, namespace=namespace)
        client.get(CONFIG_MAP, namespace=namespace, name="none")
        assert client.requests == before + 2

    def test_apply_creates_an_object_that_our_field_manager_owns(self, client: Cluster, namespace: str) -> None:
        made = client.apply(CONFIG_MAP, config_map(namespace))
        assert made.uid
        assert made.resource_version
        assert made.object["data"] == {"colour": "blue", "size": "2"}
        [entry] = made.metadata["managedFields"]
        assert (entry["manager"], entry["operation"], entry["apiVersion"]) == ("gitops-action", "Apply", "v1")
        assert entry["fieldsV1"] == {"f:data": {"f:colour": {}, "f:size": {}}}
        assert client.get(CONFIG_MAP, namespace=namespace, name="settings") == made

    def test_a_dry_run_shows_the_object_and_writes_nothing(self, client: Cluster, namespace: str) -> None:
        shown = client.apply(CONFIG_MAP, config_map(namespace), dry_run=True)
        assert shown.object["data"]["colour"] == "blue"
        assert client.create(CONFIG_MAP, config_map(namespace), dry_run=True).name == "settings"
        assert client.get(CONFIG_MAP, namespace=namespace, name="settings") is None

    def test_an_apply_of_what_is_new_creates_as_any_apply_and_is_a_conflict_where_it_is_there(
        self, client: Cluster, namespace: str
    ) -> None:
        assert client.apply(CONFIG_MAP, config_map(namespace), dry_run=True, is_new=True).object["data"]["size"] == "2"
        made = client.apply(CONFIG_MAP, config_map(namespace), is_new=True)
        [entry] = made.metadata["managedFields"]
        assert (entry["manager"], entry["operation"]) == ("gitops-action", "Apply")
        assert entry["fieldsV1"] == {"f:data": {"f:colour": {}, "f:size": {}}}
        with pytest.raises(Conflict) as caught:
            client.apply(CONFIG_MAP, config_map(namespace), is_new=True)
        assert caught.value.status == 409
        assert client.get(CONFIG_MAP, namespace=namespace, name="settings") == made

    def test_applying_the_same_again_changes_nothing(self, client: Cluster, namespace: str) -> None:
        first = client.apply(CONFIG_MAP, config_map(namespace))
        second = client.apply(CONFIG_MAP, config_map(namespace))
        assert second.resource_version == first.resource_version

    def test_apply_takes_away_what_it_applied_before_and_nothing_else(self, client: Cluster, namespace: str) -> None:
        client.apply(CONFIG_MAP, config_map(namespace, annotations={"ours": "1"}))
        client.patch(CONFIG_MAP, key(namespace), [{"op": "add", "path": "/metadata/annotations/theirs", "value": "2"}])
        smaller = config_map(namespace).with_object({**config_map(namespace).object, "data": {"colour": "red"}})
        after = client.apply(CONFIG_MAP, smaller)
        assert after.object["data"] == {"colour": "red"}
        assert after.annotations == {"theirs": "2"}

    def test_apply_into_a_namespace_that_is_not_there_is_not_found(self, client: Cluster, namespace: str) -> None:
        with pytest.raises(NotFound) as caught:
            client.apply(CONFIG_MAP, config_map(f"{namespace}-none"))
        assert caught.value.status == 404
        assert f'namespaces "{namespace}-none" not found' in caught.value.summary

    def test_a_list_has_the_objects_of_a_namespace_that_a_selector_fits_and_says_what_they_are(
        self, client: Cluster, namespace: str
    ) -> None:
        for name, app in (("a", "shop"), ("b", "shop"), ("c", "other")):
            client.apply(CONFIG_MAP, config_map(namespace, name, labels={"app": app}))
        listing = client.list(CONFIG_MAP, namespace=namespace, selector="app=shop")
        assert [(item.api_version, item.kind, item.name) for item in listing.items] == [
            ("v1", "ConfigMap", "a"),
            ("v1", "ConfigMap", "b"),
        ]
        assert listing.resource_version
        everywhere = client.list(CONFIG_MAP, selector="app=shop")
        assert [item.name for item in everywhere.items if item.namespace == namespace] == ["a", "b"]

    def test_a_list_sees_what_was_written_just_before_w15(self, client: Cluster, namespace: str) -> None:
        for index in range(10):
            client.apply(CONFIG_MAP, config_map(namespace, f"n{index}"))
            names = [item.name for item in client.list(CONFIG_MAP, namespace=namespace).items]
            assert f"n{index}" in names

    def test_a_cluster_scoped_object_is_found_whatever_namespace_is_said(self, client: Cluster, namespace: str) -> None:
        found = client.get(NAMESPACE, namespace="default", name=namespace)
        assert found is not None
        assert found.key == ResourceKey("", "Namespace", "", namespace)

    def test_what_is_not_there_is_none(self, client: Cluster, namespace: str) -> None:
        assert client.get(CONFIG_MAP, namespace=namespace, name="none") is None

    def test_a_kind_that_is_not_served_is_not_found(self, client: Cluster, namespace: str) -> None:
        with pytest.raises(NotFound):
            client.list(UNSERVED, namespace=namespace)

    def test_creating_twice_is_a_conflict(self, client: Cluster, namespace: str) -> None:
        client.create(CONFIG_MAP, config_map(namespace))
        with pytest.raises(Conflict) as caught:
            client.create(CONFIG_MAP, config_map(namespace))
        assert (caught.value.status, caught.value.reason) == (409, "AlreadyExists")

    def test_create_completes_a_generated_name(self, client: Cluster, namespace: str) -> None:
        nameless = config_map(namespace).with_metadata(name=None, generateName="run-")
        assert client.create(CONFIG_MAP, nameless).name.startswith("run-")

    def test_replace_needs_the_version_that_it_replaces(self, client: Cluster, namespace: str) -> None:
        first = client.create(CONFIG_MAP, config_map(namespace))
        changed: JsonObject = {**first.object, "data": {"colour": "green"}}
        assert client.replace(CONFIG_MAP, first.with_object(changed)).object["data"] == {"colour": "green"}
        with pytest.raises(Conflict):
            client.replace(CONFIG_MAP, first.with_object({**first.object, "data": {"colour": "red"}}))

    def test_replacing_what_is_not_there_is_not_found(self, client: Cluster, namespace: str) -> None:
        with pytest.raises(NotFound):
            client.replace(CONFIG_MAP, config_map(namespace, "none", resourceVersion="1"))

    def test_a_patch_is_done_only_where_its_tests_hold(self, client: Cluster, namespace: str) -> None:
        client.apply(CONFIG_MAP, config_map(namespace))
        replaced = client.patch(
            CONFIG_MAP,
            key(namespace),
            [
                {"op": "test", "path": "/data/colour", "value": "blue"},
                {"op": "replace", "path": "/data/colour", "value": "red"},
            ],
        )
        assert replaced.object["data"]["colour"] == "red"
        with pytest.raises(Invalid):
            client.patch(
                CONFIG_MAP,
                key(namespace),
                [{"op": "test", "path": "/data/colour", "value": "blue"}, {"op": "remove", "path": "/data/colour"}],
            )

    def test_a_merge_patch_sets_what_it_names_and_takes_away_what_it_calls_null(
        self, client: Cluster, namespace: str
    ) -> None:
        client.apply(CONFIG_MAP, config_map(namespace))
        patch = {"metadata": {"labels": {"a": "b"}}, "data": {"colour": None, "size": "1"}}
        tried = client.merge_patch(CONFIG_MAP, key(namespace), patch, dry_run=True)
        patched = client.merge_patch(CONFIG_MAP, key(namespace), patch)
        assert (
            (tried.object["data"], tried.labels)
            == (patched.object["data"], patched.labels)
            == (
                {"size": "1"},
                {"a": "b"},
            )
        )
        with pytest.raises(NotFound):
            client.merge_patch(CONFIG_MAP, key(namespace), {"status": {"a": "b"}}, subresource="status")

    def test_a_list_of_metadata_leaves_out_the_rest(self, client: Cluster, namespace: str) -> None:
        made = client.apply(CONFIG_MAP, config_map(namespace))
        listing = client.list(CONFIG_MAP, namespace=namespace, metadata_only=True)
        found = {item.name: item for item in listing.items}[made.name]
        assert set(found.object) == {"apiVersion", "kind", "metadata"}
        assert (found.api_version, found.kind, found.uid) == ("v1", "ConfigMap", made.uid)

    def test_delete_keeps_its_preconditions(self, client: Cluster, namespace: str) -> None:
        made = client.apply(CONFIG_MAP, config_map(namespace))
        for wrong in (Preconditions(uid="another"), Preconditions(uid=made.uid, resource_version="1")):
            with pytest.raises(Conflict):
                client.delete(CONFIG_MAP, key(namespace), preconditions=wrong)
        right = Preconditions(uid=made.uid, resource_version=made.resource_version)
        client.delete(CONFIG_MAP, key(namespace), preconditions=right, propagation="Background")
        assert client.get(CONFIG_MAP, namespace=namespace, name="settings") is None
        with pytest.raises(NotFound):
            client.delete(CONFIG_MAP, key(namespace))

    def test_an_object_with_a_finalizer_stays_until_that_is_gone(self, client: Cluster, namespace: str) -> None:
        client.apply(CONFIG_MAP, config_map(namespace, finalizers=["example.com/wait"]))
        client.delete(CONFIG_MAP, key(namespace), propagation="Background")
        waiting = client.get(CONFIG_MAP, namespace=namespace, name="settings")
        assert waiting is not None
        assert waiting.is_terminating
        client.patch(CONFIG_MAP, key(namespace), [{"op": "remove", "path": "/metadata/finalizers"}])
        assert client.get(CONFIG_MAP, namespace=namespace, name="settings") is None

    @pytest.mark.parametrize("name", ["", ".", "..", "a/b", "%2e%2e", "../secrets/x"])
    def test_a_name_that_would_mean_other_objects_is_refused(self, client: Cluster, namespace: str, name: str) -> None:
        client.apply(CONFIG_MAP, config_map(namespace))
        with pytest.raises(Invalid):
            client.delete(CONFIG_MAP, key(namespace, name))
        with pytest.raises(Invalid):
            client.apply(CONFIG_MAP, config_map(namespace, name))
        assert client.get(CONFIG_MAP, namespace=namespace, name="settings") is not None

    def test_an_object_of_a_namespaced_kind_without_namespace_is_refused(self, client: Cluster) -> None:
        with pytest.raises(Invalid):
            client.apply(CONFIG_MAP, config_map("").with_namespace(""))

    def test_a_watch_tells_every_change_since_a_list_in_order(self, client: Cluster, namespace: str) -> None:
        client.apply(CONFIG_MAP, config_map(namespace, "before", labels={"app": "shop"}))
        listing = client.list(CONFIG_MAP, namespace=namespace, selector="app=shop")
        client.apply(CONFIG_MAP, config_map(namespace, labels={"app": "shop"}))
        client.apply(CONFIG_MAP, config_map(namespace, "unrelated"))
        client.patch(CONFIG_MAP, key(namespace), [{"op": "replace", "path": "/data/size", "value": "3"}])
        client.delete(CONFIG_MAP, key(namespace), propagation="Background")
        events = []
        for event in client.watch(
            CONFIG_MAP,
            namespace=namespace,
            selector="app=shop",
            resource_version=listing.resource_version,
            timeout=10,
        ):
            events.append((event.type, event.object.kind, event.object.name))
            if event.type == "DELETED":
                break
        assert events == [(kind, "ConfigMap", "settings") for kind in ("ADDED", "MODIFIED", "DELETED")]

    def test_a_watch_of_nothing_ends_in_time(self, client: Cluster, namespace: str) -> None:
        # With a selector, for the cluster itself puts a ConfigMap into a new namespace.
        listing = client.list(CONFIG_MAP, namespace=namespace)
        found = client.watch(
            CONFIG_MAP,
            namespace=namespace,
            selector="app=none",
            resource_version=listing.resource_version,
            timeout=1,
        )
        assert list(found) == []
