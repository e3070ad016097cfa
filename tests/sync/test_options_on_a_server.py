"""Each sync option once on a real API server, of the application and of an object: what it changes there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import ApplicationError, Refused
from gitops_action.resource import ResourceKey
from gitops_action.resource.annotations import SYNC_OPTIONS, SYNC_WAVE
from tests.sync.example import until
from tests.sync.test_real_cluster import Shop, _config_map, _deployment, api

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.resource.resource import JsonObject
    from gitops_action.sync.model import OperationResult
    from tools.cluster import Cluster

    Open = Callable[..., Shop]

__all__ = ["api"]


@pytest.fixture
def shop(api: ApiServer, namespace: str) -> Open:
    return lambda *options: Shop(api, namespace, *options)


def settings(name: str = "settings", *options: str, wave: str = "", **data: str) -> JsonObject:
    said = {SYNC_OPTIONS: ",".join(options)} if options else {}
    found = _config_map(name, said | ({SYNC_WAVE: wave} if wave else {}))
    return {**found, "data": data or {"colour": "blue"}}


def messages(result: OperationResult) -> dict[str, str]:
    return {row.key.name: row.message for row in result.resources}


def names(shop: Shop) -> set[str]:
    kind = shop.api.catalog().kinds["v1", "ConfigMap"]
    return {found.name for found in shop.api.list(kind, namespace=shop.namespace).items} - {"kube-root-ca.crt"}


# --- pruning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["application", "object"])
@pytest.mark.parametrize(
    ("option", "confirmed", "message"),
    [
        ("Prune=false", False, "ignored (no prune)"),
        ("Prune=confirm", False, "ignored (requires confirmation: Prune=confirm)"),
        ("Prune=confirm", True, "pruned"),
    ],
)
def test_what_must_not_be_pruned_stays(shop: Open, level: str, option: str, message: str, *, confirmed: bool) -> None:
    opened = shop(*([option] if level == "application" else []))
    opened.sync(settings("old", *([option] if level == "object" else [])), settings("kept"))
    result = opened.sync(settings("kept"), prune=True, confirmed=confirmed)
    assert messages(result)["old"] == message
    assert names(opened) == ({"kept"} if message == "pruned" else {"kept", "old"})


def test_an_object_that_allows_its_pruning_beats_the_application(shop: Open) -> None:
    opened = shop("Prune=false")
    opened.sync(settings("old", "Prune=true"), settings("kept"))
    assert messages(opened.sync(settings("kept"), prune=True))["old"] == "pruned"


@pytest.mark.parametrize("level", ["application", "object"])
def test_prune_last_deletes_after_everything_is_applied_syn_21(shop: Open, level: str) -> None:
    opened = shop(*(["PruneLast=true"] if level == "application" else []))
    opened.sync(settings("old", *(["PruneLast=true"] if level == "object" else [])))
    result = opened.sync(settings("late", wave="3"), prune=True)
    assert [(row.key.name, row.wave) for row in result.resources] == [("late", 3), ("old", 4)]
    assert result.resources[0].finished <= result.resources[1].finished
    assert names(opened) == {"late"}


@pytest.mark.parametrize(("policy", "is_left"), [("foreground", False), ("background", False), ("orphan", True)])
def test_deletions_spread_as_the_application_says_syn_41(shop: Open, policy: str, *, is_left: bool) -> None:
    opened = shop(f"PrunePropagationPolicy={policy}")
    opened.sync(_deployment("web"))
    opened.sync(settings(), prune=True)
    sets = opened.api.catalog().kinds["apps/v1", "ReplicaSet"]

    def left() -> bool:
        return any(found.name.startswith("web-") for found in opened.api.list(sets, namespace=opened.namespace).items)

    if is_left:
        assert left()
    else:
        until(lambda: not left(), within=60)


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["", "application", "object"])
def test_unknown_fields_are_refused_by_a_server_side_apply_whatever_is_asked_syn_34(shop: Open, level: str) -> None:
    """``Validate=false`` is sent along, and such an apply does not know it; what it says is told before any change."""
    own = ["Validate=false"] if level == "object" else []
    opened = shop(*(["Validate=false"] if level == "application" else []))
    result = opened.sync({**settings("wrong", *own), "colour": "of no ConfigMap"}, settings("right"))
    assert result.phase == "Failed"
    assert ".colour: field not declared in schema" in messages(result)["wrong"]
    assert names(opened) == set()


@pytest.mark.parametrize("level", ["application", "object", "operation"])
def test_replace_takes_away_what_an_apply_leaves_alone_syn_31(shop: Open, level: str, cluster: Cluster) -> None:
    opened = shop(*(["Replace=true"] if level == "application" else []))
    own = ["Replace=true"] if level == "object" else []
    opened.sync(settings("settings", *own, colour="blue"))
    path = f"/api/v1/namespaces/{opened.namespace}/configmaps/settings"
    live = cluster.request("GET", path)
    cluster.request("PUT", f"{path}?fieldManager=somebody", {**live, "data": {"colour": "blue", "extra": "1"}})
    result = opened.sync(settings("settings", *own, colour="red"), replace=level == "operation")
    assert messages(result) == {"settings": "configmap/settings replaced"}
    assert cluster.request("GET", path)["data"] == {"colour": "red"}


@pytest.mark.parametrize("level", ["object", "operation"])
def test_force_makes_a_change_that_the_server_refuses_syn_30(shop: Open, level: str) -> None:
    opened = shop()
    own = ["Force=true"] if level == "object" else []
    opened.sync(settings("settings", *own) | {"immutable": True})
    before = opened.get("v1", "ConfigMap", "settings")
    changed = settings("settings", *own, colour="red") | {"immutable": True}
    if level == "operation":
        assert opened.sync(changed).phase == "Failed"
    assert opened.sync(changed, force=level == "operation").phase == "Succeeded"
    after = opened.get("v1", "ConfigMap", "settings")
    assert before is not None
    assert after is not None
    assert (after.object["data"], after.uid != before.uid) == ({"colour": "red"}, True)


@pytest.mark.parametrize(
    ("option", "data"), [("", {"colour": "red"}), ("ClientSideApplyMigration=false", {"colour": "red", "old": "1"})]
)
def test_fields_of_kubectl_go_unless_the_application_leaves_them_syn_32(
    shop: Open, option: str, data: dict[str, str], cluster: Cluster
) -> None:
    opened = shop(*([option] if option else []))
    path = f"/api/v1/namespaces/{opened.namespace}/configmaps?fieldManager=kubectl-client-side-apply"
    cluster.request("POST", path, settings(colour="blue", old="1"))
    opened.sync(settings(colour="red"))
    live = opened.get("v1", "ConfigMap", "settings")
    assert live is not None
    assert live.object["data"] == data


@pytest.mark.parametrize("option", ["ServerSideApply=true", "ServerSideApply=false"])
def test_everything_is_applied_on_the_server_whatever_is_said(shop: Open, option: str) -> None:
    opened = shop(option)
    opened.sync(settings("settings", option))
    live = opened.get("v1", "ConfigMap", "settings")
    assert live is not None
    assert {(entry["manager"], entry["operation"]) for entry in live.metadata["managedFields"]} == {
        ("gitops-action", "Apply")
    }
    assert "kubectl.kubernetes.io/last-applied-configuration" not in live.annotations


@pytest.mark.parametrize("level", ["application", "operation"])
def test_only_what_is_out_of_sync_is_reported_where_that_is_asked_for(shop: Open, level: str) -> None:
    opened = shop(*(["ApplyOutOfSyncOnly=true"] if level == "application" else []))
    opened.sync(settings("same"), settings("changed", a="1"))
    targets = [settings("same"), settings("changed", a="2")]
    result = opened.sync(*targets, out_of_sync_only=level == "operation")
    assert messages(result) == {"changed": "configmap/changed configured"}


# --- kinds and namespaces --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["application", "object"])
def test_a_kind_that_is_missing_is_told_when_its_turn_comes_where_that_is_asked_for_syn_16(
    shop: Open, level: str
) -> None:
    option = "SkipDryRunOnMissingResource=true"
    gadget = {"apiVersion": "nobody.example.com/v1", "kind": "Gadget", "metadata": {"name": "one"}}
    with pytest.raises(ApplicationError):
        shop().sync(gadget, settings())
    if level == "object":
        gadget["metadata"] = {"name": "one", "annotations": {SYNC_OPTIONS: option}}
    opened = shop(*([option] if level == "application" else []))
    result = opened.sync(gadget, settings())
    assert result.phase == "Failed"
    assert 'Make sure the "Gadget" CRD is installed on the destination cluster.' in messages(result)["one"]
    assert names(opened) == {"settings"}


def test_what_another_application_tracks_ends_a_sync_where_that_is_asked_for_trk_17(
    api: ApiServer, namespace: str, shop: Open
) -> None:
    other = Shop(api, namespace)
    other.application = replace(other.application, name="other")
    other.tracking = replace(other.tracking, instance="other")
    other.sync(settings())
    with pytest.raises(Refused, match="somebody else owns 1 object"):
        shop().sync(settings())
    with pytest.raises(Refused, match="Shared resource found"):
        _adopting(shop("FailOnSharedResource=true"), settings())
    assert _adopting(shop(), settings()).phase == "Succeeded"


def _adopting(opened: Shop, target: JsonObject) -> OperationResult:
    """Sync as ``adopt: all`` does: what is somebody else's is taken over."""
    compared = opened.compare

    def compare(*targets: JsonObject) -> Any:
        found = compared(*targets)
        return replace(found, resources=tuple(replace(row, obstacle="", adopts=True) for row in found.resources))

    opened.compare = compare  # type: ignore[method-assign] # one comparison of one test
    return opened.sync(target)


def test_a_namespace_is_created_with_the_metadata_that_is_managed_and_kept_up_syn_44(
    api: ApiServer, namespace: str
) -> None:
    opened = Shop(api, f"{namespace}-new", "CreateNamespace=true")

    def managed(**labels: str) -> dict[str, str]:
        policy = replace(
            opened.application.sync_policy,
            managed_namespace_metadata={"labels": labels, "annotations": {"example.com/team": "web"}},
        )
        opened.application = replace(opened.application, sync_policy=policy)
        result = opened.sync(settings())
        assert result.phase == "Succeeded", result
        live = opened.get("v1", "Namespace", opened.namespace)
        assert live is not None
        assert live.annotations["example.com/team"] == "web"
        assert "argocd.argoproj.io/tracking-id" not in live.annotations
        return {name: value for name, value in live.labels.items() if name.startswith("tier")}

    try:
        assert managed(tier="one", tier_b="x") == {"tier": "one", "tier_b": "x"}
        assert managed(tier="two") == {"tier": "two"}
    finally:
        api.delete(api.catalog().kinds["v1", "Namespace"], ResourceKey("", "Namespace", "", opened.namespace))


def test_a_namespace_that_nobody_creates_is_an_error_before_anything_is_done(api: ApiServer, namespace: str) -> None:
    opened = Shop(api, f"{namespace}-none")
    result = opened.sync(settings())
    assert result.phase == "Failed"
    assert "not found" in result.resources[0].message
    found = api.get(api.catalog().kinds["v1", "Namespace"], namespace="", name=opened.namespace)
    assert found is None
