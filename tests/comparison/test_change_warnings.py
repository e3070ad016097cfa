"""What an apply does besides what a diff shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.comparison.change_warnings import changed_custom_kinds, ignored_field_warnings, storage_warnings
from gitops_action.comparison.model import Hidden, SyncStatusCode
from tests.comparison.objects import api_kind, named
from tests.comparison.test_danger import row, workload

if TYPE_CHECKING:
    from gitops_action.resource import Resource

CHANGED = row(workload(), workload(image="web:2"))
REPLICAS = Hidden(rule="jsonPointer:/spec/replicas", path="/spec/replicas")


def test_a_sync_that_sets_ignored_fields_says_so_dif_23() -> None:
    hidden = replace(CHANGED, hidden=(REPLICAS,))
    [warning] = ignored_field_warnings([hidden], respects=False)
    assert warning.message == "a sync sets fields whose difference is ignored: /spec/replicas of Deployment web"
    assert "RespectIgnoreDifferences=true" in warning.remedy
    [many] = ignored_field_warnings([replace(CHANGED, hidden=(REPLICAS,) * 7)], respects=False)
    assert many.message.endswith(" and 2 more")


def test_fields_that_stay_as_they_live_need_no_warning() -> None:
    hidden = replace(CHANGED, hidden=(REPLICAS,))
    assert ignored_field_warnings([hidden], respects=True) == []
    assert ignored_field_warnings([replace(hidden, status=SyncStatusCode.SYNCED)], respects=False) == []
    status = replace(CHANGED, hidden=(Hidden(rule="builtin:ignoreResourceStatusField", path="/status"),))
    assert ignored_field_warnings([status], respects=False) == []


def crd(*versions: tuple[str, bool]) -> Resource:
    entries = [{"name": name, "storage": stored} for name, stored in versions]
    return named("apiextensions.k8s.io/v1", "CustomResourceDefinition", {"spec": {"versions": entries}})


def test_a_version_that_is_not_the_stored_one_is_a_danger_w_17() -> None:
    kind = api_kind("example.com/v1", "Gateway", "gateways")
    [warning] = storage_warnings({kind: crd(("v1", False), ("v2", True))})
    assert warning.message.startswith(
        "Gateway is applied as example.com/v1 and stored as v2: an apply deletes what only"
    )
    assert storage_warnings({kind: crd(("v1", True), ("v2", False))}) == []
    assert storage_warnings({kind: crd()}) == []


def test_only_custom_kinds_that_are_applied_are_looked_at() -> None:
    kind = api_kind("example.com/v1", "Gateway", "gateways")
    gateway = named("example.com/v1", "Gateway", {"spec": {}})
    changed = replace(row(gateway, gateway), kind=kind)
    assert changed_custom_kinds([changed, changed, CHANGED]) == [kind]
    assert changed_custom_kinds([replace(changed, status=SyncStatusCode.SYNCED), replace(changed, live=None)]) == []
