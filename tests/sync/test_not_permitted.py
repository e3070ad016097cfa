"""SYN-17: what the application's project does not permit ends a sync before its first change."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import Destination
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import Refused
from gitops_action.sync.options import SyncOptions
from gitops_action.sync.perform import sync
from tests.sync.example import LivelyCluster, RealClock, an, compare

if TYPE_CHECKING:
    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.resource import ResourceKey


def denial(key: ResourceKey) -> str:
    denied = key.kind in ("Secret", "Namespace")
    return f"resource {key.group}:{key.kind} is not permitted in project team" if denied else ""


def refused(comparison: Comparison) -> Refused:
    cluster = LivelyCluster()
    with pytest.raises(Refused) as error:
        sync(
            comparison,
            cluster,
            assess=lambda _: None,
            options=SyncOptions(),
            progress=lambda _: None,
            clock=RealClock(),
            stop=threading.Event(),
            denial=denial,
        )
    assert cluster.writes == []
    return error.value


def not_permitted(row: ResourceComparison) -> ResourceComparison:
    reason = denial(row.key)
    return replace(row, status=SyncStatusCode.UNKNOWN, unknown=reason, is_permitted=False) if reason else row


def test_a_row_that_is_not_permitted_is_a_refusal_and_no_failed_comparison() -> None:
    error = refused(compare([an("Secret", "key"), an("ConfigMap", "settings")], rows=not_permitted))
    assert error.exit_code == 6
    assert error.summary == "shop: not synced: resource :Secret is not permitted in project team"
    assert error.detail == "Secret default/key: resource :Secret is not permitted in project team"


def test_a_hook_and_the_namespace_that_a_sync_would_create_are_asked_for_too() -> None:
    hook = refused(compare([an("Secret", "seed", hook="PreSync"), an("ConfigMap", "settings")]))
    assert hook.summary == "shop: not synced: resource :Secret is not permitted in project team"
    comparison = compare([an("ConfigMap", "settings")], sync_options=("CreateNamespace=true",))
    elsewhere = replace(comparison.application, destination=Destination(namespace="new"))
    namespace = refused(replace(comparison, application=elsewhere))
    assert namespace.detail == "Namespace new: resource :Namespace is not permitted in project team"
